"""AVIF and HEIF files, written box by box."""

import struct
from dataclasses import dataclass, field
from functools import cache

from tests import pictures

Size = tuple[int, int]
SIZE = (64, 64)
CODED = {"HEIF": (b"hvc1", b"hvcC", b"heic"), "AVIF": (b"av01", b"av1C", b"avif")}  # type, configuration, brand


def box(name: bytes, *content: bytes) -> bytes:
    """Write a box."""
    joined = b"".join(content)
    return struct.pack(">I", len(joined) + 8) + name + joined


def full(name: bytes, *content: bytes, version: int = 0, flags: int = 0) -> bytes:
    """Write a box with version and flags."""
    return box(name, struct.pack(">I", version << 24 | flags), *content)


@dataclass(frozen=True)
class Item:
    """An item: its type, its data, and the size in its properties."""

    type: bytes
    data: bytes = b""
    size: Size = SIZE
    hidden: bool = False
    made_of: tuple[int, ...] = ()  # items, from 1 on


@cache
def coded(format_name: str) -> tuple[bytes, bytes]:
    """Return the configuration and the data of an encoded square, for boxes and items."""
    data = pictures.encoded(pictures.quadrants(SIZE), format_name)
    at = data.index(CODED[format_name][1]) - 4
    (length,) = struct.unpack_from(">I", data, at)
    return data[at : at + length], data[data.index(b"mdat") + 4 :]


@dataclass(frozen=True)
class File:
    """An AVIF or HEIF to write, whose first item is its image."""

    items: list[Item]
    format_name: str = "HEIF"
    references: list[tuple[bytes, int, tuple[int, ...]]] = field(default_factory=list)
    shift: int = 0  # bytes by which the places of all data are wrong
    more: bytes = b""  # boxes beside the items
    inside: bool = False  # the data are in a box among those of the items, not behind them
    brand: bytes = b""  # the first one, if it is not that of the format

    def written(self) -> bytes:
        """Return the file."""
        brand = CODED[self.format_name][2]
        head = box(b"ftyp", self.brand or brand, bytes(4), b"mif1", brand, b"miaf")
        start = 0 if self.inside else len(head) + len(self._meta(0)) + 8
        return head + self._meta(start + self.shift) + (b"" if self.inside else self._data(b"mdat"))

    def _meta(self, start: int) -> bytes:
        handler = full(b"hdlr", bytes(4), b"pict", bytes(13))
        first = full(b"pitm", struct.pack(">H", 1))
        boxes = (self._list(), self._places(start), self._properties(), self._made(), self.more)
        return full(b"meta", handler, first, *boxes, self._data(b"idat") if self.inside else b"")

    def _data(self, name: bytes) -> bytes:
        return box(name, *(item.data for item in self.items))

    def _list(self) -> bytes:
        entries = [
            full(b"infe", struct.pack(">HH", number, 0), item.type, b"\0", version=2, flags=int(item.hidden))
            for number, item in enumerate(self.items, 1)
        ]
        return full(b"iinf", struct.pack(">H", len(entries)), *entries)

    def _places(self, start: int) -> bytes:
        entries = b""
        for number, item in enumerate(self.items, 1):
            entries += struct.pack(">HHHHII", number, int(self.inside), 0, 1, start, len(item.data))
            start += len(item.data)
        return full(b"iloc", struct.pack(">HH", 0x4400, len(self.items)), entries, version=1)

    def _properties(self) -> bytes:
        sizes = [full(b"ispe", struct.pack(">II", *item.size)) for item in self.items]
        owned = [struct.pack(">HBBB", number, 2, 0x81, number + 1) for number in range(1, min(len(sizes), 126) + 1)]
        owned = [struct.pack(">I", len(owned)), *owned]
        return box(b"iprp", box(b"ipco", coded(self.format_name)[0], *sizes), full(b"ipma", *owned))

    def _made(self) -> bytes:
        made = [(b"dimg", number, item.made_of) for number, item in enumerate(self.items, 1) if item.made_of]
        entries = [
            box(name, struct.pack(f">HH{len(there)}H", number, len(there), *there))
            for name, number, there in [*made, *self.references]
        ]
        return full(b"iref", *entries) if entries else b""


def tile(format_name: str = "HEIF", size: Size = SIZE) -> Item:
    """Return an item with the encoded square."""
    return Item(CODED[format_name][0], coded(format_name)[1], size)


def grid(rows: int, columns: int, size: Size, tiles: tuple[int, ...]) -> Item:
    """Return an item made of tiles."""
    return Item(b"grid", struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, *size), size, made_of=tiles)


def overlay(size: Size, *layers: int) -> Item:
    """Return an item that is made of other items on a canvas."""
    data = struct.pack(">BBHHHHHH", 0, 0, 0, 0, 0, 0, *size) + bytes(4) * len(layers)
    return Item(b"iovl", data, size, made_of=layers)
