"""Hostile WebPs: false and countless chunks, canvases and frames."""

import struct
from collections.abc import Iterator

from tests import pictures
from tests.hostile.kind import (
    CORRUPT,
    IMAGE,
    NOT_AN_IMAGE,
    TOO_COMPLEX,
    TOO_MANY_FRAMES,
    TOO_MANY_PIXELS,
    TOO_MUCH_METADATA,
    TRUNCATED,
    Kind,
    kind,
)

ANIMATED, ALPHA = 0x02, 0x10  # flags of a canvas
Size = tuple[int, int]


def chunk(name: bytes, content: bytes) -> bytes:
    """Write a chunk."""
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def riff(*chunks: bytes, length: int | None = None) -> bytes:
    """Write a WebP of chunks; its header may have another length."""
    content = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(content) if length is None else length) + content


def short(number: int) -> bytes:
    """Write a number in three bytes."""
    return number.to_bytes(3, "little")


def canvas(size: Size = pictures.SIZE, flags: int = 0) -> bytes:
    """Write the chunk of the canvas."""
    return chunk(b"VP8X", struct.pack("<I", flags) + short(size[0] - 1) + short(size[1] - 1))


def bitstream() -> bytes:
    """Return the chunk with the quadrants."""
    return pictures.examples()["WEBP"][12:]


def frame(size: Size = pictures.SIZE, place: Size = (0, 0), data: bytes | None = None) -> bytes:
    """Write a frame of an animation."""
    head = short(place[0] // 2) + short(place[1] // 2) + short(size[0] - 1) + short(size[1] - 1) + short(100) + b"\0"
    return chunk(b"ANMF", head + (bitstream() if data is None else data))


def animated(*frames: bytes, size: Size = pictures.SIZE) -> bytes:
    """Write an animation of frames."""
    return riff(canvas(size, ANIMATED), chunk(b"ANIM", bytes(6)), *frames)


def lossy(width: int, height: int) -> bytes:
    """Return a lossy image whose header has another size."""
    data = bitstream()
    return data[:14] + struct.pack("<HH", width, height) + data[18:]


def kinds() -> Iterator[Kind]:
    """Yield the kinds."""
    yield kind("WebP with a canvas of 2**24", riff(canvas((2**24, 2**24)), bitstream()), TOO_MANY_PIXELS)
    yield kind("WebP with a canvas of another size", riff(canvas((90, 90)), bitstream()), CORRUPT)
    yield kind("WebP of 16383 by 16383", riff(lossy(16_383, 16_383)), TOO_MANY_PIXELS)
    yield kind("WebP of no width", riff(lossy(0, 9)), CORRUPT)
    yield kind("WebP larger than what it codes", riff(lossy(4000, 4000)), CORRUPT, TRUNCATED, IMAGE)
    lossless = riff(chunk(b"VP8L", b"\x2f" + b"\xff" * 30))
    yield kind("WebP of nonsense without loss", lossless, TOO_MANY_PIXELS)
    small = riff(chunk(b"VP8L", b"\x2f\x09\x40\x02\x00" + b"\xa5" * 30))
    yield kind("WebP of small nonsense without loss", small, CORRUPT, TRUNCATED)
    yield kind("WebP of nonsense with loss", riff(bitstream()[:18] + b"\xa5" * 40), CORRUPT, TRUNCATED, IMAGE)
    clear = riff(canvas(flags=ALPHA), chunk(b"ALPH", b"\x01" + b"\xa5" * 40), bitstream())
    yield kind("WebP with transparency of nonsense", clear, CORRUPT, TRUNCATED, IMAGE)
    yield kind(
        "WebP with transparency of nothing",
        riff(canvas(flags=ALPHA), chunk(b"ALPH", b""), bitstream()),
        CORRUPT,
        TRUNCATED,
        IMAGE,
    )
    yield kind("WebP without a picture", riff(canvas()), CORRUPT, TRUNCATED)
    yield kind("WebP without a chunk", riff(), CORRUPT, TRUNCATED)
    yield kind("WebP with a chunk that no standard knows first", riff(chunk(b"ABCD", b"?"), bitstream()), CORRUPT)
    yield kind("WebP with two pictures", riff(bitstream(), bitstream()), IMAGE)
    yield from _animations()
    yield from _chunks()
    data = pictures.examples()["WEBP RGBA"]
    for place in (8, 11, 12, 19, 25, 29, 40, len(data) // 2, len(data) - 1):
        yield kind(f"WebP cut at {place}", data[:place], TRUNCATED if place >= 12 else NOT_AN_IMAGE)
        if place > 12:
            shorter = data[:4] + struct.pack("<I", place - 8) + data[8:place]
            yield kind(f"WebP cut at {place} that says so", shorter, TRUNCATED, CORRUPT)


def _animations() -> Iterator[Kind]:
    yield kind("WebP of 3 frames", animated(*[frame()] * 3), IMAGE)
    yield kind("WebP of 1001 frames", lambda: animated(*[frame()] * 1001), TOO_MANY_FRAMES)
    yield kind("WebP of 100,000 empty frames", lambda: animated(*[frame(data=b"")] * 100_000), TOO_MANY_FRAMES)
    yield kind("WebP with a frame outside", animated(frame(place=(50, 50))), CORRUPT)
    yield kind("WebP with a frame of another size", animated(frame((10, 10))), IMAGE, CORRUPT)
    yield kind("WebP with a frame of 2**24", animated(frame((2**24, 2**24))), CORRUPT)
    yield kind("WebP with an empty frame", animated(frame(data=b"")), CORRUPT, TRUNCATED)
    yield kind("WebP with half a frame's head", animated(chunk(b"ANMF", bytes(7))), CORRUPT, TRUNCATED)
    yield kind("WebP animated, without a frame", animated(), CORRUPT, TRUNCATED)
    yield kind("WebP with a vast canvas of small frames", animated(frame(), size=(7000, 7000)), IMAGE, TOO_COMPLEX)


def _chunks() -> Iterator[Kind]:
    data = pictures.examples()["WEBP"]
    yield kind("WebP that says it has 2**32 bytes", data[:4] + b"\xff" * 4 + data[8:], TRUNCATED)
    yield kind("WebP that says it has none", data[:4] + bytes(4) + data[8:], CORRUPT, TRUNCATED)
    yield kind("WebP with a chunk of 2**32 bytes", data[:16] + b"\xff" * 4 + data[20:], TRUNCATED)
    yield kind("WebP with much behind its end", data + bytes(10_000_000), IMAGE)
    for name, size in ((b"EXIF", 2**21), (b"ICCP", 5 * 2**20), (b"XMP ", 9 * 2**20)):
        large = riff(canvas(flags=0x2C), bitstream(), chunk(name, bytes(size)))
        yield kind(f"WebP with {size} bytes of {name.decode()}", large, TOO_MUCH_METADATA)
        nonsense = riff(canvas(flags=0x2C), bitstream(), chunk(name, b"\xa5" * 99))
        yield kind(f"WebP with {name.decode()} of nonsense", nonsense, IMAGE)
    many = riff(canvas(), bitstream(), chunk(b"ABCD", b"") * 300_000)
    yield kind("WebP with 300,000 chunks that no standard knows", lambda: many, TOO_COMPLEX)
