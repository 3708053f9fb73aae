"""Resampling: a box of a decoded image is brought to another size, in bounded memory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from PIL import Image

from imaging.colorimetry.described import brightest, described_profile
from imaging.rendering.color import ColorProfile, Converter, plain_converter, profile_mode

if TYPE_CHECKING:
    from imaging.decoding.decode import Decoded
    from imaging.formats import Format

Size = tuple[int, int]
Box = tuple[float, float, float, float]  # left, top, right, bottom; pixels

BAND = 2**21  # pixels that are converted at a time: 8 MB in any mode
# A box filter may shrink the image to this many times the target size; the Lanczos kernel then hides its effect.
GAP = 2
GRAPHIC_MODES = {"1", "P", "PA"}  # black and white, and palettes


@dataclass(frozen=True)
class Raster:
    """The part of an image inside a box, in a mode that can be resampled (L, RGB, RGBa or CMYK)."""

    image: Image.Image
    box: Box
    profile: ColorProfile
    orientation: int  # EXIF, 1 to 8; not applied yet
    format: Format  # of the file
    is_graphic: bool  # of few colors, which lossy coding would blur


def make_raster(decoded: Decoded, size: Size, box: Box | None = None) -> Raster:
    """Return box of a decoded image, by default all of it, in a plain mode and large enough for renditions up to size.

    An image that needs no conversion is not copied. Otherwise it is converted band by band, and reduced meanwhile if it is
    more than GAP times as large as size, so that no second image of full size is made.
    """
    image, box = decoded.image, box or (0, 0, *decoded.covered)
    convert = plain_converter(image)
    if convert is not None:
        image, box = _convert(image, box, size, convert)
    profile = _profile(decoded)
    return Raster(image, box, profile, decoded.orientation, decoded.format, decoded.image.mode in GRAPHIC_MODES)


def _profile(decoded: Decoded) -> ColorProfile:
    """Return the profile of a file, or one for the colors that it describes by numbers."""
    mode, space = profile_mode(decoded.image.mode), decoded.space
    if decoded.profile is not None or space is None:
        return ColorProfile(decoded.profile, mode)
    is_measured = space.is_hdr and decoded.image.mode in ("RGB", "RGBA", "L", "LA")
    peak = brightest(decoded.image.getextrema(), decoded.image.mode) if is_measured else 1.0
    return ColorProfile(described_profile(space, mode, peak), mode)


def _convert(image: Image.Image, box: Box, size: Size, convert: Converter) -> tuple[Image.Image, Box]:
    """Return the pixels of image around box, converted and reduced for size, and where box lies in them."""
    outer = (math.floor(box[0]), math.floor(box[1]), math.ceil(box[2]), math.ceil(box[3]))
    factor = max(1, int(min((box[2] - box[0]) / size[0], (box[3] - box[1]) / size[1]) / GAP))
    left, top, right, bottom = ((edge - outer[axis % 2]) / factor for axis, edge in enumerate(box))
    return _reduce(image, outer, factor, convert), (left, top, right, bottom)


def _reduce(image: Image.Image, box: tuple[int, int, int, int], factor: int, convert: Converter) -> Image.Image:
    """Return box of image, converted, with the mean of each square of factor by factor pixels as one pixel."""
    left, top, right, bottom = box
    rows = factor * max(1, BAND // ((right - left) * factor))
    whole: Image.Image | None = None
    for row in range(top, bottom, rows):
        band = convert(image.crop((left, row, right, min(row + rows, bottom))))
        if factor > 1:
            band = band.reduce(factor)
        if whole is None:
            whole = Image.new(band.mode, (band.width, math.ceil((bottom - top) / factor)))
        whole.paste(band, (0, (row - top) // factor))
    assert whole is not None  # noqa: S101 - a box has at least one row
    return whole


def resample(raster: Raster, size: Size) -> Image.Image:
    """Return the box of raster, resampled to size with a Lanczos kernel of three lobes."""
    if raster.box == (0, 0, *size) and raster.image.size == size:
        return raster.image.copy()
    if has_fast_resizer():
        return _resample_fast(raster, size)
    return raster.image.resize(size, Image.Resampling.LANCZOS, box=raster.box)


@cache
def has_fast_resizer() -> bool:
    """Whether cykooz-resizer is installed: it has wheels for x86_64 only."""
    from importlib.util import find_spec

    return find_spec("cykooz_resizer") is not None


def _resample_fast(raster: Raster, size: Size) -> Image.Image:
    from cykooz_resizer import CropBox, FilterType, ResizeAlg, ResizeOptions, Resizer

    left, top, right, bottom = raster.box
    target = Image.new(raster.image.mode, size, None)
    options = ResizeOptions(
        resize_alg=ResizeAlg.convolution(FilterType.lanczos3),
        crop_box=CropBox(left, top, right - left, bottom - top),
    )
    Resizer().resize_pil(raster.image, target, options)
    return target
