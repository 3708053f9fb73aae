"""PNGs of 16 bits a channel: Pillow decodes the upper eight of them, which are too few to find the transparent color."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from imaging.colorimetry.described import brightest, srgb_table
from imaging.colorimetry.spaces import SRGB
from imaging.decoding.decoders import open_image
from imaging.decoding.inflate import inflate_checked

if TYPE_CHECKING:
    from PIL import ImageFile

    from imaging.colorimetry.spaces import ColorSpace
    from imaging.formats import Format

# Pillow reads the first byte of each sample with the left one, and the second byte with the right one.
LOWER = {"RGB;16B": "RGB;16L", "RGBA;16B": "RGBA;16L"}
UPPER_BITS = "upper_bits"  # key in Pillow's `info` of an image that Pillow decodes from 16 bits a channel to 8
DEEP_CLEAR = "deep_transparency"  # key in Pillow's `info`: the transparent color, 16 bits a channel


def apply_deep_transparency(image: Image.Image, data: bytes, format_: Format) -> Image.Image:
    """Return a decoded PNG with its transparent color of 16 bits as alpha; raises ImageRefusedError.

    The file is decoded a second time, for the lower bits. An image without such a color is returned as it is.
    """
    clear = image.info.pop(DEEP_CLEAR, None)
    if clear is None:
        return image
    image.info.pop("transparency", None)
    other = _lower_bits(data, format_)
    upper, lower = ([value >> shift & 255 for value in clear] for shift in (8, 0))
    alike = [*_equal(image, upper), *_equal(other, lower)]
    image.putalpha(ImageChops.invert(reduce(ImageChops.darker, alike)))
    return image


def reencode(image: Image.Image, space: ColorSpace, data: bytes, format_: Format) -> tuple[Image.Image, ColorSpace]:
    """Return an image of 16 bits a channel with the curve of sRGB, and its color space then.

    Eight bits are enough for that curve, but not for a linear one: half of all levels that can be distinguished would be one.
    """
    if UPPER_BITS not in image.info or space.transfer == SRGB:
        return image, space
    colors, lower = image.convert("RGB"), _lower_bits(data, format_).convert("RGB")
    table = srgb_table(space, brightest(colors.getextrema(), "RGB"))
    bands = [_look_up(*pair, table) for pair in zip(colors.split(), lower.split(), strict=True)]
    if "A" in image.getbands():
        bands.append(image.getchannel("A"))
    return Image.merge("RGBA" if len(bands) > len("RGB") else "RGB", bands), replace(
        space, transfer=SRGB, exponent=None
    )


def _look_up(upper: Image.Image, lower: Image.Image, table: list[int]) -> Image.Image:
    """Return the values of a table for samples whose upper and lower eight bits are in two images."""
    samples = bytearray(2 * upper.width * upper.height)
    samples[0::2], samples[1::2] = lower.tobytes(), upper.tobytes()
    return Image.frombytes("I;16", upper.size, samples).convert("I").point(table, "L")


def _lower_bits(data: bytes, format_: Format) -> ImageFile.ImageFile:
    image = open_image(data, format_)
    image.tile = [tile._replace(args=LOWER.get(str(tile.args), tile.args)) for tile in image.tile]
    inflate_checked(image)
    image.load()
    return image


def _equal(image: Image.Image, color: list[int]) -> list[Image.Image]:
    """Return for each channel of image an image that is 255 where it has the value of color, and 0 elsewhere."""
    bands = zip(image.split(), color, strict=True)
    return [band.point([255 if value == wanted else 0 for value in range(256)]) for band, wanted in bands]
