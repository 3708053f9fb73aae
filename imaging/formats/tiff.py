"""TIFF and BigTIFF: the chain of pages, and what decoding the first one needs."""

from contextlib import suppress

from imaging.formats.binary import EndOfDataError
from imaging.formats.inspection import Inspection, refuse_corrupt, refuse_truncated
from imaging.formats.tiff_directory import BYTE_TYPES, Entry, TiffDirectories

# Tags of TIFF 6.0, and of the EXIF and ICC standards
WIDTH, LENGTH, COMPRESSION = 256, 257, 259
STRIPS = {273: 279, 324: 325}  # offsets of strips and of tiles, and the tags of their sizes in bytes
TILE_WIDTH, TILE_LENGTH = 322, 323
REQUIRED_TAGS = {258, 320}  # bits per sample, and color map; nothing is decoded without them
PROFILE, MANIFEST = 34675, 52545
SUB_DIRECTORIES = {34665, 34853, 40965}  # directories that Pillow reads when it decodes: EXIF, GPS and interoperability
UNCOMPRESSED = 1  # the sizes of uncompressed strips are not read from the file


def inspect(data: bytes, inspection: Inspection) -> None:
    """Inspect a TIFF; of the pages after the first, only the offset of the next one is read."""
    block = TiffDirectories.at(data)
    page, seen = block.first, set[int]()
    while page and page not in seen:
        inspection.add_parts()
        inspection.add_frame()
        seen.add(page)
        if inspection.frames == 1:
            _inspect_page(block, _entries(block, page, inspection), inspection)
        page = block.following(page)
    if not seen:
        refuse_corrupt("The TIFF has no page.")


def _entries(block: TiffDirectories, directory: int, inspection: Inspection) -> dict[int, Entry]:
    """Return the entries of a directory by tag, the first of each, and count what decoders read."""
    entries: dict[int, Entry] = {}
    for entry in block.entries(directory):
        inspection.add_parts()
        if entry.size <= len(block.data):  # decoders ignore a larger one
            _count(entry, inspection)
        entries.setdefault(entry.tag, entry)
    return entries


def _count(entry: Entry, inspection: Inspection) -> None:
    if entry.kind in BYTE_TYPES:
        inspection.add_metadata("profile" if entry.tag == PROFILE else "text", entry.size)
    else:
        inspection.add_parts(entry.count if entry.size else 0)


def _inspect_page(block: TiffDirectories, entries: dict[int, Entry], inspection: Inspection) -> None:
    inspection.has_manifest = MANIFEST in entries
    for width, length in ((WIDTH, LENGTH), (TILE_WIDTH, TILE_LENGTH)):
        if width in entries and length in entries:
            inspection.add_size(_first_value(block, entries, width), _first_value(block, entries, length))
    for offsets, sizes in STRIPS.items():
        _check_strips(block, entries, offsets, sizes)
    for tag in entries.keys() & REQUIRED_TAGS:
        _first_value(block, entries, tag)
    for tag in entries.keys() & SUB_DIRECTORIES:
        with suppress(EndOfDataError):  # the image can be decoded without its EXIF
            _entries(block, _first_value(block, entries, tag), inspection)


def _first_value(block: TiffDirectories, entries: dict[int, Entry], tag: int) -> int:
    """Return the first value of tag, 0 if it has none."""
    values = block.integers(entries[tag]) if tag in entries else ()
    return values[0] if values else 0


def _check_strips(block: TiffDirectories, entries: dict[int, Entry], offsets: int, sizes: int) -> None:
    """Refuse a file whose strips or tiles lie beyond its end."""
    starts = block.integers(entries[offsets]) if offsets in entries else ()
    is_uncompressed = _first_value(block, entries, COMPRESSION) in {0, UNCOMPRESSED}
    lengths = () if is_uncompressed or sizes not in entries else block.integers(entries[sizes])
    ends = [start + length for start, length in zip(starts, lengths, strict=False)]
    if max([*starts, *ends], default=0) > len(block.data):
        refuse_truncated()
