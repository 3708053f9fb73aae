"""Resampling: a box of a decoded picture brought to another size, in bounded memory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from PIL import Image

from imaging.rendering.color import Converter, plain_converter

Size = tuple[int, int]
Box = tuple[float, float, float, float]  # left, top, right, bottom; pixels

BAND = 2**21  # pixels that are converted at a time: 8 MB in any mode
# A box filter may shrink to this many times the target's size before Lanczos does the rest, which then hides it.
GAP = 2


@dataclass(frozen=True)
class Raster:
    """A plain image (L, RGB, RGBa or CMYK) and the box of it that counts."""

    image: Image.Image
    box: Box


def make_raster(image: Image.Image, box: Box, size: Size) -> Raster:
    """Return box of image in a plain mode, large enough for renditions up to size.

    What needs no conversion is left as it is. Else it is converted band by band, and shrunk on the way if it is more
    than GAP times as large as size, so that no second picture of full size is made where a smaller one serves.
    """
    convert = plain_converter(image)
    if convert is None:
        return Raster(image, box)
    outer = (math.floor(box[0]), math.floor(box[1]), math.ceil(box[2]), math.ceil(box[3]))
    factor = max(1, int(min((box[2] - box[0]) / size[0], (box[3] - box[1]) / size[1]) / GAP))
    left, top, right, bottom = ((edge - outer[axis % 2]) / factor for axis, edge in enumerate(box))
    return Raster(_shrink(image, outer, factor, convert), (left, top, right, bottom))


def _shrink(image: Image.Image, box: tuple[int, int, int, int], factor: int, convert: Converter) -> Image.Image:
    """Return box of image, converted, with each square of factor by factor pixels averaged."""
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
    """Return raster's box resampled to size with a Lanczos kernel of three lobes."""
    if raster.box == (0, 0, *size) and raster.image.size == size:
        return raster.image.copy()
    if _has_fast_resizer():
        return _resample_fast(raster, size)
    return raster.image.resize(size, Image.Resampling.LANCZOS, box=raster.box)


@cache
def _has_fast_resizer() -> bool:
    """Tell whether cykooz-resizer is there: it has wheels for x86_64 only."""
    from importlib.util import find_spec

    return find_spec("cykooz_resizer") is not None


def _resample_fast(raster: Raster, size: Size) -> Image.Image:
    from cykooz_resizer import CropBox, FilterType, ResizeAlg, ResizeOptions, Resizer

    left, top, right, bottom = raster.box
    target = Image.new(raster.image.mode, size)
    options = ResizeOptions(
        resize_alg=ResizeAlg.convolution(FilterType.lanczos3),
        crop_box=CropBox(left, top, right - left, bottom - top),
    )
    Resizer().resize_pil(raster.image, target, options)
    return target
