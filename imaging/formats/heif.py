"""AVIF and HEIF: the items of an ISO media file (ISO/IEC 23008-12), and the tracks of an animated AVIF."""

import struct
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn

from imaging.errors import refuse_unsupported
from imaging.formats.binary import byte_at, unpack
from imaging.formats.boxes import FULL_BOX_HEADER, Box
from imaging.formats.brands import MAJOR, OPENED
from imaging.formats.coded_data import Range, has_lost_data
from imaging.formats.heif_metadata import EXIF, MetadataItem, inspect_metadata
from imaging.formats.heif_properties import check_colors
from imaging.formats.heif_shown import Relations, described_space, inspect_shown, read_relations, shown_items
from imaging.formats.inspection import Inspected, Inspection, refuse_corrupt, refuse_truncated

SEQUENCE_BRAND = b"avis"  # an AVIF of this brand is decoded from its tracks, not from its items
IMAGE_ITEMS = {b"hvc1", b"av01", b"grid", b"iovl", b"iden"}  # types of items that are images
AUXILIARY_REFERENCES = {b"thmb", b"auxl"}  # from a thumbnail, or a depth or alpha map, to its image
APPLE_GAIN_MAP, ISO_GAIN_MAP = b"aux:hdrgainmap", b"tmap"  # in the type of an auxiliary image; type of an item
CODED = {b"hvc1", b"av01"}  # types of items whose data are an image
DECODED = {"AVIF": {b"av01", b"grid"}, "HEIF": {b"hvc1", b"grid", b"iovl", b"iden"}}
CODINGS = {b"av01": "AV1", b"hvc1": "HEVC", b"avc1": "AVC", b"vvc1": "VVC", b"jpeg": "JPEG", b"j2k1": "JPEG 2000"}
CODINGS |= {b"unci": "uncompressed samples", b"mski": "a mask", b"tili": "tiles"}
CODINGS |= {b"evc1": "EVC", b"lhv1": "layers of HEVC", b"hvt1": "tiles of HEVC", b"tmap": "a tone map of another one"}
CODINGS |= {b"iovl": "layers", b"iden": "a copy of another one"}
MANIFEST = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")  # type of a `uuid` box with a manifest of C2PA
METADATA: dict[bytes, Literal["EXIF", "text"]] = {EXIF: "EXIF", b"mime": "text"}
DERIVED = {b"grid": 4, b"iovl": 10}  # items made of other items, and the offsets of their size in bytes

# Item number and type in an `infe` by its version; HEIF has no older one.
ENTRY_FORMATS = {2: struct.Struct(">H2x4s"), 3: struct.Struct(">I2x4s")}
SAMPLE_ENTRY = 78  # bytes of the description of a track's samples before the boxes in it
AV1_FLAGS, HIGH_DEPTH, TWELVE_BITS = 2, 0x40, 0x20  # offset of a byte in an `av1C`, and flags in it
UNSIGNED_FORMATS = {0: "0s", 4: "I", 8: "Q"}  # struct formats by the number of bytes
IN_FILE, IN_META = 0, 1  # construction methods: an extent counts from the start of the file, or from `idat`


@dataclass(frozen=True)
class Extent:
    """A range of the data of an item."""

    item: int
    method: int  # construction method
    offset: int
    size: int  # bytes


def inspect(data: bytes, inspection: Inspection) -> None:
    """Inspect an AVIF or HEIF."""
    frames, is_sequence = 0, data.startswith(SEQUENCE_BRAND, MAJOR)
    boxes = Box(data, inspection, end=len(data)).children()
    if inspection.format.name == "HEIF" and data[MAJOR : MAJOR + 4] not in OPENED:
        inspection.patch(MAJOR, b"heic")  # any of its brands may be the first
    for box in boxes:
        if box.name == b"meta":
            images = _inspect_items(box)
            frames = max(frames, 1, images if inspection.format.name == "HEIF" else 1)
        elif box.name == b"uuid":
            inspection.has_manifest |= data.startswith(MANIFEST, box.start)
        elif box.name == b"moov" and is_sequence:
            frames = max(frames, *_inspect_tracks(box))
    names = {box.name for box in boxes}
    if not frames:
        _refuse_without_items(names)
    if is_sequence and b"mdat" not in names:  # it is cut; whether the data of items are all there, their extents tell
        refuse_truncated()
    for _ in range(frames):
        inspection.add_frame()


