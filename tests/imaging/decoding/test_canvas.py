"""GIFs whose first frame does not cover the canvas: the rest of it is transparent."""

import struct

import pytest

from imaging.decoding.decode import decode
from imaging.decoding.picture import has_alpha, open_picture
from imaging.rendering.rendition import crop_thumbnail, resize_to_edges
from tests import pictures
from tests.imaging.limits import LIMITS


def moved(left: int, top: int, canvas: tuple[int, int], *, mode: str = "RGB") -> bytes:
    """Return a GIF of the quadrants at a place of a larger canvas."""
    data = pictures.encoded(pictures.quadrants(mode=mode), "GIF")
    at = data.index(b"\x2c\0\0\0\0" + struct.pack("<HH", *pictures.SIZE))
    data = data[: at + 1] + struct.pack("<HH", left, top) + data[at + 5 :]
    return data[:6] + struct.pack("<HH", *canvas) + data[10:]


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize(("left", "top"), [(0, 0), (20, 10), (40, 30)])
def test_what_no_frame_covers_is_transparent(left: int, top: int, mode: str) -> None:
    """Pillow fills it with the first color of the palette."""
    width, height = pictures.SIZE
    picture = open_picture(moved(left, top, (120, 80), mode=mode), LIMITS)
    assert has_alpha(picture.image)
    alpha = decode(picture).image.convert("RGBA").getchannel("A")
    covered = (left, top, left + (width // 2 if mode == "RGBA" else width), top + height)
    assert alpha.getbbox() == covered
    assert alpha.crop(covered).getextrema() == (255, 255)


def test_renditions_have_the_transparency() -> None:
    """Image and thumbnail are PNGs with alpha."""
    data = moved(0, 0, (120, 80))
    images = [
        resize_to_edges(open_picture(data, LIMITS), [1000], 85)[1000],
        crop_thumbnail(open_picture(data, LIMITS), 50, 85),
    ]
    for image in images:
        assert pictures.decoded(image.data).convert("RGBA").getchannel("A").getextrema() == (0, 255)


def test_a_frame_that_covers_the_canvas_is_opaque() -> None:
    """Nothing changes for all other GIFs."""
    picture = open_picture(pictures.encoded(pictures.quadrants(), "GIF"), LIMITS)
    assert not has_alpha(picture.image)
    assert decode(picture).image.mode == "P"
