"""TIFF and BigTIFF: the chain of pages, and what the first one asks a decoder for."""

from contextlib import suppress

from imaging.formats.binary import EndOfDataError
from imaging.formats.inspection import Inspection, refuse_corrupt, refuse_truncated
from imaging.formats.tiff_directory import BYTE_TYPES, Entry, TiffDirectories

# Tags of TIFF 6.0, and of the EXIF and ICC standards
WIDTH, LENGTH, COMPRESSION = 256, 257, 259
STRIPS = {273: 279, 324: 325}  # where strips and tiles are: how many bytes each has
TILE_WIDTH, TILE_LENGTH = 322, 323
REQUIRED_TAGS = {258, 320}  # bits of each sample and the colours of a palette, without which nothing is decoded
PROFILE = 34675
SUB_DIRECTORIES = {34665, 34853, 40965}  # directories that Pillow reads when it decodes: EXIF, GPS and interoperability
UNCOMPRESSED = 1  # the compression that is none: where such a strip ends is not read from the file


def inspect(data: bytes, survey: Inspection) -> None:
    """Survey a TIFF; of the pages after the first no more is read than where the next one is."""
    block = TiffDirectories.at(data)
    page, seen = block.first, set[int]()
    while page and page not in seen:
        survey.add_parts()
        survey.add_frame()
        seen.add(page)
        if survey.frames == 1:
            _inspect_page(block, _entries(block, page, survey), survey)
        page = block.following(page)
    if not seen:
        refuse_corrupt("The TIFF has no page.")


def _entries(block: TiffDirectories, place: int, survey: Inspection) -> dict[int, Entry]:
    """Return the entries of a directory by tag, the first of each, and count what reading them takes."""
    entries: dict[int, Entry] = {}
    for entry in block.entries(place):
        survey.add_parts()
        if entry.size <= len(block.data):  # no reader believes in more
            _count(entry, survey)
        entries.setdefault(entry.tag, entry)
    return entries


def _count(entry: Entry, survey: Inspection) -> None:
    if entry.kind in BYTE_TYPES:
        survey.add_metadata("profile" if entry.tag == PROFILE else "text", entry.size)
    else:
        survey.add_parts(entry.count if entry.size else 0)


def _inspect_page(block: TiffDirectories, entries: dict[int, Entry], survey: Inspection) -> None:
    for width, length in ((WIDTH, LENGTH), (TILE_WIDTH, TILE_LENGTH)):
        if width in entries and length in entries:
            survey.add_size(_first_value(block, entries, width), _first_value(block, entries, length))
    for offsets, counts in STRIPS.items():
        _check_strips(block, entries, offsets, counts)
    for tag in entries.keys() & REQUIRED_TAGS:
        _first_value(block, entries, tag)
    for tag in entries.keys() & SUB_DIRECTORIES:
        with suppress(EndOfDataError):  # a block beyond the end is no broken picture
            _entries(block, _first_value(block, entries, tag), survey)


def _first_value(block: TiffDirectories, entries: dict[int, Entry], tag: int) -> int:
    """Return the first value of tag, 0 if it has none."""
    values = block.integers(entries[tag]) if tag in entries else ()
    return values[0] if values else 0


def _check_strips(block: TiffDirectories, entries: dict[int, Entry], offsets: int, counts: int) -> None:
    """Reject strips or tiles that lie beyond the end of the file."""
    places = block.integers(entries[offsets]) if offsets in entries else ()
    is_raw = _first_value(block, entries, COMPRESSION) in {0, UNCOMPRESSED}
    sizes = () if is_raw or counts not in entries else block.integers(entries[counts])
    ends = [place + size for place, size in zip(places, sizes, strict=False)]
    if max([*places, *ends], default=0) > len(block.data):
        refuse_truncated()