def _refuse_without_items(boxes: Collection[bytes]) -> NoReturn:
    """Refuse a file that has no items, which may be sound."""
    if b"mini" in boxes:
        refuse_unsupported("An AVIF or HEIF in its short form (a `mini` box)")
    if b"moov" in boxes:
        refuse_unsupported("A sequence of images without a still one")
    refuse_truncated()


def check_coded(inspected: Inspected) -> None:
    """Raise ImageRefusedError if the image has lost data, at which inspect does not look: they are most of the file."""
    if any(has_lost_data(kind, inspected.data, ranges) for kind, ranges in inspected.coded):
        refuse_corrupt("A part of the image's data is lost: zeros are in its place.")


def _inspect_tracks(movie: Box) -> list[int]:
    """Check the sizes of the tracks of a movie, and return how many samples each has."""
    tables = list(movie.find(b"trak", b"mdia", b"minf", b"stbl"))
    descriptions = (box for table in tables for box in table.find(b"stsd"))
    for entry in (entry for box in descriptions for entry in box.children(FULL_BOX_HEADER + 4)):
        if entry.name in IMAGE_ITEMS:
            movie.inspection.add_size(*entry.numbers("HH", 24))
            movie.inspection.space = described_space(entry.children(SAMPLE_ENTRY))
            _note_bits(entry.children(SAMPLE_ENTRY))
            movie.inspection.placement = None
    return [1, *(box.numbers("I", FULL_BOX_HEADER + 4)[0] for table in tables for box in table.find(b"stsz"))]


def _inspect_items(meta: Box) -> int:
    """Check sizes, data and metadata of the items, and return how many of them are images to show."""
    for container in meta.find(b"iprp", b"ipco", skip=FULL_BOX_HEADER):
        for item_property in container.children():
            _inspect_property(item_property)
        _note_bits(container.children())
    entries = list(_item_entries(meta))
    types, relations = dict(_item_type(entry) for entry in entries), read_relations(meta)
    shown = shown_items(relations)
    _check_coding(meta, {types.get(item, b"") for item in shown})
    _check_properties(meta, relations, shown)
    meta.inspection.has_gain_map |= ISO_GAIN_MAP in types.values()
    ranges = _inspect_locations(meta, types, shown)
    meta.inspection.coded += [(types[item], ranges[item]) for item in ranges if item in shown and types[item] in CODED]
    inspect_shown(meta, relations, ranges)
    inspect_metadata(meta.data, meta.inspection, _metadata_items(entries, ranges))
    visible = {_item_type(entry) for entry in entries if not byte_at(entry.data, entry.start + 3) & 1}  # 1: hidden
    auxiliary = {item for name, item, _ in relations.references if name in AUXILIARY_REFERENCES}
    return sum(kind in IMAGE_ITEMS and item not in auxiliary for item, kind in visible)


def _inspect_locations(meta: Box, types: Mapping[int, bytes], shown: set[int]) -> Mapping[int, Sequence[Range]]:
    """Check the extents of all items, and return where the data of the coded ones, and metadata, are."""
    ranges = defaultdict[int, list[Range]](list)
    for extent in (extent for box in meta.find(b"iloc", skip=FULL_BOX_HEADER) for extent in _parse_extents(box)):
        kind = types.get(extent.item, b"")
        if extent.item in shown:
            _inspect_end(meta, extent)
        _inspect_extent(meta, extent, kind)
        if kind in CODED or kind in METADATA:
            start = _base(meta, extent) + extent.offset
            ranges[extent.item].append((start, start + extent.size))
    return ranges


def _metadata_items(entries: Iterable[Box], ranges: Mapping[int, Sequence[Range]]) -> Iterator[MetadataItem]:
    for entry in entries:
        item, kind = _item_type(entry)
        if kind in METADATA and item in ranges:
            at = entry.start + FULL_BOX_HEADER + _entry_format(entry).size - len(kind)
            yield MetadataItem(kind, at, ranges[item])


def _check_coding(meta: Box, kinds: set[bytes]) -> None:
    """Refuse an image of which a part is in a coding that the decoder does not have."""
    others = {*METADATA, b""}  # texts, and items that are not listed
    unknown = sorted(kinds - DECODED[meta.inspection.format.name] - others)
    if unknown:
        refuse_unsupported(f"A HEIF whose image is coded as {CODINGS.get(unknown[0], 'an item of another type')}")


def _check_properties(meta: Box, relations: Relations, shown: set[int]) -> None:
    """Refuse an image of which a part has a property that the decoder does not know, but would have to."""
    if not shown.isdisjoint(relations.unknown):
        refuse_unsupported("An AVIF or HEIF whose image has an essential property that is not known")
    if meta.inspection.format.name == "HEIF":
        check_colors(box for item in shown for box in relations.properties.get(item, ()))


