"""WebPs with every frame, canvas, blending and disposal: the pixels that browsers and sharp show."""

from itertools import product

import pytest

from imaging.decoding.picture import open_picture
from imaging.errors import ImageRefusedError, Reason
from imaging.metadata.properties import read_properties
from tests import pictures
from tests.effort import repetition
from tests.hostile.webps import ALPHA
from tests.imaging.comparison import shown, worst
from tests.imaging.limits import LIMITS
from tests.imaging.webp_writer import Animation, bitstream, draw, header, riff

CANVAS = (16, 12)
BOXES = {"whole": (0, 0, 16, 12), "inside": (4, 2, 8, 6), "corner": (8, 6, 8, 6), "left": (0, 0, 6, 12)}
FLAGS = (False, True)


@pytest.mark.parametrize("announced", FLAGS)
@pytest.mark.parametrize("transparent", FLAGS)
@pytest.mark.parametrize("box", BOXES)
def test_transparency_is_in_the_frame_not_in_the_header(box: str, *, transparent: bool, announced: bool) -> None:
    """The header only hints at it: a frame with alpha, or one that does not cover the canvas, is transparent without it."""
    webp = Animation(CANVAS, BOXES[box], transparent=transparent, announced=announced)
    data = webp.write()
    assert worst(shown(data), webp.pixels()) == 0
    assert read_properties(open_picture(data, LIMITS))["alpha"] == (transparent or box != "whole")


@pytest.mark.parametrize("lossless", FLAGS)
@pytest.mark.parametrize("announced", FLAGS)
def test_a_still_shows_alpha_as_browsers_do(*, lossless: bool, announced: bool) -> None:
    """Alpha beside lossy data is ignored if the header does not announce it; lossless data have it in themselves."""
    image = draw(CANVAS, transparent=True)
    data = pictures.encoded(image, "WEBP", lossless=lossless, exact=True)
    still = riff(header(CANVAS, ALPHA if announced else 0), bitstream(data))
    alpha = shown(still).getchannel("A").getextrema()
    assert alpha == ((0, 255) if announced or lossless else (255, 255))


def test_alpha_behind_the_colors_is_corrupt() -> None:
    """Decoders would lose it without a word."""
    data = bitstream(pictures.encoded(draw(CANVAS, transparent=True), "WEBP"))
    colors = data.index(b"VP8 ")
    with pytest.raises(ImageRefusedError) as refused:
        shown(riff(header(CANVAS, ALPHA), data[colors:], data[:colors]))
    assert refused.value.reason == Reason.CORRUPT


@repetition
def test_every_combination_is_right() -> None:
    """Blending, disposal and background color concern the frames that follow."""
    wrong = []
    for name, box in BOXES.items():
        for switches in product(FLAGS, FLAGS, FLAGS, FLAGS):
            for background, announced in product((0, 0xFF2040C0, 0x802040C0), FLAGS):
                webp = Animation(CANVAS, box, *switches, background, announced)
                if worst(shown(webp.write()), webp.pixels()) > 1:
                    wrong.append((name, webp))
    assert not wrong
