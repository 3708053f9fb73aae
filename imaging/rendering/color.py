"""Colour: every mode that decoders give brought to one that can be resampled, and every profile to sRGB."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache, partial
from io import BytesIO

from PIL import Image, ImageCms

PLAIN_MODES = ("L", "RGB", "CMYK")  # modes that can be resampled as they are, when nothing in them is transparent
PREMULTIPLIED = "RGBa"  # what transparent pixels are resampled in, so that hidden colours do not bleed
WHITE = 255

BITS_PER_SAMPLE, PHOTOMETRIC = 0x0102, 0x0106  # TIFF tags
WHITE_IS_ZERO = 0  # PhotometricInterpretation

Converter = Callable[[Image.Image], Image.Image]

# The mode in which a profile of each colour space, as its header names it, takes pixels.
_MODES = {"GRAY": "L", "RGB ": "RGB", "CMYK": "CMYK"}


def plain_converter(image: Image.Image) -> Converter | None:
    """Return what turns image, or any part cut out of it, into L, RGB, RGBa or CMYK; None if there is nothing to turn."""
    if image.mode.startswith("I;16"):  # before transparency: it has one only as a grey value, and RGBA would clip it
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
    between = {"La": "LA", "1": "L"}  # Pillow knows no way from La, and from 1 only one that leaves all opaque
    straight = part.convert(between[part.mode]) if part.mode in between else part
    straight.info = part.info
    return straight.convert("RGBA").convert(PREMULTIPLIED)


def _from_16_bits(image: Image.Image) -> Converter:
    """Return what maps greys of up to 16 bits to 8, and makes the one that is transparent so."""
    tags = getattr(image, "tag_v2", {})
    greys = _gray_table(min(16, max(tags.get(BITS_PER_SAMPLE, (16,)))), inverted=tags.get(PHOTOMETRIC) == WHITE_IS_ZERO)
    clear = image.info.get("transparency")
    alphas = [0 if value == clear else 255 for value in range(2**16)] if isinstance(clear, int) else None
    return partial(_look_up, greys, alphas)


@lru_cache(2)  # one picture of each kind after the other; a list takes 0.5 MB
def _gray_table(bits: int, *, inverted: bool) -> list[int]:
    """Return the 8-bit grey of each number of up to 16 bits, of which those above the largest of bits are white."""
    greys = [min(255, 256 * value // 2**bits) for value in range(2**16)]
    return [255 - grey for grey in greys] if inverted else greys


def _look_up(greys: list[int], alphas: list[int] | None, part: Image.Image) -> Image.Image:
    numbers = part.convert("I")
    grey = numbers.point(greys, "L")
    if alphas is None:
        return grey
    return Image.merge("RGBA", (grey, grey, grey, numbers.point(alphas, "L"))).convert(PREMULTIPLIED)


def _stretch(image: Image.Image) -> Converter:
    """Return what maps 32-bit numbers, whose range no format tells, from image's darkest to its brightest to 8 bits."""
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
    """Return the mode, L, RGB or CMYK, in which pixels that a decoder gave in mode meet their profile."""
    if mode == "CMYK":
        return mode
    return "L" if mode in ("1", "L", "LA", "La", "I", "F") or mode.startswith("I;16") else "RGB"


def convert_to_srgb(image: Image.Image, profile: bytes | None, mode: str) -> Image.Image:
    """Return image, which is plain, in sRGB: L, RGB or RGBA, maybe the same one; a useless profile counts as none.

    mode is the one in which its pixels meet the profile.
    """
    alpha = image.convert("RGBA") if image.mode == PREMULTIPLIED else None
    colours = alpha.convert("RGB") if alpha is not None else image
    converted = (_apply_profile(colours, profile, mode) if profile else None) or _without_profile(colours)
    if alpha is not None:
        converted.putalpha(alpha.getchannel("A"))
    return converted


def _apply_profile(image: Image.Image, profile: bytes, mode: str) -> Image.Image | None:
    """Return image converted from profile to sRGB, in place if that can be; None if the profile cannot be used."""
    transform = srgb_transform(profile, mode)
    if transform is None:
        return None
    if image.mode == transform.input_mode == transform.output_mode:
        ImageCms.applyTransform(image, transform, inPlace=True)  # a second picture would be the peak of a step's memory
        return image
    converted = ImageCms.applyTransform(image.convert(transform.input_mode), transform)
    return converted.convert("L") if converted and image.mode == "L" else converted


def _without_profile(image: Image.Image) -> Image.Image:
    return image.convert("RGB") if image.mode == "CMYK" else image


@lru_cache(maxsize=8)  # building one takes 1 to 4 ms, and a phone gives all its pictures the same profile
def srgb_transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the transform from profile to sRGB for pixels of mode; None if it is broken or of other colours."""
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
