"""EXIF in an AVIF or HEIF: an item that begins with the offset of the TIFF header in it (ISO/IEC 23008-12, A.2.1)."""

import re
from collections.abc import Mapping, Sequence

from imaging.formats.binary import unpack
from imaging.formats.coded_data import Range
from imaging.formats.inspection import Inspection

EXIF = b"Exif"  # type of the item
NO_TYPE = bytes(4)  # in place of it: decoders leave out an item of a type that they do not know
OFFSET = 4  # bytes
_TIFF_HEADER = re.compile(rb"II\*\0|MM\0\*")


def inspect_exif(data: bytes, inspection: Inspection, items: Mapping[int, Sequence[Range]]) -> None:
    """Hide each item whose offset is wrong from the decoder, and note the EXIF in the first of them that has any.

    libavif refuses the whole image for such an offset, which some writers leave out; browsers do not read the item. items are
    the places of their contents, by the offset of their type in the file.
    """
    contents = {at: b"".join(data[start:end] for start, end in ranges) for at, ranges in items.items()}
    misplaced = {at: content for at, content in contents.items() if not _is_right(content)}
    for at in misplaced:
        inspection.patch(at, NO_TYPE)
    found = ((content, _TIFF_HEADER.search(content)) for content in misplaced.values())
    inspection.exif = next((content[header.start() :] for content, header in found if header), None)


def _is_right(content: bytes) -> bool:
    """Whether the offset leads to the first TIFF header, and something follows it, as libavif checks it; or nothing is there."""
    header = _TIFF_HEADER.search(content, OFFSET)
    if header is None or header.end() == len(content):
        return not content
    return bool(unpack(">I", content, 0)[0] == header.start() - OFFSET)
