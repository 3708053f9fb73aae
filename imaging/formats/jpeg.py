"""JPEG and MPO: segments up to the first scan, then only what can hold another scan."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from imaging.formats.binary import EndOfDataError, byte_at, unpack
from imaging.formats.inspection import Inspection, refuse_corrupt, refuse_truncated
from imaging.formats.tiff_directory import TiffDirectories
from imaging.limits import MAX_SCANS

# 0xff and a code; zero, filling and restarts belong to the scan that they stand in.
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
START, END, SCAN, TEMPORARY = 0xD8, 0xD9, 0xDA, 0x01
FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SEQUENTIAL = {0xC0, 0xC1, 0xC9}
APP1, APP2, COMMENTS = 0xE1, 0xE2, {*range(0xE0, 0xF0), 0xFE}

NUMBER_OF_IMAGES, MP_ENTRIES = 0xB001, 0xB002  # tags of an MPO's index: CIPA DC-007, 5.2.3
MP_ENTRY_SIZE = 16  # bytes in it for each picture, of which the first is this one
GAIN_MAP_VERSION = b' hdrgm:Version="'  # in the XMP of an Ultra HDR picture, whose second one is no picture to look at

WITHOUT_LENGTH = {START, END, TEMPORARY}  # markers of segments without length and content


class Segment(NamedTuple):
    """A segment: its marker, and where it begins, its content does, and it ends; a scan's data stand behind its end."""

    marker: int
    start: int
    content: int
    end: int


def inspect(data: bytes, survey: Inspection) -> None:
    """Survey a JPEG; the pictures that an MPO holds besides are counted, and not looked at."""
    frame = Segment(0, 0, 0, 0)
    index, ultra_hdr = 0, False
    for segment in _checked_segments(data, survey):
        marker, _, start, end = segment
        if marker in FRAMES:
            frame = segment
            _add_frame_size(data, start, survey)
        elif marker in COMMENTS:
            _add_metadata(data[start : start + 16], marker, end - start, survey)
            index = start + 4 if marker == APP2 and data.startswith(b"MPF\0", start) else index
            ultra_hdr = ultra_hdr or (marker == APP1 and data.find(GAIN_MAP_VERSION, start, end) >= 0)
        elif marker == SCAN:
            _inspect_scan(data, frame, segment, survey)
            break
    for _ in range(_count_images(data, index) if index and not ultra_hdr else 1):
        survey.add_frame()


def segments(data: bytes, at: int = 2) -> Iterator[Segment]:
    """Yield each segment from at on, to that of the picture's end if it is there; raises EndOfDataError at half a segment."""
    while (found := MARKER.search(data, at)) is not None:
        marker, at = byte_at(data, found.start() + 1), found.end()
        if marker not in WITHOUT_LENGTH:
            at += unpack(">H", data, at)[0]
        yield Segment(marker, found.start(), found.end() + 2, at)
        if marker == END:
            return


def _checked_segments(data: bytes, survey: Inspection, at: int = 2) -> Iterator[Segment]:
    """Survey each segment from at on, and yield those with content; raises ImageRefusedError if the picture has no end."""
    for segment in segments(data, at):
        survey.add_parts(1 if survey.scans else 1 + segment.start - at)  # Pillow reads what fills the gaps bytewise
        at = segment.end
        if segment.marker == END:
            return
        if at > len(data):
            break
        if segment.marker not in WITHOUT_LENGTH:
            yield segment
    refuse_truncated()


def _add_frame_size(data: bytes, start: int, survey: Inspection) -> None:
    height, width = unpack(">HH", data, start + 1)
    survey.add_size(width, height)


def _add_metadata(head: bytes, marker: int, size: int, survey: Inspection) -> None:
    if marker == APP1 and head.startswith(b"Exif\0"):
        survey.add_metadata("EXIF", size)
    elif marker == APP2 and head.startswith(b"ICC_PROFILE\0"):
        survey.add_metadata("profile", size)
    else:
        survey.add_metadata("text", size)


def _inspect_scan(data: bytes, frame: Segment, scan: Segment, survey: Inspection) -> None:
    """Note where further scans may follow the first, which they cannot behind one of all components at once."""
    if not frame.content:
        refuse_corrupt("The JPEG has a scan, but no frame.")
    survey.add_scan()
    is_whole = frame.marker in SEQUENTIAL and byte_at(data, scan.content) == byte_at(data, frame.content + 5)
    survey.first_scan = 0 if is_whole else scan.end


def count_scans(data: bytes, survey: Inspection) -> None:
    """Hold the scans to their bound; apart from walk, since it takes a pass over all bytes and only decoding needs it."""
    first, survey.scans = survey.first_scan, 1  # anew, if a picture is decoded twice
    if first and data.count(b"\xff\xda", first) >= MAX_SCANS:
        with suppress(EndOfDataError):  # a marker at the very end: the decoder tells that there should be more
            for segment in _checked_segments(data, survey, first):
                if segment.marker == SCAN:
                    survey.add_scan()


def _count_images(data: bytes, index: int) -> int:
    """Return how many of the pictures that an MPO's index names are there; 1 if the index is nonsense."""
    with suppress(EndOfDataError):
        block = TiffDirectories.at(data, index)
        entries = {entry.tag: entry for entry in block.entries(block.first)}
        if NUMBER_OF_IMAGES in entries and MP_ENTRIES in entries:
            count = min([entries[MP_ENTRIES].count // MP_ENTRY_SIZE, *block.integers(entries[NUMBER_OF_IMAGES])[:1]])
            places = (
                block.number("I", entries[MP_ENTRIES].place + MP_ENTRY_SIZE * number + 8) for number in range(1, count)
            )
            return 1 + sum(data.startswith(b"\xff\xd8", index + place) for place in places)
    return 1
