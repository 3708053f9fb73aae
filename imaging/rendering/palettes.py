"""Palettes: an image of at most 256 colors as indexes, with every pixel the same."""

from __future__ import annotations

from PIL import Image

MOST = 256  # colors of a palette
MAX_PIXELS = 2**23  # the conversion takes 9 bytes for each
FEW_PIXELS = 2**18  # up to which one pixel is looked up after the other: 4 ms for a thumbnail, 15 ms with tables
ALPHA, OPAQUE = 3, 255  # place in a color of RGBA, and its largest value

Color = tuple[int, ...]


def with_palette(image: Image.Image) -> Image.Image | None:
    """Return image, L, RGB or RGBA, with a palette and its transparency in `info`; None if it has too many colors.

    Pillow's own conversion to a palette takes near colors for the same.
    """
    counted = image.getcolors(MOST) if image.width * image.height <= MAX_PIXELS else None
    if counted is None:
        return None
    colors = sorted((_tuple(color) for _, color in counted), key=_alpha_first)
    indexed = Image.frombytes("P", image.size, _indexes(image, colors))
    indexed.putpalette([value for color in colors for value in (color * 3 if len(color) == 1 else color[:ALPHA])])
    alphas = bytes(color[ALPHA] for color in colors if color[ALPHA:] and color[ALPHA] < OPAQUE)
    indexed.info = {"transparency": alphas} if alphas else {}
    return indexed


def _tuple(color: object) -> Color:
    return tuple(int(value) for value in color) if isinstance(color, tuple) else (int(str(color)),)


def _alpha_first(color: Color) -> Color:
    """Sort opaque colors behind all others, so that the list of alphas is short."""
    return (*color[ALPHA:], *color[:ALPHA])


def _indexes(image: Image.Image, colors: list[Color]) -> bytes:
    """Return the index of each pixel's color."""
    if image.width * image.height > FEW_PIXELS:
        return _band_by_band(image, colors).tobytes()
    index = {color: number for number, color in enumerate(colors)}
    return bytes(map(index.__getitem__, zip(*(band.tobytes() for band in image.split()), strict=True)))


def _band_by_band(image: Image.Image, colors: list[Color]) -> Image.Image:
    """Return the index of each pixel's color, as L: band by band, the start of a color has a number among all starts."""
    numbers = image.getchannel(0).point([0] * MOST)
    known: dict[Color, int] = {(): 0}
    for at in range(len(image.getbands())):
        starts = dict.fromkeys(color[: at + 1] for color in colors)
        following = {start: number for number, start in enumerate(starts)}
        table = [0] * MOST**2
        for start, number in following.items():
            table[MOST * known[start[:-1]] + start[-1]] = number
        numbers, known = _look_up(numbers, image.getchannel(at), table), following
    return numbers


def _look_up(upper: Image.Image, lower: Image.Image, table: list[int]) -> Image.Image:
    """Return the values of a table for 16-bit numbers, whose upper and lower eight bits are in two images."""
    samples = bytearray(2 * upper.width * upper.height)
    samples[0::2], samples[1::2] = lower.tobytes(), upper.tobytes()
    return Image.frombytes("I;16", upper.size, samples).convert("I").point(table, "L")
