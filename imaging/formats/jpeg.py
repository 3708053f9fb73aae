"""JPEG and MPO: all segments up to the first scan, then only the segments that may hold another scan."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from imaging.errors import refuse_unsupported
from imaging.formats.binary import EndOfDataError, byte_at, unpack
from imaging.formats.inspection import Inspected, Inspection, refuse_corrupt, refuse_truncated
from imaging.formats.tiff_directory import TiffDirectories
from imaging.limits import MAX_SCANS

# 0xff and a code. The codes for zero, filling and restarts belong to the data of a scan.
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
START, END, SCAN, TEMPORARY = 0xD8, 0xD9, 0xDA, 0x01
END_OF_IMAGE = b"\xff\xd9"
# Marker and length of the segment with the height, where a frame has none (T.81, B.2.5).
NUMBER_OF_LINES = b"\xff\xdc\0\4"
FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
DECODED = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive
# Arithmetic coding: libjpeg decodes it, but reads zeros where data are missing (T.81, D.2.6), so that nothing tells what is cut.
ARITHMETIC = {0xC9, 0xCA}
LOSSLESS = {0xC3, 0xC7, 0xCB, 0xCF}
JPEG_LS = 0xF7  # frame of another coding with the markers of JPEG (T.87)
OTHER_BITS = {*range(2, 8), *range(9, 17)}  # bits of a sample that the standard allows
OTHER_COMPONENTS = {2, *range(5, 256)}
SEQUENTIAL = {0xC0, 0xC1}
APP1, APP2, APP11, COMMENTS = 0xE1, 0xE2, 0xEB, {*range(0xE0, 0xF0), 0xFE}
ADOBE, VERSION_END = 0xEE, 7  # a segment of Adobe, and the bytes of its name and version, without which Pillow fails

MANIFEST = b"jumdc2pa"  # type of a JUMBF box with a manifest of C2PA, behind the name of its description
MAX_JUMBF_HEAD = 64  # bytes of a segment up to there

NUMBER_OF_IMAGES, MP_ENTRIES = 0xB001, 0xB002  # tags in the index of an MPO: CIPA DC-007, 5.2.3
MP_ENTRY_SIZE = 16  # bytes for each image; the first one is this image
# In an image with a gain map, or in the gain map itself: Ultra HDR, ISO 21496-1, Apple.
GAIN_MAP_SIGNS = (b"hdrgm:Version", b"urn:iso:std:iso:ts:21496:-1", b"aux:hdrgainmap", b"ns.apple.com/HDRGainMap")
AUXILIARY_SIGNS = (
    *GAIN_MAP_SIGNS,
    b"AuxiliaryImageType",
)  # in a further image that is no frame: a gain, depth or other map
MAX_HEAD = 2**17  # bytes at the start of a further image that hold its metadata

WITHOUT_LENGTH = {START, END, TEMPORARY}  # markers of segments without length and content


class Segment(NamedTuple):
    """A segment: its marker, and the offsets of its start, its content and its end; the data of a scan follow its end."""

    marker: int
    start: int
    content: int
    end: int


def inspect(data: bytes, inspection: Inspection) -> None:
    """Inspect a JPEG; the further images of an MPO are counted only."""
    frame = Segment(0, 0, 0, 0)
    index = 0
    for segment in _checked_segments(data, inspection):
        marker, _, start, end = segment
        if marker in FRAMES:
            frame = segment
            _check_process(marker, byte_at(data, start), byte_at(data, start + 5))
            _add_frame_size(data, start, inspection)
        elif marker == JPEG_LS:
            refuse_unsupported("The format JPEG-LS")
        elif marker in COMMENTS:
            _add_metadata(data[start : start + 16], marker, end - start, inspection)
            index = start + 4 if marker == APP2 and data.startswith(b"MPF\0", start) else index
            if marker == ADOBE and end - start < VERSION_END and data.startswith(b"Adobe", start):
                inspection.patch(start, b"a")  # a name that no decoder knows
            inspection.has_gain_map |= any(data.find(sign, start, end) >= 0 for sign in GAIN_MAP_SIGNS)
            is_jumbf = marker == APP11 and data.startswith(b"JP", start)
            inspection.has_manifest |= is_jumbf and data.find(MANIFEST, start, min(end, start + MAX_JUMBF_HEAD)) >= 0
        elif marker == SCAN:
            _inspect_scan(data, frame, segment, inspection)
            break
    for _ in range(_count_images(data, index, inspection) if index else 1):
        inspection.add_frame()


def segments(data: bytes, at: int = 2) -> Iterator[Segment]:
    """Yield each segment from an offset to the end of the image; raises EndOfDataError at a truncated segment."""
    while (found := MARKER.search(data, at)) is not None:
        marker, at = byte_at(data, found.start() + 1), found.end()
        if marker not in WITHOUT_LENGTH:
            at += unpack(">H", data, at)[0]
        yield Segment(marker, found.start(), found.end() + 2, at)
        if marker == END:
            return


def _checked_segments(data: bytes, inspection: Inspection, at: int = 2) -> Iterator[Segment]:
    """Count the segments from an offset on, and yield those with content; raises ImageRefusedError if there is no end."""
    for segment in segments(data, at):
        # Pillow reads the bytes between segments one by one.
        inspection.add_parts(1 if inspection.scans else 1 + segment.start - at)
        at = segment.end
        if segment.marker == END:
            return
        if at > len(data):
            break
        if segment.marker not in WITHOUT_LENGTH:
            yield segment
    refuse_truncated()


def _check_process(marker: int, bits: int, components: int) -> None:
    """Refuse what the decoder does not have: T.81, B.2.2, table B.1."""
    if marker in ARITHMETIC:
        refuse_unsupported("A JPEG with arithmetic coding")
    if marker not in DECODED:
        kind = "lossless" if marker in LOSSLESS else "hierarchical"
        refuse_unsupported(f"A {kind} JPEG")
    if bits in OTHER_BITS:
        refuse_unsupported(f"A JPEG with {bits} bits per sample")
    if components in OTHER_COMPONENTS:
        refuse_unsupported(f"A JPEG with {components} components per pixel")


def _add_frame_size(data: bytes, start: int, inspection: Inspection) -> None:
    height, width = unpack(">HH", data, start + 1)
    if not height and data.find(NUMBER_OF_LINES, start) >= 0:
        refuse_unsupported("A JPEG whose height is not in its header but behind its first scan (DNL)")
    inspection.add_size(width, height)


def _add_metadata(head: bytes, marker: int, size: int, inspection: Inspection) -> None:
    if marker == APP1 and head.startswith(b"Exif\0"):
        inspection.add_metadata("EXIF", size)
    elif marker == APP2 and head.startswith(b"ICC_PROFILE\0"):
        inspection.add_metadata("profile", size)
    else:
        inspection.add_metadata("text", size)


def _inspect_scan(data: bytes, frame: Segment, scan: Segment, inspection: Inspection) -> None:
    """Note the offset behind the first scan, unless it holds all components of a sequential JPEG and so is the last."""
    if not frame.content:
        refuse_corrupt("The JPEG has a scan, but no frame.")
    inspection.add_scan()
    is_whole = frame.marker in SEQUENTIAL and byte_at(data, scan.content) == byte_at(data, frame.content + 5)
    inspection.first_scan = 0 if is_whole else scan.end


def check_scans(inspected: Inspected) -> None:
    """Raise ImageRefusedError if a JPEG has too many scans.

    The inspection leaves this out, since it takes a pass over all bytes and only decoding needs it.
    """
    data, first = inspected.data, inspected.first_scan
    if first and data.count(b"\xff\xda", first) >= MAX_SCANS:
        inspection = Inspection(inspected.format, inspected.limits, scans=1, parts=inspected.parts)
        with suppress(EndOfDataError):  # a marker at the very end: the decoder reports that the data are truncated
            for segment in _checked_segments(data, inspection, first):
                if segment.marker == SCAN:
                    inspection.add_scan()


def _count_images(data: bytes, index: int, inspection: Inspection) -> int:
    """Return how many images of the index of an MPO exist, without maps that belong to the first; 1 if it is invalid."""
    with suppress(EndOfDataError):
        block = TiffDirectories.at(data, index)
        entries = {entry.tag: entry for entry in block.entries(block.first)}
        if NUMBER_OF_IMAGES in entries and MP_ENTRIES in entries:
            count = min([entries[MP_ENTRIES].count // MP_ENTRY_SIZE, *block.integers(entries[NUMBER_OF_IMAGES])[:1]])
            first = entries[MP_ENTRIES].offset
            offsets = (block.number("I", first + MP_ENTRY_SIZE * number + 8) for number in range(1, count))
            starts = [index + offset for offset in offsets if data.startswith(b"\xff\xd8", index + offset)]
            return 1 + sum(not _is_auxiliary(data, start, inspection) for start in starts)
    return 1


def _is_auxiliary(data: bytes, start: int, inspection: Inspection) -> bool:
    """Whether the image at an offset belongs to the first one; note a gain map.

    The second image of an Ultra HDR may say nothing of itself.
    """
    inspection.add_parts()
    if inspection.has_gain_map:
        return True
    end = start + MAX_HEAD
    inspection.has_gain_map = any(data.find(sign, start, end) >= 0 for sign in GAIN_MAP_SIGNS)
    return any(data.find(sign, start, end) >= 0 for sign in AUXILIARY_SIGNS)
