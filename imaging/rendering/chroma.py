"""Chroma: whether an encoder may store colors at half the resolution, or would blur them."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageFilter
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

if TYPE_CHECKING:
    from imaging.decoding.picture import Picture

FULL, HALF = "4:4:4", "4:2:0"
LOSSLESS = {"TIFF", "BMP"}  # they may hold drawings and screenshots
FULL_SAMPLING = 0  # as get_sampling returns it
# A pixel is blurred if its color differs by this much from the mean of its square of four. Of most photographs, up to 3 in
# 10,000 are; of a few, of pages of red text and of screenshots 7 and more.
VISIBLE, MOST = 24, 0.0005
# A square of four is plain if no band differs by more than PLAIN in it, and surrounded by plain ones if at least half of those
# up to AROUND squares away are. Of photographs, up to 0.5 in 10,000 squares so surrounded have two colors, 2 * VISIBLE apart;
# a red word of 12 pixels has 1.5 in an image of 1600 by 1064, a line of 100 pixels 1.2.
PLAIN, AROUND, MOST_LINES = 2, 4, 0.00008
SMALLEST = 2  # pixels of an edge of a square
WHITE = 255


def subsampling(image: Image.Image, picture: Picture) -> str:
    """Return the subsampling for a rendition, in RGB or L, made from picture: full where colors change from pixel to pixel.

    A JPEG that stores its colors at half the resolution, as photographs do, is not looked at.
    """
    original = picture.image
    if picture.format.name in LOSSLESS:
        return FULL
    if not isinstance(original, JpegImageFile):
        return FULL if _is_fine(image) else HALF
    if get_sampling(original) != FULL_SAMPLING:
        return HALF
    is_resized = image.width * image.height != picture.stored[0] * picture.stored[1]
    return FULL if not is_resized or _is_fine(image) else HALF


def _is_fine(image: Image.Image) -> bool:
    return _has_fine_colors(image) or has_fine_lines(image)


def has_fine_lines(image: Image.Image) -> bool:
    """Whether colors change from pixel to pixel on plain ground, as in red text: at half the resolution they turn gray.

    Photographs of fine colors have grain around them, which hides the same loss.
    """
    if not image.mode.startswith("RGB") or min(image.size) < SMALLEST:
        return False
    luma, *colors = _ranges(image.convert("RGB").convert("YCbCr"))
    widest = reduce(ImageChops.lighter, colors)
    plain = ImageChops.lighter(luma, widest).point([WHITE * (value <= PLAIN) for value in range(256)])
    around = plain.filter(ImageFilter.BoxBlur(AROUND))
    surrounded = around.point([WHITE * (2 * value >= WHITE) for value in range(256)])
    lines = ImageChops.darker(widest, surrounded).histogram()[2 * VISIBLE :]
    return sum(lines) > MOST_LINES * widest.width * widest.height


def _ranges(image: Image.Image) -> tuple[Image.Image, ...]:
    """Return by how much the pixels of each square of four differ, for each band."""
    width, height = image.width // 2, image.height // 2
    places = [(x, y, x + 2 * width, y + 2 * height) for x in (-1, 0) for y in (-1, 0)]
    corners = [image.crop(place).resize((width, height), Image.Resampling.NEAREST) for place in places]
    return ImageChops.subtract(reduce(ImageChops.lighter, corners), reduce(ImageChops.darker, corners)).split()


def _has_fine_colors(image: Image.Image) -> bool:
    """Whether more than a few pixels have a color of their own: each square's mean is compared with one of its pixels."""
    if image.mode != "RGB" or min(image.size) < SMALLEST:
        return False
    half = (image.width // 2, image.height // 2)
    planes = image.crop((0, 0, 2 * half[0], 2 * half[1])).convert("YCbCr").split()[1:]
    limit = MOST * half[0] * half[1]
    return any(_blurred(plane, half) > limit for plane in planes)


def _blurred(plane: Image.Image, half: tuple[int, int]) -> int:
    pixels = plane.resize(half, Image.Resampling.NEAREST)
    return sum(ImageChops.difference(plane.reduce(2), pixels).histogram()[VISIBLE:])
