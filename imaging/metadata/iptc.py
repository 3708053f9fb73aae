"""IPTC: what editors wrote into an image in the Information Interchange Model (IIM 4.2)."""

from __future__ import annotations

import re
import struct
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from hashlib import md5
from typing import TYPE_CHECKING

from imaging.formats.tiff_directory import TiffDirectories
from imaging.metadata.fields import About, Camera, Editorial, Source
from imaging.metadata.sanitize import decode_text, parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imaging.decoding.picture import Picture

PHOTOSHOP = b"Photoshop 3.0\0"  # start of an APP13 segment of a JPEG with image resources
IIM, DIGEST = (
    0x0404,
    0x0425,
)  # image resources: the records, and the MD5 of the records from which the XMP packet was made
TIFF_IIM, TIFF_RESOURCES = 0x83BB, 0x8649  # tags

MAX_BYTES = 1 << 20  # of records, since parsing takes time; most JPEGs have at most 64 KB
CHARSET, UTF8 = (1, 90), b"\x1b%G"
TITLE, KEYWORD, DATE, TIME, BY_LINE, COPYRIGHT, CAPTION = ((2, number) for number in (5, 25, 55, 60, 80, 116, 120))
EDITORIAL = {
    "headline": 105,
    "credit": 110,
    "source": 115,
    "author_title": 85,
    "city": 90,
    "state": 95,
    "country": 101,
    "instructions": 40,
}  # numbers of data sets of record 2

_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:([+-]\d\d)(\d\d))?", re.ASCII)

Records = dict[tuple[int, int], list[bytes]]


@dataclass(frozen=True)
class Iptc:
    """The metadata in the records, and whether a program changed them after it wrote the XMP packet."""

    source: Source
    changed: bool


def read_iptc(picture: Picture) -> Iptc:
    """Return the metadata in the IPTC records of a JPEG or TIFF."""
    tags = _tiff_tags(picture.data) if picture.format.name == "TIFF" else {}
    resources = dict(_resources(_segments(picture) or tags.get(TIFF_RESOURCES, b"")))
    block = resources.get(IIM) or tags.get(TIFF_IIM, b"")
    digest = resources.get(DIGEST)
    changed = digest is not None and digest != md5(block, usedforsecurity=False).digest()
    return Iptc(_source(_records(block[:MAX_BYTES])), changed)


def _segments(picture: Picture) -> bytes:
    """Return the image resources of a JPEG, which may fill several segments."""
    segments = getattr(picture.image, "applist", [])
    return b"".join(data[len(PHOTOSHOP) :] for name, data in segments if name == "APP13" and data.startswith(PHOTOSHOP))


def _tiff_tags(data: bytes) -> dict[int, bytes]:
    """Return the bytes of two tags of a TIFF: Pillow returns one integer where Photoshop declares 32-bit integers."""
    block = TiffDirectories.at(data)
    entries = [entry for entry in block.entries(block.first) if entry.tag in (TIFF_IIM, TIFF_RESOURCES)]
    return {entry.tag: data[entry.offset : entry.offset + entry.size] for entry in entries}


def _resources(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of each Photoshop image resource, up to the first invalid one."""
    at = 0
    with suppress(struct.error, IndexError):
        while data[at : at + 4] == b"8BIM":
            (number,) = struct.unpack_from(">H", data, at + 4)
            at += 6 + _even(1 + data[at + 6])  # skip the name and the byte of its length
            (size,) = struct.unpack_from(">I", data, at)
            yield number, data[at + 4 : at + 4 + size]
            at += 4 + _even(size)


def _even(size: int) -> int:
    return size + size % 2


def _records(block: bytes) -> Records:
    """Return the data sets by record and number, up to the first invalid one."""
    found: Records = defaultdict(list)
    at = 0
    while block[at : at + 1] == b"\x1c" and at + 5 <= len(block):
        record, number, size = struct.unpack_from(">BBH", block, at + 1)
        at += 5
        if size & 0x8000:  # an extended data set: the length of the size, which follows
            width = size & 0x7FFF
            size, at = int.from_bytes(block[at : at + min(width, 8)]), at + width
        if at + size <= len(block):
            found[record, number].append(block[at : at + size])
        at += size
    return found


def _source(records: Records) -> Source:
    decode = _utf8 if records.get(CHARSET, [b""])[0].startswith(UTF8) else decode_text

    def texts(number: tuple[int, int]) -> list[str]:
        return [decode(value.strip(b"\0")) for value in records.get(number, [])]

    title, caption, notice, date, clock = (
        "".join(texts(number)[:1]) for number in (TITLE, CAPTION, COPYRIGHT, DATE, TIME)
    )
    moment = _moment(f"{date}T{clock}")
    editorial = Editorial(
        **{name: "".join(texts((2, number))[:1]) for name, number in EDITORIAL.items()},
        date_created=moment or _day(date),
    )
    about = About(title, caption, texts(KEYWORD), "; ".join(texts(BY_LINE)), notice, editorial)
    return Source(Camera(taken_at=moment), about)


def _day(basic: str) -> str:
    """Return a date in the basic format of ISO 8601 in its extended format, where zeros are what is unknown (IIM 2:55)."""
    year, month, day = basic[:4], basic[4:6], basic[6:8]
    parts = [year, month, day] if day != "00" else [year, month] if month != "00" else [year]
    return "-".join(parts)


def _utf8(data: bytes) -> str:
    return data.decode("utf-8", "replace")  # a program that counts bytes may cut a character


def _moment(basic: str) -> str | None:
    """Return a time in the basic format of ISO 8601 in its extended format."""
    match = _MOMENT.fullmatch(basic)
    if match is None:
        return None
    year, month, day, hour, minute, second, hours, minutes = match.groups()
    return parse_time(f"{year}-{month}-{day}T{hour}:{minute}:{second}", offset=hours and f"{hours}:{minutes}")
