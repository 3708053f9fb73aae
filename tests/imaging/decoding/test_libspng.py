"""The filters of PNG rows, undone by libspng: every pixel is what Pillow makes of it, and damage stays damage."""

import random
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from imaging.decoding import inflate, libspng
from imaging.decoding.decode import decode
from imaging.decoding.inflate import Rows
from imaging.decoding.picture import open_picture
from imaging.deflate import is_available
from imaging.errors import ImageRefusedError
from tests import pictures
from tests.effort import times
from tests.hostile.pngs import chunk
from tests.imaging.limits import LIMITS

needs_libspng = pytest.mark.skipif(
    not (libspng.is_available() and is_available()), reason="pyspng or isal has no wheel here"
)
WIDTH, HEIGHT = 61, 40
COLOR_TYPES = libspng.COLOR_TYPES
# Of Adam7: the first column and row, and the steps across and down.
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def filtered(seed: int, pixel: int, filters: range = range(libspng.FILTERS)) -> bytes:
    """Return rows of noise, each with one of filters."""
    choice = random.Random(seed)  # noqa: S311 - no secret
    rows = (bytes([choice.choice(filters)]) + choice.randbytes(WIDTH * pixel) for _ in range(HEIGHT))
    return b"".join(rows)


def png(stream: bytes, pixel: int, interlace: int = 0) -> bytes:
    """Write a PNG with a compressed stream."""
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, COLOR_TYPES[pixel], 0, 0, interlace)
    return pictures.PNG + chunk(b"IHDR", header) + chunk(b"IDAT", stream) + chunk(b"IEND", b"")


def pillows(data: bytes) -> bytes:
    """Return the pixels as Pillow decodes them."""
    return Image.open(BytesIO(data)).tobytes()


def end(data: bytes) -> tuple[str, bytes]:
    """Return the pixels, or the reason of a refusal."""
    try:
        return "", decode(open_picture(data, LIMITS)).image.tobytes()
    except ImageRefusedError as refused:
        return refused.reason, b""


@needs_libspng
@pytest.mark.parametrize("pixel", COLOR_TYPES)
@pytest.mark.parametrize("filters", [range(one, one + 1) for one in range(libspng.FILTERS)] + [range(libspng.FILTERS)])
def test_pixels_are_those_of_pillow(filters: range, pixel: int) -> None:
    """With each filter, and with all of them, also on the first row."""
    for seed in range(times(2, 20)):
        rows = filtered(seed, pixel, filters)
        data = png(zlib.compress(rows), pixel)
        found = libspng.unfilter(rows, WIDTH * pixel, pixel)
        assert found == pillows(data)
        assert end(data) == ("", pillows(data))


@needs_libspng
def test_rows_may_come_in_any_parts() -> None:
    """A part may end in the middle of a row, and the first row of a part is undone by the last one before."""
    content = filtered(5, 3)
    expected = b"".join(
        b"\0" + pillows(png(zlib.compress(content), 3))[at : at + 183] for at in range(0, 183 * 40, 183)
    )
    for size in (1, 7, 183, 184, 185, 1000, len(content)):
        rows = Rows(WIDTH * 3, 3)
        parts = [content[at : at + size] for at in range(0, len(content), size)]
        assert b"".join(map(rows.unfilter, parts)) == expected


@needs_libspng
@pytest.mark.parametrize("pixel", COLOR_TYPES)
def test_damage_ends_as_without_it(pixel: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that does not exist, missing rows, rows too many, a wrong sum and a cut stream have the same outcome as Pillow's."""
    rows = filtered(3, pixel)
    stride = 1 + WIDTH * pixel
    sound = zlib.compress(rows)
    streams = [
        *(zlib.compress(rows[: at * stride] + b"\5" + rows[at * stride + 1 :]) for at in (0, 7, HEIGHT - 1)),
        *(zlib.compress(rows[:-cut]) for cut in (1, stride, 5 * stride)),
        *(zlib.compress(rows + more) for more in (b"\0", b"\7" * stride, rows)),
        *(sound[:-cut] for cut in (1, 4, 5, 100, 2000)),
        sound[:-1] + bytes([sound[-1] ^ 1]),
        sound[:2000] + b"\xff" * 50 + sound[2050:],
    ]
    fast = [end(png(stream, pixel)) for stream in streams]
    monkeypatch.setattr(libspng, "is_available", lambda: False)
    assert fast == [end(png(stream, pixel)) for stream in streams]


@needs_libspng
def test_what_is_interlaced_is_left_to_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rows are of several widths."""
    choice = random.Random(2)  # noqa: S311 - no secret
    rows = (
        b"\4" + choice.randbytes(3 * -((x - WIDTH) // across))
        for x, y, across, down in PASSES
        for _ in range(y, HEIGHT, down)
    )
    data = png(zlib.compress(b"".join(rows)), 3, interlace=1)
    monkeypatch.setattr(inflate, "Rows", None)
    assert end(data) == ("", pillows(data))


@pytest.mark.parametrize("expected", [b"", libspng.EXPECTED])
def test_another_library_is_not_used(expected: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """If it returned other pixels of a sample, or is not there, it is not available."""
    libspng.load.cache_clear()
    if expected:
        monkeypatch.setattr(libspng, "find_spec", lambda _: None)
    else:
        monkeypatch.setattr(libspng, "EXPECTED", expected)
        monkeypatch.setattr(libspng, "_unfilter", lambda *_: libspng.SAMPLE)
    assert not libspng.is_available()
    assert libspng.unfilter(libspng.SAMPLE, 6, 3) is None
    libspng.load.cache_clear()
