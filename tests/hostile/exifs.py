"""Images whose EXIF blocks are hostile: loops, false offsets, zero denominators. The images themselves are sound."""

import struct
from collections.abc import Iterator

from PIL.ExifTags import IFD, Base

from tests import pictures
from tests.hostile.jpegs import put, segment
from tests.hostile.kind import CORRUPT, IMAGE, Kind, kind

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, DOUBLE = 1, 2, 3, 4, 5, 7, 12
TYPES = range(14)
HEADER, FIRST = 8, 8 + 2 + 12 * 1 + 4  # where the first directory is, and what is beyond one of one entry

Entry = tuple[int, int, int, bytes]


def jpeg(*entries: Entry) -> bytes:
    """Write a JPEG with such a directory."""
    return put(segment(0xE1, b"Exif\0\0" + pictures.tiff_block(list(entries))))


def pointer(tag: int, place: int) -> Entry:
    """Return the entry that points to a directory."""
    return tag, LONG, 1, struct.pack("<I", place)


def raw(entry: bytes) -> bytes:
    """Write a JPEG with one entry, byte by byte."""
    return put(segment(0xE1, b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4)))


def kinds() -> Iterator[Kind]:
    """Yield the kinds."""
    yield from _loops()
    yield from _values()
    following = b"II*\0" + struct.pack("<IH", 8, 0) + struct.pack("<I", 8)
    for name, block in {
        "whose directory follows itself": following,
        "of nothing": b"",
        "of one byte": b"I",
        "of a header alone": b"II*\0\x08\0\0\0",
        "whose directory is beyond its end": b"II*\0\xff\xff\xff\xff",
        "of 65535 claimed entries": b"II*\0\x08\0\0\0\xff\xff",
        "of 5000 entries": pictures.tiff_block([(40_000 + number, SHORT, 1, b"\1\0") for number in range(5000)]),
        "of no order": b"XX*\0\x08\0\0\0",
        "of BigTIFF": b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 2**63),
        "of noise": bytes(range(256)) * 3,
    }.items():
        yield kind(f"EXIF {name}", put(segment(0xE1, b"Exif\0\0" + block)), IMAGE)
    itself = pictures.examples()["JPEG"]
    yield kind("EXIF with the picture itself as its thumbnail", jpeg((513, UNDEFINED, len(itself), itself)), IMAGE)
    for format_name in pictures.CARRY_EXIF:
        if format_name != "TIFF":  # that is one such block all through
            block = b"II*\0" + struct.pack("<IHHHII", 8, 1, IFD.Exif, LONG, 1, 8) + struct.pack("<I", 8)
            data = pictures.encoded(pictures.quadrants(), format_name, exif=b"Exif\0\0" + block)
            yield kind(f"EXIF that leads to itself in {format_name}", data, IMAGE, CORRUPT)


def _loops() -> Iterator[Kind]:
    for tag in (IFD.Exif, IFD.GPSInfo, IFD.MakerNote, IFD.Interop, Base.SubIFDs):
        for description, entry in {
            "that is the first one": pointer(tag, HEADER),
            "beyond the end": pointer(tag, 2**32 - 1),
            "in the header": pointer(tag, 0),
            "that is text": (tag, ASCII, 5, b"text\0"),
            "at many places": (tag, LONG, 999, struct.pack("<I", 8) * 999),
        }.items():
            combined = (f"directory {tag}", f"a directory {description}")
            yield kind(f"EXIF with directory {tag} {description}", jpeg(entry), IMAGE, combines=combined)


def _values() -> Iterator[Kind]:
    for denominator, name in ((0, "nothing"), (2**32 - 1, "much")):
        value = struct.pack("<II", 1, denominator)
        entries = [(int(tag), RATIONAL, 1, value) for tag in (Base.ExposureTime, Base.FNumber, Base.FocalLength)]
        yield kind(f"EXIF divided by {name}", jpeg(*entries, (282, RATIONAL, 1, value)), IMAGE)
    for kind_ in TYPES:
        for count in (1, 2**32 - 1):
            entry = struct.pack("<HHII", Base.Orientation, kind_, count, 6)
            combined = (f"turned by type {kind_}", f"turned by {count} values")
            yield kind(f"EXIF turned by {count} values of type {kind_}", raw(entry), IMAGE, combines=combined)
    for turn in (0, 9, 255, 65_535):
        yield kind(f"EXIF turned by {turn}", jpeg((Base.Orientation, SHORT, 1, struct.pack("<H", turn))), IMAGE)
    for tag in (Base.Make, Base.ImageDescription, Base.Copyright, Base.XPTitle, Base.DateTime, Base.XResolution):
        for kind_ in (BYTE, ASCII, DOUBLE, UNDEFINED, 99):
            entry = struct.pack("<HHII", tag, kind_, 60_000, 0)
            combined = (f"many values of {tag.name}", f"many values of type {kind_}")
            name = f"EXIF with {tag.name} of 60,000 values of type {kind_}"
            yield kind(name, raw(entry), IMAGE, combines=combined)
