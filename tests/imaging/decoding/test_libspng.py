"""The filters of PNG rows, undone by libspng: every pixel is what Pillow makes of it, and damage stays damage."""

import random
import struct
import zlib
from dataclasses import replace
from functools import partial
from io import BytesIO

import pytest
from PIL import Image

from imaging.decoding import decode as decode_module
from imaging.decoding import inflate, libspng
from imaging.decoding.decode import SCALES, decode
from imaging.decoding.inflate import Rows
from imaging.decoding.picture import open_picture
from imaging.deflate import is_available
from imaging.errors import ImageRefusedError
from tests import pictures
from tests.effort import times
from tests.hostile.pngs import chunk
from tests.imaging.limits import LIMITS
from tests.imaging.test_deflate import parts

needs_libspng = pytest.mark.skipif(
    not (libspng.is_available() and is_available()), reason="pyspng or isal has no wheel here"
)
WIDTH, HEIGHT = 61, 40
HEAD, END = 33, 12  # bytes of the signature with the header, and of the last chunk
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
    chunks = [(b"IHDR", header), (b"IDAT", stream), (b"IEND", b"")]
    return pictures.PNG + b"".join(chunk(*one) for one in chunks)


def pillows(data: bytes) -> bytes:
    """Return the pixels as Pillow decodes them."""
    return Image.open(BytesIO(data)).tobytes()


def end(data: bytes, wanted: tuple[int, int] | None = None) -> tuple[str, bytes]:
    """Return the pixels, or the reason of a refusal."""
    try:
        return "", decode(open_picture(data, LIMITS), wanted).image.tobytes()
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
        found = libspng.unfilter([rows[:1000], memoryview(rows)[1000:]], WIDTH * pixel, pixel)
        assert bytes(found or b"") == pillows(data)
        assert end(data) == ("", pillows(data))


@needs_libspng
@pytest.mark.parametrize("scale", SCALES)
def test_rows_may_come_in_any_parts(scale: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part may end in the middle of a row; a row is undone by the last one of the part before; squares become their means."""
    stream = zlib.compress(filtered(5, 3))
    expected = Image.open(BytesIO(png(stream, 3))).convert("RGB").reduce(scale)
    monkeypatch.setattr(inflate, "PIECE", 1)
    for size in (1, 183, 1000, len(stream))[: times(3, 4)]:
        rows = Rows(parts(stream, size), (WIDTH, HEIGHT), "RGB", scale)
        assert rows.size == expected.size
        assert b"".join(iter(partial(rows.read, 1), b"")) == expected.tobytes()


@needs_libspng
@pytest.mark.parametrize("scale", SCALES)
def test_an_image_is_reduced_while_it_is_decoded(scale: int) -> None:
    """Down to at least twice the wanted size; the same image is enough for a second decoding."""
    data = png(zlib.compress(filtered(6, 3)), 3)
    picture = open_picture(data, LIMITS)
    for _ in range(2):
        found = decode(picture, wanted=(WIDTH // (2 * scale), HEIGHT // (2 * scale)))
        assert found.image.tobytes() == Image.open(BytesIO(data)).convert("RGB").reduce(scale).tobytes()
        assert found.covered == (WIDTH / scale, HEIGHT / scale)


def test_checksums_of_pixels_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second decoding returns the same pixels, which were sound."""
    checked = list[object]()
    monkeypatch.setattr(decode_module, "check_pixels", checked.append)
    picture = open_picture(png(zlib.compress(filtered(6, 3)), 3), LIMITS)
    assert decode(picture).image.tobytes() == decode(picture).image.tobytes()
    assert checked == [picture.inspected]


@pytest.mark.parametrize("name", ["tRNS", "cICP", "acTL"])
def test_what_may_not_be_reduced_is_decoded_in_full(name: str) -> None:
    """A transparent color is compared with single pixels; the brightest pixel of an HDR image and a smaller frame count."""
    stream = zlib.compress(filtered(7, 3))
    frame = struct.pack(">IIIIIHHBB", 0, WIDTH, HEIGHT, 0, 0, 1, 1, 0, 0)
    more = {
        "tRNS": chunk(b"tRNS", bytes(6)),
        "cICP": chunk(b"cICP", bytes([9, 16, 0, 1])),
        "acTL": chunk(b"acTL", struct.pack(">II", 2, 0)) + chunk(b"fcTL", frame),
    }
    after = chunk(b"fcTL", b"\0\0\0\1" + frame[4:]) + chunk(b"fdAT", b"\0\0\0\2" + stream) if name == "acTL" else b""
    plain = png(stream, 3)
    data = plain[:HEAD] + more[name] + plain[HEAD:-END] + after + plain[-END:]
    limits = replace(LIMITS, accepts_hdr=True, max_frames=2)
    assert decode(open_picture(data, limits), wanted=(1, 1)).image.size == (WIDTH, HEIGHT)
    assert decode(open_picture(plain, limits), wanted=(1, 1)).image.size == (8, 5)


@needs_libspng
@pytest.mark.parametrize("pixel", COLOR_TYPES)
def test_damage_ends_as_without_it(pixel: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that does not exist, missing rows, rows too many, a wrong sum and a cut stream have the same outcome as Pillow's."""
    rows = filtered(3, pixel)
    stride = 1 + WIDTH * pixel
    sound = zlib.compress(rows)
    small = zlib.compressobj(wbits=9)
    streams = [
        *(zlib.compress(rows[: at * stride] + b"\5" + rows[at * stride + 1 :]) for at in (0, 7, HEIGHT - 1)),
        *(zlib.compress(rows[:-cut]) for cut in (1, stride, 5 * stride)),
        *(zlib.compress(rows + more) for more in (b"\0", b"\7" * stride, rows)),
        *(sound[:-cut] for cut in (1, 4, 5, 100, 2000)),
        sound[:-1] + bytes([sound[-1] ^ 1]),
        sound[:2000] + b"\xff" * 50 + sound[2050:],
        *(head + sound[2:] for head in (b"\x78\x00", b"\x88\x1c", b"\x79\x18", b"\x78\x02")),
        small.compress(rows) + small.flush(),
        sound[:1],
        b"",
    ]
    fast, reduced = ([end(png(stream, pixel), wanted) for stream in streams] for wanted in (None, (1, 1)))
    monkeypatch.setattr(libspng, "is_available", lambda: False)
    plain = [end(png(stream, pixel)) for stream in streams]
    assert fast == plain
    assert [reason for reason, _ in reduced] == [reason for reason, _ in plain]
    assert {reason for reason, _ in plain} == {"", "CORRUPT", "TRUNCATED"}


@needs_libspng
def test_rows_that_are_sound_were_refused_for_want_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The image is no damaged one then."""
    monkeypatch.setattr(libspng, "unfilter", lambda *_: None)
    with pytest.raises(MemoryError):
        decode(open_picture(png(zlib.compress(filtered(3, 3)), 3), LIMITS))


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
    assert libspng.unfilter([libspng.SAMPLE], 6, 3) is None
    libspng.load.cache_clear()
