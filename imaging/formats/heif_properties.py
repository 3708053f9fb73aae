"""The properties of the items of an AVIF or HEIF: which ones an item has, and how it is cropped and turned (ISO/IEC 23008-12)."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

from imaging.errors import refuse_unsupported
from imaging.formats.binary import byte_at
from imaging.formats.boxes import FULL_BOX_HEADER, Box
from imaging.formats.inspection import Area, Placement, refuse_corrupt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WIDE_INDEX = 1  # flag of an `ipma`
# Properties that libavif knows, and libheif. A reader does not show an item with another one that is essential (9.3.1).
BOTH_KNOW = {b"ispe", b"auxC", b"colr", b"pixi", b"pasp", b"clap", b"irot", b"imir", b"av1C", b"clli"}
BOTH_KNOW |= {b"lsel", b"a1op", b"a1lx"}
KNOWN = {"AVIF": BOTH_KNOW, "HEIF": BOTH_KNOW | {b"hvcC", b"mdcv", b"amve", b"cclv", b"cmin", b"cmex", b"udes"}}
COLORS = {b"nclx", b"nclc", b"rICC", b"prof"}  # kinds of a `colr`
TRANSFORMATIONS = {b"clap", b"irot", b"imir"}
# The EXIF orientation after a quarter turn to the left, and after a flip top to bottom, or left to right.
TURNED_LEFT = {1: 8, 2: 5, 3: 6, 4: 7, 5: 4, 6: 1, 7: 2, 8: 3}
FLIPPED = {0: {1: 4, 2: 3, 3: 2, 4: 1, 5: 8, 6: 7, 7: 6, 8: 5}, 1: {1: 2, 2: 1, 3: 4, 4: 3, 5: 6, 6: 5, 7: 8, 8: 7}}


def primary_item(meta: Box) -> int:
    """Return the number of the image to show, 0 if none is named."""
    numbers = (
        box.numbers("I" if box.version else "H", FULL_BOX_HEADER)[0] for box in meta.find(b"pitm", skip=FULL_BOX_HEADER)
    )
    return next(numbers, 0)


def item_properties(meta: Box) -> tuple[Mapping[int, Sequence[Box]], set[int]]:
    """Return the properties of each item, in the order in which they apply, and the items of which an essential one is unknown."""
    boxes = [box for found in meta.find(b"iprp", b"ipco", skip=FULL_BOX_HEADER) for box in found.children()]
    owned, unknown = defaultdict[int, list[Box]](list), set[int]()
    for box in meta.find(b"iprp", b"ipma", skip=FULL_BOX_HEADER):
        for item, number, is_essential in _associations(box):
            if 0 < number <= len(boxes):
                owned[item].append(boxes[number - 1])
                if is_essential and boxes[number - 1].name not in KNOWN[meta.inspection.format.name]:
                    unknown.add(item)
    return owned, unknown


def check_colors(properties: Iterable[Box]) -> None:
    """Refuse colors that libheif cannot read; libavif takes those in the data of the image instead."""
    if any(box.name == b"colr" and box.data[box.start : box.start + 4] not in COLORS for box in properties):
        refuse_unsupported("A HEIF whose colors are described in another way than by code points or a profile")


def _associations(box: Box) -> Iterable[tuple[int, int, bool]]:
    """Yield item, number of the property, counted from 1, and whether it is essential, of each association."""
    wide = byte_at(box.data, box.start + 3) & WIDE_INDEX
    mask = 0x7FFF if wide else 0x7F
    form, size = ("I", 4) if box.version else ("H", 2)
    at = FULL_BOX_HEADER + 4
    for _ in range(box.numbers("I", FULL_BOX_HEADER)[0]):
        item, count = box.numbers(f"{form}B", at)
        at += size + 1
        box.inspection.add_parts(1 + count)
        for _ in range(count):
            (number,) = box.numbers("H" if wide else "B", at)
            at += 2 if wide else 1
            yield item, number & mask, number > mask


def transformations(properties: Iterable[Box]) -> list[tuple[bytes, bytes]]:
    """Return name and content of the properties that crop or turn an item."""
    return [(box.name, box.data[box.start : box.end]) for box in properties if box.name in TRANSFORMATIONS]


def placement(properties: Sequence[Box]) -> Placement | None:
    """Return how an item is to be shown, or None if its size is unknown; raises ImageRefusedError."""
    sizes = [box.numbers("II", FULL_BOX_HEADER) for box in properties if box.name == b"ispe"]
    if not sizes:
        return None
    area, orientation = (0, 0, sizes[0][0], sizes[0][1]), 1
    for box in properties:
        if box.name == b"clap":
            if orientation != 1:
                refuse_unsupported("An AVIF that is turned before it is cropped")
            area = _clean_aperture(box, area)
        elif box.name == b"irot":
            for _ in range(byte_at(box.data, box.start) & 3):
                orientation = TURNED_LEFT[orientation]
        elif box.name == b"imir":
            orientation = FLIPPED[byte_at(box.data, box.start) & 1][orientation]
    return Placement(area, orientation)


def _clean_aperture(box: Box, area: Area) -> Area:
    """Return the part of area that a `clap` leaves: its size, and the distance of its center (ISO/IEC 14496-12, 12.1.4)."""
    width, wide, height, high, across, wide_unit, down, high_unit = box.numbers("IIIIiIiI")
    if not wide or not high or not wide_unit or not high_unit:
        refuse_corrupt("The clean aperture of the image has no size.")
    left, right = _range(Fraction(width, wide), Fraction(across, wide_unit), area[0], area[2])
    top, bottom = _range(Fraction(height, high), Fraction(down, high_unit), area[1], area[3])
    if left >= right or top >= bottom:
        refuse_corrupt("The clean aperture of the image is outside of it.")
    return left, top, right, bottom


def _range(size: Fraction, offset: Fraction, low: int, high: int) -> tuple[int, int]:
    start = (low + high - size) / 2 + offset
    return max(low, floor(start)), min(high, floor(start) + round(size))
