"""Hostile PNGs: false, missing and highly compressed chunks."""

import struct
import zlib
from collections.abc import Iterator
from functools import cache
from itertools import accumulate

from tests import pictures
from tests.hostile.kind import (
    CORRUPT,
    IMAGE,
    NOT_AN_IMAGE,
    TOO_COMPLEX,
    TOO_MANY_PIXELS,
    TRUNCATED,
    UNSUPPORTED,
    Kind,
    kind,
)

Size = tuple[int, int]


@cache
def bomb() -> bytes:
    """Return 64 MB of zeros, compressed."""
    return zlib.compress(bytes(64 * 2**20))


def chunk(name: bytes, content: bytes) -> bytes:
    """Write a chunk."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def header(size: Size, depth: int = 8, colors: int = 2, interlace: int = 0) -> bytes:
    """Write a header; colors is the color type of the standard."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colors, 0, 0, interlace))


def png(*chunks: bytes) -> bytes:
    """Write a PNG of chunks, and its end."""
    return pictures.PNG + b"".join(chunks) + chunk(b"IEND", b"")


def pixels(size: Size, channels: int = 3) -> bytes:
    """Write black pixels of a size."""
    return chunk(b"IDAT", zlib.compress(bytes(1 + size[0] * channels) * size[1]))


def with_chunks(*chunks: bytes) -> bytes:
    """Write a sound PNG with more chunks before its pixels."""
    return png(header((40, 30)), *chunks, pixels((40, 30)))


def rechecked(data: bytes) -> bytes:
    """Return a PNG with the checksum of each chunk made right, up to the first one that the file cuts; others unchanged."""
    fixed, at = bytearray(data), len(pictures.PNG)
    while data.startswith(pictures.PNG) and at + 12 <= len(data):
        end = at + 8 + struct.unpack_from(">I", data, at)[0]
        if end + 4 <= len(data):
            struct.pack_into(">I", fixed, end, zlib.crc32(memoryview(data)[at + 4 : end]))
        at = end + 4
    return bytes(fixed)


def kinds() -> Iterator[Kind]:
    """Yield the kinds."""
    yield from _headers()
    yield from _pixels()
    yield from _chunks()
    data = pictures.examples()["PNG palette RGBA"]
    ends = accumulate((len(pictures.PNG), *(12 + length for length in _lengths(data))))
    for place in [place for end in ends for place in (end - 3, end) if place < len(data)]:
        is_whole = place > data.index(b"IEND") - 8 - 12  # without its last checksums, and without its end
        end = IMAGE if is_whole else TRUNCATED if place >= 8 else NOT_AN_IMAGE
        yield kind(f"PNG cut at {place}", data[:place], end)


def _lengths(data: bytes) -> Iterator[int]:
    at = len(pictures.PNG)
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        yield length
        at += 12 + length


def _headers() -> Iterator[Kind]:
    yield kind("PNG of 60,000 by 60,000", png(header((60_000, 60_000)), pixels((1, 1))), TOO_MANY_PIXELS)
    most = 2**31 - 1
    yield kind("PNG of the most pixels", png(header((most, most)), pixels((1, 1))), TOO_MANY_PIXELS)
    yield kind("PNG of one column, 2**31 high", png(header((1, most)), pixels((1, 1))), TOO_MANY_PIXELS)
    yield kind("PNG of no width", png(header((0, 10)), pixels((1, 1))), CORRUPT)
    again = header((60_000, 60_000))
    yield kind("PNG with a second header", with_chunks(again), TOO_MANY_PIXELS)
    yield kind("PNG with a header behind its pixels", png(header((4, 3)), pixels((4, 3)), again), TOO_MANY_PIXELS)
    yield kind("PNG of 3 bits", png(header((4, 3), depth=3), pixels((4, 3))), CORRUPT)
    yield kind("PNG of no colors known", png(header((4, 3), colors=5), pixels((4, 3))), CORRUPT)
    yield kind("PNG that does not begin with a header", png(chunk(b"tEXt", b"a\0b"), header((4, 3))), CORRUPT)
    broken = png(header((4, 3)), pixels((4, 3))).replace(b"IHDR\0\0\0\4", b"IHDR\0\0\0\5")
    yield kind("PNG with a wrong sum in its header", broken, CORRUPT)
    short = png(chunk(b"IHDR", b"\0\0\0\4\0\0\0\3"), pixels((4, 3)))
    yield kind("PNG with a short header", short, TRUNCATED)


