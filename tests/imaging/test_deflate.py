"""Deflate by ISA-L: the same bytes as with zlib, and the same errors, in any number of parts."""

import random
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from imaging import deflate
from imaging.decoding.decode import decode
from imaging.decoding.picture import open_picture
from imaging.errors import ImageRefusedError, Reason
from imaging.rendering.rendition import resize_to_edges
from tests import pictures
from tests.effort import times
from tests.hostile.pngs import chunk
from tests.imaging.limits import LIMITS
from tests.imaging.png_writer import DEPTHS, drawing
from tests.imaging.rendering.test_encode import photograph

needs_isal = pytest.mark.skipif(not deflate.is_available(), reason="isal has no wheel here")
COMBINATIONS = [(color_type, depth) for color_type, depths in DEPTHS.items() for depth in depths]


def noise(size: int) -> bytes:
    """Return bytes of which half can be compressed, the same in every run."""
    choice = random.Random(11)  # noqa: S311 - no secret
    return b"".join(choice.randbytes(50) + bytes(50) for _ in range(size // 100))


def parts(stream: bytes, size: int) -> Callable[[int], bytes]:
    """Return a function that returns a stream in parts of a size."""
    rest = iter([stream[at : at + size] for at in range(0, len(stream), size)])
    return lambda _: next(rest, b"")


def stored(stream: bytes, size: int = 65_536) -> bytes:
    """Return a stream in stored blocks, without its last one."""
    return b"".join(deflate.restored(deflate.inflated(parts(stream, size))))


@pytest.mark.parametrize("size", [1, 3, 1000, 10_000_000])
@pytest.mark.parametrize("length", [0, 1, 200, 65_535, 65_536, 131_072, 400_000])
def test_stored_blocks_have_the_same_content(length: int, size: int) -> None:
    """In whatever parts the stream comes, and whatever follows it."""
    content = noise(length + 100)[:length]
    for level in (0, 1, 9):
        stream = zlib.compress(content, level)
        if len(stream) / size < 5000:
            assert zlib.decompressobj().decompress(stored(stream + b"more", size)) == content


def test_damage_is_found() -> None:
    """Also a sum that is not that of the content; a stream that ends before its sum has been read has none."""
    content = noise(200_000)
    stream = zlib.compress(content)
    for broken in (stream[:-4] + b"\0\0\0\0", stream[:300] + b"\xff" * 50 + stream[350:], b"x\x9c\x07", b"no stream"):
        with pytest.raises(deflate.DamagedStreamError):
            stored(broken)
    for cut in range(1, 5):
        assert zlib.decompressobj().decompress(stored(stream[:-cut])) == content


def test_zlib_takes_the_place_of_isal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where that has no wheel."""
    monkeypatch.setattr(deflate, "is_available", lambda: False)
    test_damage_is_found()
    test_stored_blocks_have_the_same_content(400_000, 1000)


@needs_isal
def test_what_is_compressed_is_a_stream_of_zlib() -> None:
    """Any reader inflates it."""
    for length in (0, 1, 70_000, 1_000_000):
        content = noise(length)
        assert zlib.decompress(deflate.compress(content)) == content


@pytest.mark.parametrize("interlaced", [False, True], ids=["rows", "interlaced"])
@pytest.mark.parametrize(("color_type", "depth"), COMBINATIONS)
def test_pixels_are_pillows(color_type: int, depth: int, *, interlaced: bool) -> None:
    """Every kind of PNG has exactly the pixels that Pillow alone decodes."""
    data = drawing(color_type, depth).write(interlaced=interlaced)
    found = decode(open_picture(data, LIMITS)).image
    alone = Image.open(BytesIO(data))
    assert found.tobytes() == alone.tobytes()


def test_pixels_of_a_photograph_are_pillows() -> None:
    """Its stream has more than one part, in chunks of several sizes."""
    data = pictures.encoded(photograph(), "PNG", compress_level=1)
    at = data.index(b"IDAT")
    stream = b"".join(data[at + 4 : at + 4 + int.from_bytes(data[at - 4 : at], "big")] for at in _chunks(data))
    for size in (1, 7, 1000, 10**7)[: times(3, 4)] if len(stream) < 10**6 else (9999,):
        chunks = [chunk(b"IDAT", stream[n : n + size]) for n in range(0, min(len(stream), 5000 * size), size)]
        made = data[: at - 4] + b"".join(chunks) + data[-12:]
        try:
            found = decode(open_picture(made, LIMITS)).image
        except ImageRefusedError as refused:
            assert refused.reason == Reason.TRUNCATED  # noqa: PT017 - where the parts do not hold all of it
            assert len(stream) > 5000 * size
        else:
            assert found.tobytes() == photograph().tobytes()


def _chunks(data: bytes) -> list[int]:
    return [at for at in range(len(data) - 4) if data.startswith(b"IDAT", at)]


def test_renditions_of_photographs_have_their_pixels() -> None:
    """However they are compressed."""
    data = pictures.encoded(photograph(), "PNG")
    found = resize_to_edges(open_picture(data, LIMITS), [300], 85)[300].data
    assert pictures.decoded(found).size == (300, 225)
    again = resize_to_edges(open_picture(found, LIMITS), [300], 85)[300].data
    assert pictures.decoded(again).tobytes() == pictures.decoded(found).tobytes()
