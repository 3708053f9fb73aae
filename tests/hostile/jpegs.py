"""Hostile JPEGs: false, repeated and missing frames, scans and segments."""

import re
import struct
from collections.abc import Iterator
from functools import cache
from itertools import accumulate

from tests import pictures
from tests.hostile.kind import (
    CORRUPT,
    IMAGE,
    TOO_COMPLEX,
    TOO_LONG_AN_EDGE,
    TOO_MANY_PIXELS,
    TOO_MANY_SCANS,
    TOO_MUCH_METADATA,
    TRUNCATED,
    UNSUPPORTED,
    Kind,
    kind,
)

MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
START, END = b"\xff\xd8", b"\xff\xd9"
FRAME, PROGRESSIVE, TABLES, QUANTIZATION, SCAN = (b"\xff" + bytes([code]) for code in (0xC0, 0xC2, 0xC4, 0xDB, 0xDA))

Parts = list[bytes]


def segment(code: int, content: bytes) -> bytes:
    """Write a segment."""
    return struct.pack(">BBH", 0xFF, code, len(content) + 2) + content


def parts(data: bytes) -> Parts:
    """Return the segments of a JPEG, each scan with its data."""
    places = [found.start() for found in MARKER.finditer(data)]
    return [data[at:end] for at, end in zip(places, [*places[1:], len(data)], strict=True)]


@cache
def drawn(**options: bool | int) -> bytes:
    """Return the quadrants as a JPEG."""
    return pictures.encoded(pictures.quadrants((96, 64)), "JPEG", **options)


def put(*inserted: bytes, data: bytes | None = None) -> bytes:
    """Return a JPEG with more segments after its start."""
    return START + b"".join(inserted) + (data or drawn())[2:]


def without(marker: bytes) -> bytes:
    """Return a JPEG without the segments of one marker."""
    return b"".join(part for part in parts(drawn()) if not part.startswith(marker))


def changed(marker: bytes, at: int, new: bytes, data: bytes | None = None) -> bytes:
    """Return a JPEG with other bytes in its first segment of a marker."""
    data = data or drawn()
    place = data.index(marker) + 4 + at
    return data[:place] + new + data[place + len(new) :]


def sized(width: int, height: int) -> bytes:
    """Return a JPEG whose frame has another size."""
    return changed(FRAME, 1, struct.pack(">HH", height, width))


def repeated(number: int, marker: bytes = SCAN, *, progressive: bool = True) -> bytes:
    """Return a JPEG with that many copies of its last scan."""
    *front, last, end = parts(drawn(progressive=progressive))
    assert last.startswith(marker)
    return b"".join([*front, last * number, end])


def profile_of(segments: int) -> bytes:
    """Return a JPEG with a color profile of that many full segments."""
    head = [b"ICC_PROFILE\0" + bytes([number % 255 + 1, min(segments, 255)]) for number in range(segments)]
    return put(*(segment(0xE2, one + bytes(65_000)) for one in head))


def kinds() -> Iterator[Kind]:
    """Yield the kinds."""
    yield from _frames()
    yield from _scans()
    yield from _segments()
    yield from _cuts()


def _frames() -> Iterator[Kind]:
    yield kind("JPEG of 65535 by 65535", sized(65_535, 65_535), TOO_MANY_PIXELS)
    yield kind("JPEG of 65535 by 10", sized(65_535, 10), TOO_LONG_AN_EDGE)
    yield kind("JPEG of no width", sized(0, 64), CORRUPT)
    yield kind("JPEG whose height is stored behind it", sized(96, 0), CORRUPT)
    yield kind("JPEG higher than what it codes", sized(96, 9_000), TRUNCATED, IMAGE)
    yield kind("JPEG with a frame that has no components", changed(FRAME, 5, b"\0"), CORRUPT)
    yield kind("JPEG of 255 components", changed(FRAME, 5, b"\xff"), UNSUPPORTED)
    yield kind("JPEG of 12 bits", changed(FRAME, 0, b"\x0c"), UNSUPPORTED)
    yield kind("JPEG with mad sampling", changed(FRAME, 7, b"\xff"), CORRUPT)
    for code, name in ((0xC3, "lossless"), (0xC5, "hierarchical"), (0xC9, "arithmetic"), (0xCA, "both")):
        data = drawn().replace(FRAME, b"\xff" + bytes([code]), 1)
        yield kind(f"JPEG that says it is {name}", data, CORRUPT, IMAGE, UNSUPPORTED)
    frame = next(part for part in parts(drawn()) if part.startswith(FRAME))
    yield kind("JPEG with two frames", put(frame), CORRUPT)
    bomb = frame[:5] + struct.pack(">HH", 60_000, 60_000) + frame[9:]
    yield kind("JPEG with a frame behind its frame", put(frame, data=put(bomb)), TOO_MANY_PIXELS)
    yield kind("JPEG without a frame", without(FRAME), CORRUPT)


