"""PNGs of 16 bits a channel: Pillow decodes the upper eight of them, which are too few to find the transparent color."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from imaging.decoding.decoders import open_image

if TYPE_CHECKING:
    from PIL import ImageFile

    from imaging.formats import Format

# Pillow reads the first byte of each sample with the left one, and the second byte with the right one.
UPPER, LOWER = "RGB;16B", "RGB;16L"
DEEP_CLEAR = "deep_transparency"  # key in Pillow's `info`: the transparent color, 16 bits a channel


def apply_deep_transparency(image: Image.Image, data: bytes, format_: Format) -> Image.Image:
    """Return a decoded PNG with its transparent color of 16 bits as alpha; raises ImageRefusedError.

    The file is decoded a second time, for the lower bits. An image without such a color is returned as it is.
    """
    clear = image.info.pop(DEEP_CLEAR, None)
    if clear is None:
        return image
    image.info.pop("transparency", None)
    other = open_image(data, format_)
    _read_lower_bits(other)
    other.load()
    upper, lower = ([value >> shift & 255 for value in clear] for shift in (8, 0))
    alike = [*_equal(image, upper), *_equal(other, lower)]
    image.putalpha(ImageChops.invert(reduce(ImageChops.darker, alike)))
    return image


def _read_lower_bits(image: ImageFile.ImageFile) -> None:
    image.tile = [tile._replace(args=LOWER if tile.args == UPPER else tile.args) for tile in image.tile]


def _equal(image: Image.Image, color: list[int]) -> list[Image.Image]:
    """Return for each channel of image an image that is 255 where it has the value of color, and 0 elsewhere."""
    bands = zip(image.split(), color, strict=True)
    return [band.point([255 if value == wanted else 0 for value in range(256)]) for band, wanted in bands]
