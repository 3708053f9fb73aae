"""Color: conversion of every mode that decoders return to one that can be resampled, and of every profile to sRGB."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache, partial
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageCms

PLAIN_MODES = ("L", "RGB", "CMYK")  # modes that can be resampled without conversion, if nothing is transparent
PREMULTIPLIED = "RGBa"  # mode for resampling transparent pixels, so that hidden colors do not bleed
WHITE = 255

BITS_PER_SAMPLE, PHOTOMETRIC = 0x0102, 0x0106  # TIFF tags
WHITE_IS_ZERO = 0  # PhotometricInterpretation

Converter = Callable[[Image.Image], Image.Image]

# The mode of the pixels of each color space, by its name in the header of a profile.
_MODES = {"GRAY": "L", "RGB ": "RGB", "CMYK": "CMYK"}


class ColorProfile(NamedTuple):
    """An ICC profile, if there is one, and the mode (L, RGB or CMYK) of the pixels that it applies to."""

    data: bytes | None
    mode: str


def plain_converter(image: Image.Image) -> Converter | None:
    """Return the conversion of image, or of any part of it, to L, RGB, RGBa or CMYK; None if none is needed."""
    if image.mode.startswith("I;16"):  # first: its transparency is a gray value, and a conversion to RGBA would clip it
        return _from_16_bits(image)
    if image.mode in ("I", "F"):
        return _stretch(image)
    if image.mode == "LAB":
        return _from_lab()
    if image.has_transparency_data:
        return _premultiply
    if image.mode in PLAIN_MODES:
        return None
    return partial(_convert, "L" if image.mode == "1" else "RGB")


def _convert(mode: str, part: Image.Image) -> Image.Image:
    return part.convert(mode)


def _premultiply(part: Image.Image) -> Image.Image:
    between = {"La": "LA", "1": "L"}  # Pillow has no conversion from La, and its own from 1 loses transparency
    straight = part.convert(between[part.mode]) if part.mode in between else part
    straight.info = part.info
    return straight.convert("RGBA").convert(PREMULTIPLIED)


def _from_16_bits(image: Image.Image) -> Converter:
    """Return the conversion of grays of up to 16 bits to 8 bits, with the transparent gray as alpha."""
    tags = getattr(image, "tag_v2", {})
    grays = _gray_table(min(16, max(tags.get(BITS_PER_SAMPLE, (16,)))), inverted=tags.get(PHOTOMETRIC) == WHITE_IS_ZERO)
    clear = image.info.get("transparency")
    alphas = [0 if value == clear else 255 for value in range(2**16)] if isinstance(clear, int) else None
    return partial(_look_up, grays, alphas)


@lru_cache(2)  # a list takes 0.5 MB
def _gray_table(bits: int, *, inverted: bool) -> list[int]:
    """Return the 8-bit gray of each 16-bit number; numbers that need more than bits are white, or black if inverted."""
    grays = [min(255, 256 * value // 2**bits) for value in range(2**16)]
    return [255 - gray for gray in grays] if inverted else grays


def _look_up(grays: list[int], alphas: list[int] | None, part: Image.Image) -> Image.Image:
    numbers = part.convert("I")
    gray = numbers.point(grays, "L")
    if alphas is None:
        return gray
    return Image.merge("RGBA", (gray, gray, gray, numbers.point(alphas, "L"))).convert(PREMULTIPLIED)


def _stretch(image: Image.Image) -> Converter:
    """Return the conversion of 32-bit numbers to 8 bits, from the darkest to the brightest: no format gives their range."""
    low, high = (float(bound) for bound in image.getextrema() if isinstance(bound, int | float))
    scale = 255 / (high - low) if math.isfinite(high - low) and high > low else 0
    offset = -low * scale if scale else 0
    return lambda part: part.convert("F").point(lambda value: value * scale + offset).convert("L")


def _from_lab() -> Converter:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    transform = ImageCms.buildTransform(lab, _srgb(), "LAB", "RGB")
    return lambda part: ImageCms.applyTransform(part, transform) or part


def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def profile_mode(mode: str) -> str:
    """Return the mode, L, RGB or CMYK, to which the profile of an image applies that was decoded in mode."""
    if mode == "CMYK":
        return mode
    return "L" if mode in ("1", "L", "LA", "La", "I", "F") or mode.startswith("I;16") else "RGB"


def convert_to_srgb(image: Image.Image, profile: ColorProfile) -> Image.Image:
    """Return image, of a plain mode, in sRGB: L, RGB or RGBA. The image may be changed in place.

    A profile that is broken, or of another color space, is ignored.
    """
    alpha = image.convert("RGBA") if image.mode == PREMULTIPLIED else None
    colors = alpha.convert("RGB") if alpha is not None else image
    converted = _apply_profile(colors, profile) or _without_profile(colors)
    if alpha is not None:
        converted.putalpha(alpha.getchannel("A"))
    return converted


def _apply_profile(image: Image.Image, profile: ColorProfile) -> Image.Image | None:
    """Return image converted from profile to sRGB, in place if possible; None if there is no usable profile."""
    transform = srgb_transform(profile.data, profile.mode) if profile.data else None
    if transform is None:
        return None
    if image.mode == transform.input_mode == transform.output_mode:
        ImageCms.applyTransform(image, transform, inPlace=True)  # a second image would raise the peak of memory
        return image
    converted = ImageCms.applyTransform(image.convert(transform.input_mode), transform)
    return converted.convert("L") if converted and image.mode == "L" else converted


def _without_profile(image: Image.Image) -> Image.Image:
    return image.convert("RGB") if image.mode == "CMYK" else image


@lru_cache(maxsize=8)  # building one takes 1 to 4 ms, and all images of a phone have the same profile
def srgb_transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the transform from profile to sRGB for pixels of mode; None if it is broken or of another color space."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if _MODES.get(source.profile.xcolor_space) != mode:
            return None
        return ImageCms.buildTransform(source, _srgb(), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def drop_opaque_alpha(image: Image.Image) -> Image.Image:
    """Return image without its alpha channel if that is opaque everywhere."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (WHITE, WHITE):
        return image.convert("RGB")
    return image
