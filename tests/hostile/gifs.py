"""Hostile GIFs: false, missing and countless blocks."""

import struct
from collections.abc import Iterator

from tests import pictures
from tests.hostile.kind import (
    CORRUPT,
    IMAGE,
    TOO_COMPLEX,
    TOO_MANY_FRAMES,
    TOO_MANY_PIXELS,
    TOO_MUCH_METADATA,
    TRUNCATED,
    Kind,
    kind,
)

END = b";"
PALETTE = bytes(range(12)) * 1  # four colors
PIXEL = b"\2\2\x44\1\0"  # a code size, one sub-block that codes one pixel, and the end of the chain

Size = tuple[int, int]


def head(size: Size = (4, 3), flags: int = 0x81) -> bytes:
    """Write the start of a GIF: the size of its canvas, and four colors."""
    return b"GIF89a" + struct.pack("<HHBBB", *size, flags, 0, 0) + (PALETTE if flags & 0x80 else b"")


def frame(size: Size = (1, 1), place: Size = (0, 0), data: bytes = PIXEL, flags: int = 0) -> bytes:
    """Write a frame."""
    return b"," + struct.pack("<4HB", *place, *size, flags) + data


def chain(content: bytes, length: int = 255) -> bytes:
    """Write content as a chain of sub-blocks of that length."""
    blocks = (content[at : at + length] for at in range(0, len(content), length))
    return b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def kinds() -> Iterator[Kind]:
    """Yield the kinds."""
    one = head() + frame(data=PIXEL) + END
    yield kind("GIF of 65535 by 65535", head((65_535, 65_535)) + frame() + END, TOO_MANY_PIXELS)
    yield kind("GIF of no width", head((0, 3)) + frame() + END, IMAGE)
    yield kind("GIF with a first frame of 65535 by 65535", head() + frame((65_535, 65_535)) + END, TOO_MANY_PIXELS)
    yield kind("GIF with a frame far outside", head() + frame((1, 1), (65_000, 65_000)) + END, TOO_MANY_PIXELS)
    yield kind("GIF with a frame that stands out", head() + frame((1, 1), (90, 90)) + END, IMAGE)
    yield kind("GIF with a first frame of no size", head() + frame((0, 0)) + END, CORRUPT)
    yield kind("GIF of 1001 frames", lambda: head() + frame() * 1001 + END, TOO_MANY_FRAMES)
    yield kind("GIF of a million frames", lambda: head() + frame() * 1_000_000 + END, TOO_MANY_FRAMES)
    yield kind("GIF of 1000 frames of no size", lambda: head() + frame() + frame((0, 0)) * 999 + END, IMAGE)
    later = frame((65_535, 65_535)) * 9
    yield kind("GIF with later frames of 65535 by 65535", head() + frame() + later + END, IMAGE)
    yield from _chains()
    yield kind("GIF without its end", one[:-1], IMAGE)
    yield kind("GIF without a frame", head() + END, CORRUPT)
    yield kind("GIF without colors", head(flags=0) + frame() + END, IMAGE)
    yield kind(
        "GIF with 10 MB of nothing between blocks",
        lambda: head() + bytes(10_000_000) + frame() + END,
        TOO_COMPLEX,
    )
    yield kind("GIF with a palette that is not there", head(flags=0x87)[:40], TRUNCATED)
    data = pictures.examples()["GIF animated"]
    for place in sorted({7, 13, 20, *range(30, len(data), len(data) // 12)} - {len(data)}):
        yield kind(f"GIF cut at {place}", data[:place], TRUNCATED)


def _chains() -> Iterator[Kind]:
    for size in (0, 1, 12, 13, 255):
        ends = (CORRUPT, TRUNCATED, IMAGE)
        yield kind(f"GIF with codes of {size} bits", head() + frame(data=bytes([size]) + PIXEL[1:]) + END, *ends)
    noise = bytes(range(256)) * 4
    yield kind(
        "GIF with codes of nonsense",
        head((40, 30)) + frame((40, 30), data=b"\2" + chain(noise)) + END,
        CORRUPT,
        TRUNCATED,
    )
    small = b"\1\0" * 3_000_000 + b"\0"  # sub-blocks of one byte
    frames = head((40, 30)) + frame((40, 30), data=b"\2" + small) + END
    yield kind("GIF with 3 million sub-blocks of one byte", lambda: frames, IMAGE, CORRUPT, TRUNCATED)
    comments = head() + b"!\xfe" + b"\1a" * 5_000_000 + b"\0" + frame() + END
    yield kind("GIF with 5 million bytes of comment, one by one", lambda: comments, TOO_MUCH_METADATA)
    yield kind(
        "GIF with 20 MB of comment",
        lambda: head() + b"!\xfe" + chain(bytes(20_000_000)) + frame() + END,
        TOO_MUCH_METADATA,
    )
    yield kind("GIF with 300,000 comments", lambda: head() + b"!\xfe\0" * 300_000 + frame() + END, TOO_COMPLEX)
    yield kind("GIF with a control of one byte", head() + b"!\xf9\1\1\0" + frame() + END, CORRUPT, IMAGE)
    clear = head() + b"!\xf9\4\1\0\0\xff\0" + frame() + END
    yield kind("GIF with a transparent color beyond its palette", clear, IMAGE)
    yield kind("GIF with a frame whose chain never ends", head() + frame(data=b"\2" + b"\xff" + bytes(99)), TRUNCATED)
    full = frame((40, 30), data=b"\2" + chain(b"\x44" * 9))
    yield kind("GIF with fewer pixels than it says", head((40, 30)) + full + END, TRUNCATED, CORRUPT, IMAGE)
