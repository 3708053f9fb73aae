"""AVIF and HEIF: the items of an ISO media file (ISO/IEC 23008-12), and the tracks of an animated AVIF."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from imaging.formats.binary import byte_at, unpack
from imaging.formats.boxes import FULL_BOX_HEADER, Box
from imaging.formats.inspection import Inspection, refuse_corrupt, refuse_truncated

SEQUENCE_BRAND = b"avis"  # the brand of an AVIF whose tracks are read, and not its items
IMAGE_ITEMS = {b"hvc1", b"av01", b"grid", b"iovl", b"iden"}  # types of items that are shown
AUXILIARY_REFERENCES = {
    b"thmb",
    b"auxl",
}  # references from a thumbnail or a depth map to the picture that it belongs to
METADATA: dict[bytes, Literal["EXIF", "text"]] = {b"Exif": "EXIF", b"mime": "text"}
DERIVED = {b"grid": 4, b"iovl": 10}  # items that are made of others, and where they tell their size, bytes

ENTRY_FORMATS = {2: ">H2x4s", 3: ">I2x4s"}  # number and type in an `infe`, by its version; none of HEIF's is older
UNSIGNED_FORMATS = {0: "0s", 4: "I", 8: "Q"}  # how struct calls a number of so many bytes
IN_FILE, IN_META = 0, 1  # what the place of an extent counts from: the file, or a box beside the list


@dataclass(frozen=True)
class Extent:
    """A stretch of the data of an item."""

    item: int
    method: int  # what its place counts from
    place: int
    size: int  # bytes


def inspect(data: bytes, survey: Inspection) -> None:
    """Survey an AVIF or HEIF."""
    frames, is_sequence = 0, data[8:12] == SEQUENCE_BRAND
    for box in Box(data, survey, end=len(data)).boxes():
        if box.name == b"meta":
            pictures = _inspect_items(box)
            frames = max(frames, 1, pictures if survey.format.name == "HEIF" else 1)
        elif box.name == b"moov" and is_sequence:
            frames = max(frames, *_inspect_tracks(box))
    if not frames:
        refuse_truncated()
    for _ in range(frames):
        survey.add_frame()


def _inspect_tracks(movie: Box) -> list[int]:
    """Hold the sizes of a movie's tracks to the bounds, and return how many samples each has."""
    tables = list(movie.at(b"trak", b"mdia", b"minf", b"stbl"))
    for entry in (
        entry for table in tables for kinds in table.at(b"stsd") for entry in kinds.boxes(FULL_BOX_HEADER + 4)
    ):
        if entry.name in IMAGE_ITEMS:
            movie.survey.add_size(*entry.numbers("HH", 24))
    return [1, *(sizes.numbers("I", FULL_BOX_HEADER + 4)[0] for table in tables for sizes in table.at(b"stsz"))]


def _inspect_items(meta: Box) -> int:
    """Hold sizes, data and metadata of the items to the bounds, and return how many of them are pictures to look at."""
    for one in (one for properties in meta.at(b"iprp", b"ipco", skip=FULL_BOX_HEADER) for one in properties.boxes()):
        _inspect_property(one)
    entries = [
        entry
        for box in meta.at(b"iinf", skip=FULL_BOX_HEADER)
        for entry in box.boxes(FULL_BOX_HEADER + (4 if box.version else 2))
    ]
    kinds = dict(_item_type(entry) for entry in entries)
    for extent in (extent for box in meta.at(b"iloc", skip=FULL_BOX_HEADER) for extent in _parse_extents(box)):
        _inspect_extent(meta, extent, kinds.get(extent.item, b""))
    shown = {
        _item_type(entry) for entry in entries if not byte_at(entry.data, entry.start + 3) & 1
    }  # the flag of a hidden one
    secondary = {item for box in meta.at(b"iref", skip=FULL_BOX_HEADER) for item in _auxiliary_items(box)}
    return sum(kind in IMAGE_ITEMS and item not in secondary for item, kind in shown)


def _inspect_property(one: Box) -> None:
    if one.name == b"ispe":
        one.survey.add_size(*one.numbers("II", FULL_BOX_HEADER))
    elif one.name == b"colr":
        one.survey.add_metadata("profile", one.end - one.start)


def _item_type(entry: Box) -> tuple[int, bytes]:
    """Return the number and the type of the item that entry is about."""
    item, kind = unpack(ENTRY_FORMATS.get(entry.version, ENTRY_FORMATS[2]), entry.data, entry.start + FULL_BOX_HEADER)
    return item, kind


def _auxiliary_items(references: Box) -> Iterator[int]:
    """Yield the items that are not pictures of their own."""
    for reference in references.boxes(FULL_BOX_HEADER):
        if reference.name in AUXILIARY_REFERENCES:
            yield reference.numbers("I" if references.version else "H")[0]


def _parse_extents(places: Box) -> Iterator[Extent]:
    """Yield the extents that an `iloc` lists."""
    head, extent, count, at = _parse_layout(places)
    for _ in range(count):
        item, method, _, base, extents = unpack(head.format, places.data, at)
        at += head.size
        for _ in range(extents):
            places.survey.add_parts()
            _, place, size = unpack(extent.format, places.data, at)
            at += extent.size
            yield Extent(item, int(method or IN_FILE) & 15, int(base or 0) + int(place or 0), int(size or 0))


def _parse_layout(places: Box) -> tuple[struct.Struct, struct.Struct, int, int]:
    """Return how an `iloc` lays out an item and an extent, how many items it lists, and where the first one is."""
    (widths,) = places.numbers("H", FULL_BOX_HEADER)
    try:
        place, size, base, index = (UNSIGNED_FORMATS[widths >> shift & 15] for shift in (12, 8, 4, 0))
    except KeyError:
        refuse_corrupt("The list of places has numbers of no known length.")
    long, method = "I" if places.version > 1 else "H", "H" if places.version else "0s"
    (count,) = places.numbers(long, FULL_BOX_HEADER + 2)
    head = struct.Struct(f">{long}{method}H{base}H")
    extent = struct.Struct(f">{index if places.version else '0s'}{place}{size}")
    return head, extent, count, places.start + FULL_BOX_HEADER + 2 + struct.calcsize(f">{long}")


def _inspect_extent(meta: Box, extent: Extent, kind: bytes) -> None:
    """Hold the extent of an item of some kind to the bounds; raises ImageRefusedError where it is beyond the end."""
    if extent.method == IN_FILE and extent.place + extent.size > len(meta.data):
        refuse_truncated()
    if kind in METADATA:
        meta.survey.add_metadata(METADATA[kind], extent.size)
    if kind in DERIVED:
        base = next((box.start for box in meta.at(b"idat", skip=FULL_BOX_HEADER)), 0) if extent.method == IN_META else 0
        form = "II" if byte_at(meta.data, base + extent.place + 1) & 1 else "HH"
        content = Box(meta.data, meta.survey, start=base + extent.place)
        meta.survey.add_size(*content.numbers(form, DERIVED[kind]))
