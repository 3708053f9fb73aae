"""A writer of AVIFs and HEICs whose image is cropped and turned in any order, and the pixels that they show."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from PIL import Image

from imaging.formats import FORMATS
from imaging.formats.boxes import FULL_BOX_HEADER, Box
from imaging.formats.heif import _parse_extents
from imaging.formats.inspection import Inspection
from tests import pictures
from tests.hostile.heif_files import CODED, box, full
from tests.imaging.limits import LIMITS

SIZE = (128, 64)  # of which every edge is whole blocks, so that encoders need no clean aperture of their own
ALPHA = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"
ESSENTIAL = {b"av1C", b"hvcC", b"clap", b"irot", b"imir", b"iscl", b"must"}  # nobody knows the last one
Area = tuple[int, int, int, int]  # left, top, right, bottom
QUALITY: dict[str, dict[str, Any]] = {
    "AVIF": {"quality": 95, "subsampling": "4:4:4"},
    "HEIF": {"quality": 95, "chroma": 444},
}


def clap(area: Area) -> bytes:
    """Write the clean aperture that leaves an area."""
    left, top, right, bottom = area
    across, down = left + right - SIZE[0], top + bottom - SIZE[1]  # twice the distance of the centers
    return box(b"clap", struct.pack(">IIIIiIiI", right - left, 1, bottom - top, 1, across, 2, down, 2))


def irot(turns: int) -> bytes:
    """Write quarter turns to the left."""
    return box(b"irot", bytes([turns]))


def imir(axis: int) -> bytes:
    """Write a flip: 0 exchanges top and bottom, 1 left and right."""
    return box(b"imir", bytes([axis]))


def nclx(primaries: int, transfer: int, matrix: int = 6) -> bytes:
    """Write code points of H.273, for the full range."""
    return box(b"colr", b"nclx", struct.pack(">HHHB", primaries, transfer, matrix, 128))


def draw(*, transparent: bool = False) -> Image.Image:
    """Draw a slope of colors with two marks, and alpha of three levels if transparent."""
    image = Image.new("RGB", SIZE)
    for y in range(SIZE[1]):
        for x in range(SIZE[0]):
            image.putpixel((x, y), (min(255, 40 + x), min(255, 30 + 3 * y), 200 - x - y))
    image.paste((220, 30, 30), (0, 0, 32, 16))
    image.paste((240, 240, 240), (70, 40, 90, 50))
    if transparent:
        alpha = Image.new("L", SIZE, 255)
        alpha.paste(0, (64, 0, 128, 32))
        alpha.paste(128, (0, 32, 64, 64))
        image.putalpha(alpha)
    return image


@cache
def encoded(format_name: str, *, transparent: bool) -> tuple[bytes, Image.Image]:
    """Return the drawing in a file, and the pixels that are left of it."""
    data = pictures.encoded(draw(transparent=transparent), format_name, **QUALITY[format_name])
    return data, pictures.decoded(data).convert("RGBA")


def coded_items(data: bytes, format_name: str) -> list[tuple[bytes, bytes]]:
    """Return configuration and data of each coded item of a file."""
    whole = Box(data, Inspection(FORMATS[format_name], LIMITS), end=len(data))
    (meta,) = whole.find(b"meta")
    name = CODED[format_name][1]
    found = [b for p in meta.find(b"iprp", b"ipco", skip=FULL_BOX_HEADER) for b in p.children() if b.name == name]
    configurations = [data[b.start - 8 : b.end] for b in found]
    places = [extent for b in meta.find(b"iloc", skip=FULL_BOX_HEADER) for extent in _parse_extents(b)]
    items = [data[extent.offset : extent.offset + extent.size] for extent in places]
    return [(configurations[min(n, len(configurations) - 1)], item) for n, item in enumerate(items)]


@dataclass(frozen=True)
class Item:
    """An item: its configuration, its data, and more properties in order."""

    configuration: bytes
    data: bytes
    properties: tuple[bytes, ...] = ()


@dataclass
class Heif:
    """A file of an image, and maybe its transparency."""

    format_name: str
    items: list[Item]

    def write(self) -> bytes:
        """Return the file."""
        brand = CODED[self.format_name][2]
        head = box(b"ftyp", brand, bytes(4), b"mif1", brand, b"miaf")
        start = len(head) + len(self._meta(0)) + 8
        return head + self._meta(start) + box(b"mdat", *(item.data for item in self.items))

    def _meta(self, start: int) -> bytes:
        kind, count, places = CODED[self.format_name][0], len(self.items), b""
        for number, item in enumerate(self.items, 1):
            places += struct.pack(">HHHII", number, 0, 1, start, len(item.data))
            start += len(item.data)
        entries = [full(b"infe", struct.pack(">HH", n, 0), kind, b"\0", version=2) for n in range(1, count + 1)]
        made = [full(b"iref", box(b"auxl", struct.pack(">HHH", 2, 1, 1)))] if count > 1 else []
        return full(
            b"meta",
            full(b"hdlr", bytes(4), b"pict", bytes(13)),
            full(b"pitm", struct.pack(">H", 1)),
            full(b"iloc", struct.pack(">HH", 0x4400, count), places),
            full(b"iinf", struct.pack(">H", count), *entries),
            *made,
            self._properties(),
        )

    def _properties(self) -> bytes:
        known: list[bytes] = []
        owned = struct.pack(">I", len(self.items))
        for number, item in enumerate(self.items, 1):
            kind = [full(b"auxC", ALPHA)] if number > 1 else []
            boxes = [item.configuration, full(b"ispe", struct.pack(">II", *SIZE)), *kind, *item.properties]
            owned += struct.pack(">HB", number, len(boxes))
            for content in boxes:
                known.append(content)
                owned += bytes([len(known) | (0x80 if content[4:8] in ESSENTIAL else 0)])
        return box(b"iprp", box(b"ipco", *known), full(b"ipma", owned))


def file_with(
    format_name: str, *properties: bytes, transparent: bool = False, alpha: tuple[bytes, ...] | None = None
) -> bytes:
    """Return the drawing in a file with properties, for its transparency, too, unless that has others."""
    items = [Item(*item) for item in coded_items(encoded(format_name, transparent=transparent)[0], format_name)]
    owned = [properties, properties if alpha is None else alpha]
    return Heif(format_name, [replace(item, properties=own) for item, own in zip(items, owned, strict=False)]).write()


def after(image: Image.Image, *properties: bytes) -> Image.Image:
    """Return an image as properties crop and turn it."""
    for content in properties:
        if content[4:8] == b"clap":
            width, _, height, _, across, _, down, _ = struct.unpack(">IIIIiIiI", content[8:])
            left, top = (SIZE[0] - width + across) // 2, (SIZE[1] - height + down) // 2
            image = image.crop((left, top, left + width, top + height))
        elif content[4:8] == b"irot":
            image = image.rotate(90 * content[8], expand=True)
        elif content[4:8] == b"imir":
            flip = Image.Transpose.FLIP_LEFT_RIGHT if content[8] else Image.Transpose.FLIP_TOP_BOTTOM
            image = image.transpose(flip)
    return image
