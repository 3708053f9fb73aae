"""Chroma: whether a JPEG may store colors at half the resolution, or would blur them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageChops
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

if TYPE_CHECKING:
    from imaging.decoding.picture import Picture

FULL, HALF = "4:4:4", "4:2:0"
LOSSLESS = {"TIFF", "BMP"}  # they may hold drawings and screenshots
FULL_SAMPLING = 0  # as get_sampling returns it
# A pixel is blurred if its color differs by this much from the mean of its square of four. Of photographs, up to 3 in 10,000
# are, of red text and of screenshots 7 and more.
VISIBLE, MOST = 24, 0.0005


def subsampling(image: Image.Image, picture: Picture) -> str:
    """Return the subsampling for a rendition, in RGB or L, made from picture: full where colors change from pixel to pixel.

    A JPEG that stores its colors at half the resolution, as photographs do, is not looked at.
    """
    original = picture.image
    if picture.format.name in LOSSLESS:
        return FULL
    if not isinstance(original, JpegImageFile):
        return FULL if _has_fine_colors(image) else HALF
    if get_sampling(original) != FULL_SAMPLING:
        return HALF
    is_resized = image.width * image.height != picture.stored[0] * picture.stored[1]
    return FULL if not is_resized or _has_fine_colors(image) else HALF


def _has_fine_colors(image: Image.Image) -> bool:
    """Whether more than a few pixels have a color of their own: each square's mean is compared with one of its pixels."""
    if image.mode != "RGB" or min(image.size) < 2:  # noqa: PLR2004 - an edge of a square
        return False
    half = (image.width // 2, image.height // 2)
    planes = image.crop((0, 0, 2 * half[0], 2 * half[1])).convert("YCbCr").split()[1:]
    limit = MOST * half[0] * half[1]
    return any(_blurred(plane, half) > limit for plane in planes)


def _blurred(plane: Image.Image, half: tuple[int, int]) -> int:
    pixels = plane.resize(half, Image.Resampling.NEAREST)
    return sum(ImageChops.difference(plane.reduce(2), pixels).histogram()[VISIBLE:])