def _scans() -> Iterator[Kind]:
    yield kind("JPEG of 2000 scans", lambda: repeated(2000), TOO_MANY_SCANS)
    yield kind("JPEG of 65 scans and more", lambda: repeated(65), TOO_MANY_SCANS)
    yield kind("JPEG of 50 scans", lambda: repeated(40), IMAGE)
    yield kind("JPEG of 2000 scans, not progressive", lambda: repeated(2000, progressive=False), CORRUPT)
    yield kind("JPEG with a restart after each block", lambda: drawn(restart_marker_blocks=1), IMAGE)
    restarts = drawn(restart_marker_blocks=1)
    yield kind("JPEG with restarts in disorder", restarts.replace(b"\xff\xd1", b"\xff\xd5"), IMAGE, CORRUPT)
    many = drawn()[:-2] + b"\xff\xd0" * 1_000_000 + END
    yield kind("JPEG with a million restarts at its end", lambda: many, IMAGE)
    yield kind("JPEG without a scan", without(SCAN), CORRUPT)
    yield kind("JPEG whose scan has a strange component", changed(SCAN, 1, b"\x63"), CORRUPT)
    yield kind("JPEG whose scan has no length", changed(SCAN, -2, b"\0\0"), CORRUPT)
    yield kind("JPEG without quantization", without(QUANTIZATION), CORRUPT)
    yield kind("JPEG with quantization by nothing", put(segment(0xDB, b"\0" + bytes(64))), IMAGE)
    yield kind("JPEG without Huffman tables", without(TABLES), IMAGE, CORRUPT)
    yield kind("JPEG with Huffman tables of nonsense", changed(TABLES, 1, b"\xff" * 16), CORRUPT)


def _segments() -> Iterator[Kind]:
    yield kind("JPEG that begins twice", put(START), IMAGE, CORRUPT)
    yield kind("JPEG with 18 MB of comments", lambda: put(*[segment(0xFE, bytes(65_000))] * 290), TOO_MUCH_METADATA)
    yield kind("JPEG with 300,000 comments", lambda: put(segment(0xFE, b"") * 300_000), TOO_COMPLEX)
    yield kind("JPEG with 10 MB of filling", lambda: put(b"\xff" * 10_000_000), TOO_COMPLEX)
    yield kind("JPEG with a profile of 10 MB", lambda: profile_of(160), TOO_MUCH_METADATA)
    yield kind("JPEG with a profile in disorder", profile_of(3).replace(b"PROFILE\0\2", b"PROFILE\0\7"), IMAGE)
    yield kind("JPEG with a profile of zeros", profile_of(2), IMAGE)
    yield kind(
        "JPEG with 2 MB of EXIF",
        lambda: put(*[segment(0xE1, b"Exif\0\0" + bytes(65_000))] * 31),
        TOO_MUCH_METADATA,
    )
    yield kind("JPEG with a segment of no length", put(b"\xff\xe0\0\0"), IMAGE)
    yield kind(
        "JPEG with Photoshop's blocks lying",
        put(segment(0xED, b"Photoshop 3.0\0" + b"8BIM\4\4\0\0\xff\xff\xff\xff" * 9)),
        IMAGE,
    )
    yield kind("JPEG with a segment that no standard knows", put(segment(0x4F, bytes(9))), CORRUPT)
    yield kind("JPEG with a script in its comment", put(segment(0xFE, b"<script>alert(1)</script><?php exit;")), IMAGE)


def _cuts() -> Iterator[Kind]:
    for name, data in (("JPEG", drawn()), ("progressive JPEG", drawn(progressive=True))):
        segments = parts(data)
        last = len(segments) - 2  # the last scan, which only the end follows
        for number, end in enumerate(accumulate(len(part) for part in segments)):
            segment = f"the last scan of a {name}" if number >= last else segments[number][:2].hex()
            for place, where in ((end - 1, "in"), (end, "behind")):
                if place not in {1, 2, len(data)}:
                    cut = f"cut {where} {segment}"
                    # Where only the end is missing, or the bits that fill the last byte, every pixel is there.
                    ends = (TRUNCATED, IMAGE) if number >= last else (TRUNCATED,)
                    yield kind(f"{name} cut at {place}", data[:place], *ends, combines=(cut,))
