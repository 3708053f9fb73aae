"""Hostile BMPs: false headers, and run lengths without end."""

import struct
from collections.abc import Iterator

from tests import pictures
from tests.hostile.kind import (
    CORRUPT,
    IMAGE,
    NOT_AN_IMAGE,
    TOO_COMPLEX,
    TOO_LONG_AN_EDGE,
    TOO_MANY_PIXELS,
    TRUNCATED,
    UNSUPPORTED,
    Kind,
    kind,
)

RLE8, RLE4, FIELDS, JPEG = 1, 2, 3, 4
SIZE = (60, 40)


def bmp(pixels: bytes, *, size: tuple[int, int] = SIZE, bits: int = 24, packing: int = 0, colors: int = 0) -> bytes:
    """Write a BMP."""
    palette = bytes(range(256)) * 4 if bits <= 8 else b""
    start = 14 + 40 + len(palette)
    head = b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start)
    info = struct.pack("<IiiHHIIiiII", 40, *size, 1, bits, packing, len(pixels), 0, 0, colors, 0)
    return head + info + palette + pixels


def header(size: int) -> bytes:
    """Return a BMP whose header has another length than it says."""
    data = pictures.examples()["BMP"]
    return data[:14] + struct.pack("<I", size) + data[18:]


def kinds() -> Iterator[Kind]:
    """Yield the kinds."""
    full = bytes(60 * 40 * 3)
    yield kind("BMP as the others here are made", bmp(full), IMAGE)
    yield kind("BMP of 2**31 by 2**31", bmp(full, size=(2**31 - 1, 2**31 - 1)), TOO_MANY_PIXELS)
    yield kind("BMP of no height", bmp(full, size=(60, 0)), CORRUPT)
    yield kind("BMP of negative width", bmp(full, size=(-60, 40)), CORRUPT)
    yield kind("BMP from the top", bmp(full, size=(60, -40)), IMAGE)
    yield kind("BMP of -2**31 rows", bmp(full, size=(60, -(2**31))), TOO_MANY_PIXELS)
    yield kind("BMP from the top of many rows", bmp(bytes(10), size=(1, -(2**25))), TOO_LONG_AN_EDGE)
    yield kind("BMP of 7 bits", bmp(full, bits=7), UNSUPPORTED)
    yield kind("BMP with a JPEG in it", bmp(pictures.examples()["JPEG"], packing=JPEG), UNSUPPORTED)
    yield kind("BMP with an unknown compression", bmp(full, packing=99), UNSUPPORTED)
    yield kind("BMP with color masks of no bits", bmp(full, packing=FIELDS, bits=32), UNSUPPORTED)
    yield kind("BMP with fields of nonsense", bmp(b"\xaa" * 7200, packing=FIELDS, bits=32), UNSUPPORTED, TRUNCATED)
    yield kind("BMP with a palette of 2**31 colors", bmp(full, bits=8, colors=2**31 - 1), IMAGE)
    yield kind("BMP with a palette beyond its end", bmp(b"", bits=8, colors=60_000), TRUNCATED, CORRUPT)
    yield kind("BMP with its pixels at 2**32", full_at(2**32 - 1), TRUNCATED)
    yield kind("BMP with its pixels in its header", full_at(0), IMAGE)
    for size in (12, 52, 56, 64, 108, 124):
        yield kind(
            f"BMP with a header of {size} bytes that has 40",
            header(size),
            IMAGE,
            CORRUPT,
            TRUNCATED,
            TOO_MANY_PIXELS,
        )
    yield kind("BMP with a header of 41 bytes", header(41), NOT_AN_IMAGE)
    yield kind("BMP with a header of 2**32 bytes", header(2**32 - 1), NOT_AN_IMAGE)
    yield from _runs()
    data = pictures.examples()["BMP"]
    for place in (20, 30, 54, len(data) // 2, len(data) - 1):
        yield kind(f"BMP cut at {place}", data[:place], TRUNCATED)


def full_at(place: int) -> bytes:
    """Write a BMP with another offset of its pixels."""
    data = bmp(bytes(60 * 40 * 3))
    return data[:10] + struct.pack("<I", place) + data[14:]


def _runs() -> Iterator[Kind]:
    for packing, name in ((RLE8, "bytes"), (RLE4, "half bytes")):
        for description, runs in {
            "which end at once": b"\0\1",
            "which never move": b"\0\2\0\0" * 1000,
            "which leap": b"\0\2\xff\xff" * 1000,
            "which only end lines": b"\0\0" * 1000,
            "which are longer than a line": b"\xff\1" * 1000,
            "which are not there": b"\0\xff",
        }.items():
            data = bmp(runs, bits=8 if packing == RLE8 else 4, packing=packing)
            yield kind(f"BMP with runs of {name}, {description}", data, IMAGE, CORRUPT, TRUNCATED)
    slow = bmp(b"\1\1\0\0" * 100, bits=8, packing=RLE8, size=(10_000, 100))
    yield kind("BMP of a megapixel in runs that fill lines", lambda: slow, IMAGE)
    yield kind("BMP of 50 megapixels in runs", bmp(b"", bits=8, packing=RLE8, size=(20_000, 2500)), TOO_COMPLEX)
    none = bmp(b"\1\1" * 1_000_000, bits=8, packing=RLE8, size=(20_000, 500))
    yield kind("BMP with a million runs that get nowhere", lambda: none, IMAGE, CORRUPT)
