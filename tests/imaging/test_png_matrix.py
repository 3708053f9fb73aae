"""Every color type, bit depth, interlacing and transparency of a PNG: the pixels that the standard gives it."""

from dataclasses import replace

import pytest
from PIL import Image, ImageChops

from imaging.decoding.picture import open_picture
from imaging.rendering.rendition import resize_to_edges
from tests import pictures
from tests.effort import times
from tests.hostile.pngs import chunk
from tests.imaging.limits import LIMITS
from tests.imaging.png_writer import DEPTHS, GRAY, GRAY_ALPHA, PALETTE, RGB, RGBA, Drawing, drawing

COMBINATIONS = [(color_type, depth) for color_type, depths in DEPTHS.items() for depth in depths]
WITH_COLOR = [(color_type, depth) for color_type, depth in COMBINATIONS if color_type not in {GRAY_ALPHA, RGBA}]
ROUNDING = 1  # of a sample of 16 bits


def shown(data: bytes) -> Image.Image:
    """Return the rendition of data at full size, in RGBA."""
    return pictures.decoded(resize_to_edges(open_picture(data, LIMITS), [1000], 90)[1000].data).convert("RGBA")


def worst(found: Image.Image, expected: Image.Image) -> int:
    """Return the largest difference of alpha, and of colors where the image is opaque."""
    opaque = expected.getchannel("A").point(lambda value: 255 if value == 255 else 0)
    ground = Image.new("RGB", expected.size)
    colors = (Image.composite(image.convert("RGB"), ground, opaque) for image in (found, expected))
    alphas = ImageChops.difference(found.getchannel("A"), expected.getchannel("A"))
    differences = ImageChops.difference(*colors)
    return max(int(high) for _, high in (*differences.getextrema(), alphas.getextrema()))


@pytest.mark.share(10)
@pytest.mark.parametrize("interlaced", [False, True], ids=["rows", "interlaced"])
@pytest.mark.parametrize(("color_type", "depth"), COMBINATIONS)
def test_every_kind_has_its_pixels(color_type: int, depth: int, *, interlaced: bool) -> None:
    """Without resampling, every pixel is the one that the standard defines."""
    drawn = drawing(color_type, depth)
    assert worst(shown(drawn.write(interlaced=interlaced)), drawn.pixels()) <= ROUNDING


@pytest.mark.share(12)
@pytest.mark.parametrize("interlaced", [False, True], ids=["rows", "interlaced"])
@pytest.mark.parametrize("clear", [0, 1, 7, 13][:: times(2, 1)])
@pytest.mark.parametrize(("color_type", "depth"), WITH_COLOR)
def test_every_transparent_color_is_transparent(color_type: int, depth: int, clear: int, *, interlaced: bool) -> None:
    """Exactly the pixels of the transparent color, or of the transparent index of the palette, are transparent."""
    drawn = drawing(color_type, depth, clear=clear)
    assert worst(shown(drawn.write(interlaced=interlaced)), drawn.pixels()) <= ROUNDING


def test_colors_that_differ_in_the_16th_bit_are_not_transparent() -> None:
    """A color of 16 bits is transparent only if all of its bits agree."""
    clear = (0x1234, 0x5678, 0x9ABC)
    near = (0x1235, 0x5678, 0x9ABC)
    drawn = Drawing(RGB, 16, [[clear, near] * 8] * 8, transparent=clear)
    assert worst(shown(drawn.write()), drawn.pixels()) <= ROUNDING


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_short_palette_may_be_transparent_at_each_index(count: int) -> None:
    """The palette may have fewer colors than its bit depth allows."""
    palette = tuple((60 * index, 20, 200 - 50 * index) for index in range(count))
    rows = [[((x + y) % count,) for x in range(16)] for y in range(16)]
    for index in range(count):
        drawn = Drawing(PALETTE, 2, rows, palette, (*[255] * index, 0))
        assert worst(shown(drawn.write()), drawn.pixels()) == 0


def test_half_transparent_indexes_stay_so() -> None:
    """A palette has an alpha for each index."""
    drawn = Drawing(PALETTE, 4, [[(x,) for x in range(16)]] * 4, ((200, 40, 90),) * 16, tuple(range(0, 256, 17)))
    assert worst(shown(drawn.write()), drawn.pixels()) == 0


def test_a_gray_of_one_bit_may_be_transparent() -> None:
    """The samples of one bit are 0 and 1, not 0 and 255."""
    for clear in (0, 1):
        drawn = Drawing(GRAY, 1, [[(x % 2,) for x in range(16)]] * 4, transparent=(clear,))
        assert worst(shown(drawn.write()), drawn.pixels()) == 0


@pytest.mark.parametrize("before", [b"PLTE", b"tRNS", b"IEND"])
def test_transparency_out_of_its_place_does_not_count(before: bytes) -> None:
    """Before the palette, or behind the pixels; of two, the first one counts (libpng's order, as in Chromium)."""
    drawn = Drawing(PALETTE, 2, [[(x % 2,) for x in range(16)]] * 4, ((200, 40, 90), (0, 0, 0)), (255, 99))
    clear, data = chunk(b"tRNS", b"\0\0"), drawn.write()
    kept = chunk(b"tRNS", b"\xff\x63")
    at = data.index(before if before != b"tRNS" else b"IDAT") - 4
    assert worst(shown(data[:at] + clear + data[at:]), drawn.pixels()) == 0
    opaque = replace(drawn, transparent=None)
    alone = data.replace(kept, b"")
    at = alone.index(before if before != b"tRNS" else b"IEND") - 4
    assert worst(shown(alone[:at] + clear + alone[at:]), opaque.pixels()) == 0