def _pixels() -> Iterator[Kind]:
    size = (40, 30)
    large = header(size)
    yield kind("PNG whose pixels unpack to 64 MB", lambda: png(large, chunk(b"IDAT", bomb())), IMAGE, CORRUPT)
    yield kind("PNG whose pixels are not packed", png(header(size), chunk(b"IDAT", bytes(999))), CORRUPT)
    yield kind("PNG with half its pixels", png(header(size), pixels((40, 15))), TRUNCATED)
    yield kind("PNG with an empty chunk of pixels", png(header(size), chunk(b"IDAT", b"")), TRUNCATED)
    yield kind("PNG without pixels", png(header(size)), CORRUPT)
    split = [chunk(b"IDAT", bytes([one])) for one in zlib.compress(bytes(121) * 30)]
    yield kind("PNG with its pixels in chunks of one byte", png(header(size), *split), IMAGE)
    many = chunk(b"IDAT", b"") * 300_000
    yield kind("PNG with 300,000 chunks of no pixels", lambda: png(header(size), many), TOO_COMPLEX)
    interlaced = png(header(size, interlace=1), pixels(size))
    yield kind("PNG interlaced, with the pixels of one that is not", interlaced, TRUNCATED, IMAGE, CORRUPT)
    filtered = chunk(b"IDAT", zlib.compress((b"\x09" + bytes(120)) * 30))
    yield kind("PNG with a filter that no standard knows", png(header(size), filtered), CORRUPT, IMAGE)


def _chunks() -> Iterator[Kind]:
    size = (40, 30)
    palette = header(size, colors=3)
    indices = pixels(size, 1)
    yield kind("PNG without its palette", png(palette, indices), CORRUPT)
    yield kind("PNG with a palette of 3000 colors", png(palette, chunk(b"PLTE", bytes(9000)), indices), CORRUPT, IMAGE)
    yield kind("PNG with a palette of 4 bytes", png(palette, chunk(b"PLTE", b"1234"), indices), IMAGE, CORRUPT)
    few, all_opaque = chunk(b"PLTE", bytes(6)), chunk(b"tRNS", b"\xff" * 999)
    yield kind("PNG with more transparency than colors", png(palette, few, all_opaque, indices), IMAGE)
    yield kind("PNG with transparency of nothing", with_chunks(chunk(b"tRNS", b"")), TRUNCATED)
    yield kind("PNG with transparency beyond 8 bits", with_chunks(chunk(b"tRNS", b"\xff" * 6)), IMAGE)
    lying = with_chunks().replace(struct.pack(">I", 13) + b"IHDR", struct.pack(">I", 2**31) + b"IHDR")
    yield kind("PNG with a chunk of 2**31 bytes", lying, TRUNCATED)
    yield kind("PNG with a critical chunk that no standard knows", with_chunks(chunk(b"ABCD", b"?")), UNSUPPORTED)
    yield kind("PNG with a chunk whose name is no letters", with_chunks(chunk(b"\0\xff\1\2", b"?")), CORRUPT)
    wrong = with_chunks(chunk(b"tEXt", b"a\0b")[:-1] + b"?")
    yield kind("PNG with a wrong sum in its text", wrong, IMAGE)
    yield kind("PNG with a resolution of nothing", with_chunks(chunk(b"pHYs", bytes(8) + b"\1")), IMAGE)
    yield kind("PNG with a gamma of nothing", with_chunks(chunk(b"gAMA", bytes(4))), IMAGE)
    yield kind("PNG with much behind its end", with_chunks() + bytes(10_000_000), IMAGE)
