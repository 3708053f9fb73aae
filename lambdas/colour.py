"""Colour: every mode that decoders give brought to one that can be resampled, and every profile to sRGB."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache, partial
from io import BytesIO

from PIL import Image, ImageCms

PLAIN = ("L", "RGB", "CMYK")  # modes that can be resampled as they are, when nothing in them is transparent
PREMULTIPLIED = "RGBa"  # what transparent pixels are resampled in, so that hidden colours do not bleed
WHITE = 255

Part = Callable[[Image.Image], Image.Image]

# The mode in which a profile of each colour space, as its header names it, takes pixels.
_MODES = {"GRAY": "L", "RGB ": "RGB", "CMYK": "CMYK"}


def to_plain(image: Image.Image) -> Part | None:
    """Return what turns image, or any part cut out of it, into L, RGB, RGBa or CMYK; None if there is nothing to turn."""
    if image.mode.startswith("I;16"):  # before transparency: it has one only as a grey value, and RGBA would clip it
        return _high_bytes
    if image.mode in ("I", "F"):
        return _stretching(image)
    if image.mode == "LAB":
        return _from_lab()
    if image.has_transparency_data:
        return _premultiplied
    if image.mode in PLAIN:
        return None
    return partial(_converted, "L" if image.mode == "1" else "RGB")


def _converted(mode: str, part: Image.Image) -> Image.Image:
    return part.convert(mode)


def _premultiplied(part: Image.Image) -> Image.Image:
    straight = part.convert("LA") if part.mode == "La" else part  # the only mode that La can be converted to
    return straight.convert("RGBA").convert(PREMULTIPLIED)


def _high_bytes(part: Image.Image) -> Image.Image:
    return part.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _stretching(image: Image.Image) -> Part:
    """Return what maps 32-bit numbers, whose range no format tells, from image's darkest to its brightest to 8 bits."""
    low, high = (float(bound) for bound in image.getextrema() if isinstance(bound, int | float))
    scale = 255 / (high - low) if math.isfinite(high - low) and high > low else 0
    offset = -low * scale if scale else 0
    return lambda part: part.convert("F").point(lambda value: value * scale + offset).convert("L")


def _from_lab() -> Part:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    transform = ImageCms.buildTransform(lab, _srgb(), "LAB", "RGB")
    return lambda part: ImageCms.applyTransform(part, transform) or part


def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return image, which is plain, in sRGB: L, RGB or RGBA, maybe the same one; a useless profile counts as none."""
    alpha = image.convert("RGBA") if image.mode == PREMULTIPLIED else None
    colours = alpha.convert("RGB") if alpha is not None else image
    converted = (_by_profile(colours, profile) if profile else None) or _naively(colours)
    if alpha is not None:
        converted.putalpha(alpha.getchannel("A"))
    return converted


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    """Return image converted from profile to sRGB, in place if that can be; None if the profile cannot be used."""
    transform = srgb_transform(profile, image.mode)
    if transform is None:
        return None
    if image.mode == transform.input_mode == transform.output_mode:
        ImageCms.applyTransform(image, transform, inPlace=True)  # a second picture would be the peak of a step's memory
        return image
    converted = ImageCms.applyTransform(image.convert(transform.input_mode), transform)
    return converted.convert("L") if converted and image.mode == "L" else converted


def _naively(image: Image.Image) -> Image.Image:
    return image.convert("RGB") if image.mode == "CMYK" else image


@lru_cache(maxsize=8)  # building one takes 1 to 4 ms, and a phone gives all its pictures the same profile
def srgb_transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the transform from profile to sRGB for pixels of mode; None if it is broken or of other colours.

    A grey profile serves RGB pixels too, which a decoder may have made of grey ones.
    """
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        takes = _MODES.get(source.profile.xcolor_space, "")
        if takes != mode and (takes, mode) != ("L", "RGB"):
            return None
        return ImageCms.buildTransform(source, _srgb(), takes, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def without_needless_alpha(image: Image.Image) -> Image.Image:
    """Return image without its alpha channel if that is opaque everywhere."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (WHITE, WHITE):
        return image.convert("RGB")
    return image
