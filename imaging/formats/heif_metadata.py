"""Metadata in an AVIF or HEIF. An item with EXIF begins with the offset of the TIFF header in it (ISO/IEC 23008-12, A.2.1)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from imaging.formats.binary import unpack
from imaging.formats.coded_data import Range
from imaging.formats.inspection import Inspection

EXIF = b"Exif"  # type of the item
NO_TYPE = bytes(4)  # in place of it: decoders leave out an item of a type that they do not know
OFFSET = 4  # bytes
_TIFF_HEADER = re.compile(rb"II\*\0|MM\0\*")


@dataclass(frozen=True)
class MetadataItem:
    """An item with metadata: its type, the offset of that in the file, and where its data are."""

    kind: bytes
    type_at: int
    ranges: Sequence[Range]


def inspect_metadata(data: bytes, inspection: Inspection, items: Iterable[MetadataItem]) -> None:
    """Hide metadata from the decoder that it would refuse the image for: the file ends in them, or EXIF has a wrong offset."""
    exif = dict[int, Sequence[Range]]()
    for item in items:
        if any(end > len(data) for _, end in item.ranges):
            inspection.patch(item.type_at, NO_TYPE)
        elif item.kind == EXIF:
            exif[item.type_at] = item.ranges
    _inspect_exif(data, inspection, exif)


def _inspect_exif(data: bytes, inspection: Inspection, items: Mapping[int, Sequence[Range]]) -> None:
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
