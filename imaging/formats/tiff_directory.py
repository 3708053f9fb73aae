"""TIFF directories: pages of a TIFF, EXIF blocks and the index of an MPO are all made of them."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from imaging.formats.binary import EndOfDataError, unpack

# Bytes of a value by its type: the twelve of TIFF 6.0, an offset, and BigTIFF's three of 8 bytes.
TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
BYTE_TYPES = {1, 2, 7}  # types that are read in one piece: bytes, text and undefined
INTEGER_FORMATS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}  # unsigned types and how struct calls them


@dataclass(frozen=True)
class Entry:
    """An entry of a directory: so many values of one type, at a place in the file."""

    tag: int
    kind: int
    count: int
    place: int

    @property
    def size(self) -> int:
        """Bytes of all values; 0 for a type that nobody reads."""
        return self.count * TYPE_SIZES.get(self.kind, 0)


@dataclass(frozen=True)
class TiffDirectories:
    """A block of data that begins with a TIFF header, at base; all places in it count from there."""

    data: bytes
    base: int
    order: str  # as struct has it
    big: bool  # BigTIFF: 8 bytes for what else has 2 or 4

    @classmethod
    def at(cls, data: bytes, base: int = 0) -> Self:
        """Read the header at base; nonsense counts as little-endian."""
        order = ">" if data[base : base + 2] == b"MM" else "<"
        return cls(data, base, order, big=b"+" in data[base + 2 : base + 4])

    @property
    def first(self) -> int:
        """Where the first directory is; raises EndOfDataError, as all methods here may."""
        return self.number("Q", 8) if self.big else self.number("I", 4)

    def number(self, kind: str, place: int) -> int:
        """Return the number at place, of a type as struct has it."""
        return int(unpack(self.order + kind, self.data, self.base + place)[0])

    def entries(self, place: int) -> Iterator[Entry]:
        """Yield the entries of the directory at place."""
        head, form, short = (8, "HHQ", 8) if self.big else (2, "HHI", 4)
        step = struct.calcsize(f"={form}") + short
        for number in range(self.number("Q" if self.big else "H", place)):
            at = place + head + number * step
            tag, kind, count = unpack(self.order + form, self.data, self.base + at)
            value = at + step - short
            beyond = count * TYPE_SIZES.get(kind, 0) > short
            yield Entry(tag, kind, count, self.number("Q" if self.big else "I", value) if beyond else value)

    def following(self, place: int) -> int:
        """Return where the directory after the one at place is, 0 for nowhere."""
        head, step = (8, 20) if self.big else (2, 12)
        count = self.number("Q" if self.big else "H", place)
        return self.number("Q" if self.big else "I", place + head + count * step)

    def integers(self, entry: Entry) -> tuple[int, ...]:
        """Return the values of entry; none if they are no unsigned integers."""
        if entry.kind not in INTEGER_FORMATS:
            return ()
        if entry.count > len(self.data):
            raise EndOfDataError  # before a form is made that struct cannot count
        form = f"{self.order}{entry.count}{INTEGER_FORMATS[entry.kind]}"
        return unpack(form, self.data, self.base + entry.place)
