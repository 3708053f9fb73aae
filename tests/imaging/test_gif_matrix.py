"""GIFs of every canvas, frame, palette, transparency, disposal and order of rows: the pixels that browsers show."""

from itertools import product

import pytest

from imaging.formats.gif import CONTROL
from tests.effort import repetition
from tests.imaging.comparison import shown, worst
from tests.imaging.gif_writer import Gif

CANVAS = (13, 9)
BOXES = {
    "whole": (0, 0, 13, 9),
    "inside": (3, 2, 6, 5),
    "left": (0, 0, 4, 9),
    "beyond the right": (8, 2, 10, 5),
    "beyond the bottom": (2, 5, 5, 10),
    "outside": (20, 1, 3, 3),
    "larger": (0, 0, 20, 15),
}
FLAGS = (False, True)


@pytest.mark.parametrize("transparent", [None, 1, 200])
@pytest.mark.parametrize("box", BOXES)
def test_frames_are_where_they_belong(box: str, transparent: int | None) -> None:
    """What the first frame does not cover is transparent, as its transparent index is; a frame may enlarge the canvas."""
    gif = Gif(CANVAS, BOXES[box], transparent=transparent, disposal=2)
    assert worst(shown(gif.write()), gif.pixels()) == 0


@pytest.mark.parametrize("canvas", [(0, 0), (0, 9), (13, 0)])
def test_a_canvas_without_a_size_has_that_of_its_frame(canvas: tuple[int, int]) -> None:
    """Some programs leave the size of the canvas out; browsers show the frame."""
    gif = Gif(canvas, BOXES["whole"])
    assert worst(shown(gif.write()), gif.pixels()) == 0


@repetition
def test_every_combination_is_right() -> None:
    """Nothing else decides what is seen."""
    wrong = []
    for name, box in BOXES.items():
        for bits, local, interlaced, transparent in product((1, 2, 3, 8), FLAGS, FLAGS, (None, 0, 1, 200)):
            for disposal, background, animated in product((0, 1, 2, 3, 5), (0, 1), FLAGS):
                gif = Gif(CANVAS, box, bits, local, interlaced, transparent, disposal, background, animated)
                if worst(shown(gif.write()), gif.pixels()):
                    wrong.append((name, gif))
    assert not wrong


@pytest.mark.parametrize("transparent", [None, 2])
def test_the_last_control_before_a_frame_counts(transparent: int | None) -> None:
    """Of two, the first one makes no index transparent (GIF89a, 23: a control is for the block that follows it)."""
    gif = Gif(CANVAS, BOXES["whole"], transparent=transparent)
    data = gif.write()
    at = data.index(CONTROL)
    assert worst(shown(data[:at] + CONTROL + b"\1\0\0\1\0" + data[at:]), gif.pixels()) == 0