def _item_entries(meta: Box) -> Iterator[Box]:
    """Yield the entries of the list of items."""
    for box in meta.find(b"iinf", skip=FULL_BOX_HEADER):
        yield from box.children(FULL_BOX_HEADER + (4 if box.version else 2))


def _inspect_property(item_property: Box) -> None:
    if item_property.name == b"auxC":
        kind = item_property.data[item_property.start : item_property.end]
        item_property.inspection.has_gain_map |= APPLE_GAIN_MAP in kind
    elif item_property.name == b"ispe":
        item_property.inspection.add_size(*item_property.numbers("II", FULL_BOX_HEADER))
    elif item_property.name == b"colr":
        item_property.inspection.add_metadata("profile", item_property.end - item_property.start)


def _note_bits(properties: Iterable[Box]) -> None:
    """Note the bits per sample that each `av1C` has (AV1-ISOBMFF 2.3)."""
    for box in properties:
        if box.name == b"av1C" and box.end - box.start > AV1_FLAGS:
            flags = box.data[box.start + AV1_FLAGS]
            box.inspection.add_bits(12 if flags & TWELVE_BITS else 10 if flags & HIGH_DEPTH else 8)


def _item_type(entry: Box) -> tuple[int, bytes]:
    """Return the number and the type of the item of an entry."""
    item, kind = unpack(_entry_format(entry).format, entry.data, entry.start + FULL_BOX_HEADER)
    return item, kind


def _entry_format(entry: Box) -> struct.Struct:
    return ENTRY_FORMATS.get(entry.version, ENTRY_FORMATS[2])


def _parse_extents(locations: Box) -> Iterator[Extent]:
    """Yield the extents that an `iloc` lists."""
    head, extent, count, at = _parse_layout(locations)
    for _ in range(count):
        item, method, _, base, extents = unpack(head.format, locations.data, at)
        at += head.size
        for _ in range(extents):
            locations.inspection.add_parts()
            _, offset, size = unpack(extent.format, locations.data, at)
            at += extent.size
            yield Extent(item, int(method or IN_FILE) & 15, int(base or 0) + int(offset or 0), int(size or 0))


def _parse_layout(locations: Box) -> tuple[struct.Struct, struct.Struct, int, int]:
    """Return the formats of an item and of an extent in an `iloc`, the number of items, and the offset of the first."""
    (widths,) = locations.numbers("H", FULL_BOX_HEADER)
    try:
        offset, size, base, index = (UNSIGNED_FORMATS[widths >> shift & 15] for shift in (12, 8, 4, 0))
    except KeyError:
        refuse_corrupt("The item locations have numbers of an invalid length.")
    long, method = "I" if locations.version > 1 else "H", "H" if locations.version else "0s"
    (count,) = locations.numbers(long, FULL_BOX_HEADER + 2)
    head = struct.Struct(f">{long}{method}H{base}H")
    extent = struct.Struct(f">{index if locations.version else '0s'}{offset}{size}")
    return head, extent, count, locations.start + FULL_BOX_HEADER + 2 + struct.calcsize(f">{long}")


def _inspect_end(meta: Box, extent: Extent) -> None:
    """Raise ImageRefusedError if an extent of the image lies beyond the end of the file."""
    if extent.method == IN_FILE and extent.offset + extent.size > len(meta.data):
        refuse_truncated()


def _inspect_extent(meta: Box, extent: Extent, kind: bytes) -> None:
    """Check an extent of an item of some type; raises ImageRefusedError."""
    if kind in METADATA:
        meta.inspection.add_metadata(METADATA[kind], extent.size)
    if kind in DERIVED:
        _inspect_derived(meta, extent, DERIVED[kind])


def _inspect_derived(meta: Box, extent: Extent, size_at: int) -> None:
    """Check the size of an item that is made of other items, which its data hold at an offset."""
    start = _base(meta, extent) + extent.offset
    form = "II" if byte_at(meta.data, start + 1) & 1 else "HH"
    content = Box(meta.data, meta.inspection, start=start)
    meta.inspection.add_size(*content.numbers(form, size_at))


def _base(meta: Box, extent: Extent) -> int:
    """Return the offset in the file from which that of an extent counts."""
    if extent.method != IN_META:
        return 0
    return next((box.start for box in meta.find(b"idat", skip=FULL_BOX_HEADER)), 0)
