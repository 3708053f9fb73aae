"""Renditions: pictures fitted or cropped from an original; upright, in sRGB, with nothing private in them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

from lambdas.formats import FORMATS, Format
from lambdas.imaging import UPRIGHT, Picture, decode, has_alpha, unsound_is_rejected, upright_size

Size = tuple[int, int]
Box = tuple[float, float, float, float]

KEPT_EXIF = (0x013B, 0x8298)  # artist, copyright: theirs to keep
MAX_KEPT = 1024  # bytes of each; a JPEG has room for 64 KB of EXIF


@dataclass(frozen=True)
class Rendition:
    """An encoded picture."""

    data: bytes
    format: Format
    width: int
    height: int


def fitted(size: Size, edge: int) -> Size:
    """Return size scaled so that its longer edge is edge pixels; never enlarged, never under one pixel."""
    longer = max(size)
    if longer <= edge:
        return size
    width, height = (max(1, round(side * edge / longer)) for side in size)
    return width, height


def centred_square(size: Size) -> Box:
    """Return the largest centred square of size, as left, top, right, bottom."""
    side = min(size)
    left, top = (size[0] - side) / 2, (size[1] - side) / 2
    return left, top, left + side, top + side


def resized(picture: Picture, edge: int, quality: int) -> Rendition:
    """Return picture fitted inside edge by edge pixels; raises ImageRejected."""
    target = upright_size(fitted(picture.size, edge), picture.orientation)
    image = decode(picture, wanted=target)
    return _rendition(picture, image, (0, 0, *image.size), target, quality)


def thumbnail(picture: Picture, edge: int, quality: int) -> Rendition:
    """Return the centred square of picture, at most edge by edge pixels; raises ImageRejected."""
    stored = picture.image.size
    edge = min(edge, *stored)
    scale = edge / min(stored)
    image = decode(picture, wanted=(round(stored[0] * scale), round(stored[1] * scale)))
    return _rendition(picture, image, centred_square(image.size), (edge, edge), quality)


def _rendition(picture: Picture, image: Image.Image, box: Box, size: Size, quality: int) -> Rendition:
    with unsound_is_rejected():
        exif = _kept_exif(picture)
    small = _in_srgb(_resample(_plain(image), box, size), image.info.get("icc_profile"))
    if picture.orientation in UPRIGHT:
        small = small.transpose(UPRIGHT[picture.orientation])
    output = _output_format(picture.format, small)
    return Rendition(_encode(small, output, quality, exif), output, *small.size)


def _plain(image: Image.Image) -> Image.Image:
    """Return image in a mode that can be resampled: L, RGB, RGBA or CMYK."""
    if image.mode.startswith("I;16"):  # before transparency: it has one only as a grey value, and RGBA would clip it
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("I", "F"):
        return _stretched(image)
    if image.mode == "LAB":
        converted = ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")), _srgb(), outputMode="RGB"
        )
        return converted or image.convert("RGB")
    if has_alpha(image):
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _stretched(image: Image.Image) -> Image.Image:
    """Return a picture of 32-bit numbers, whose range no format tells, from its darkest to its brightest in 8 bits."""
    numbers = image.convert("F")
    low, high = (float(bound) for bound in numbers.getextrema() if isinstance(bound, int | float))
    scale = 255 / (high - low) if math.isfinite(high - low) and high > low else 0
    return numbers.point(lambda value: value * scale + (-low * scale if scale else 0)).convert("L")


def _resample(image: Image.Image, box: Box, size: Size) -> Image.Image:
    """Resample box of image to size with a Lanczos kernel."""
    if box == (0, 0, *size):
        return image.copy()
    if _has_fast_resizer():
        return _resample_fast(image, box, size)
    return image.resize(size, Image.Resampling.LANCZOS, box=box)


@cache
def _has_fast_resizer() -> bool:
    """Tell whether cykooz-resizer is there: it has wheels for x86_64 only."""
    from importlib.util import find_spec

    return find_spec("cykooz_resizer") is not None


def _resample_fast(image: Image.Image, box: Box, size: Size) -> Image.Image:
    from cykooz_resizer import CropBox, FilterType, ResizeAlg, ResizeOptions, Resizer

    left, top, right, bottom = box
    target = Image.new(image.mode, size)
    options = ResizeOptions(
        resize_alg=ResizeAlg.convolution(FilterType.lanczos3),
        crop_box=CropBox(left, top, right - left, bottom - top),
    )
    Resizer().resize_pil(image, target, options)
    return target


def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return image converted from its embedded profile to sRGB; a broken profile counts as none."""
    converted = _by_profile(image, profile) if profile else None
    if converted is not None:
        return converted
    return image.convert("RGB") if image.mode == "CMYK" else image


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    colours = image.convert("RGB") if image.mode == "RGBA" else image
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        result = ImageCms.profileToProfile(colours, source, _srgb(), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    if result is not None and image.mode == "RGBA":
        result.putalpha(image.getchannel("A"))
    return result


def _output_format(source: Format, image: Image.Image) -> Format:
    """Return what to encode: JPEG, PNG and WebP stay, alpha is kept, all else becomes JPEG."""
    if source.name in ("PNG", "WEBP"):
        return source
    return FORMATS["PNG"] if image.mode == "RGBA" or source.name == "GIF" else FORMATS["JPEG"]


def _kept_exif(picture: Picture) -> Image.Exif:
    """Return artist and copyright byte for byte, since Pillow reads text as Latin-1, whatever it is, and writes ASCII."""
    found, kept = picture.image.getexif(), Image.Exif()
    for tag in KEPT_EXIF:
        value = found.get(tag)
        if isinstance(value, str) and value:
            kept[tag] = value.encode("latin-1", "replace")[:MAX_KEPT]
    return kept


def _encode(image: Image.Image, output: Format, quality: int, exif: Image.Exif) -> bytes:
    image.info = {}  # or Pillow would copy the source's comment into the file
    options: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": quality},
        # Run-length coding: a quarter of the default's time for nearly its size on photographs.
        "PNG": {"compress_type": 3},
        "WEBP": {"quality": quality, "method": 4},
    }
    buffer = BytesIO()
    image.save(buffer, output.name, exif=exif, **options[output.name])
    return buffer.getvalue()
