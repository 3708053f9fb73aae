"""TIFF directories: the pages of a TIFF, EXIF blocks and the index of an MPO consist of them (TIFF 6.0, section 2)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from imaging.formats.binary import EndOfDataError, unpack

# Bytes of a value by its type: the twelve of TIFF 6.0, an offset (13), and the three of BigTIFF (16 to 18).
TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
BYTE_TYPES = {1, 2, 7}  # read in one piece: bytes, text and undefined
INTEGER_FORMATS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}  # unsigned integers, as struct formats


@dataclass(frozen=True)
class Entry:
    """An entry of a directory: count values of one type, at an offset from the header."""

    tag: int
    kind: int
    count: int
    offset: int

    @property
    def size(self) -> int:
        """Bytes of all values; 0 for an unknown type."""
        return self.count * TYPE_SIZES.get(self.kind, 0)


@dataclass(frozen=True)
class TiffDirectories:
    """The directories of a block of data whose TIFF header is at base; all offsets count from there."""

    data: bytes
    base: int
    order: str  # byte order, as in a struct format
    big: bool  # BigTIFF: 8 bytes instead of 2 or 4

    @classmethod
    def at(cls, data: bytes, base: int = 0) -> Self:
        """Read the header at base; an invalid byte order counts as little-endian."""
        order = ">" if data[base : base + 2] == b"MM" else "<"
        return cls(data, base, order, big=b"+" in data[base + 2 : base + 4])

    @property
    def first(self) -> int:
        """The offset of the first directory; raises EndOfDataError, as all methods here may."""
        return self.number("Q", 8) if self.big else self.number("I", 4)

    def number(self, kind: str, offset: int) -> int:
        """Return the number at an offset, in a struct format."""
        return int(unpack(self.order + kind, self.data, self.base + offset)[0])

    def entries(self, directory: int) -> Iterator[Entry]:
        """Yield the entries of the directory at an offset."""
        head, form, short = (8, "HHQ", 8) if self.big else (2, "HHI", 4)
        step = struct.calcsize(f"={form}") + short
        for number in range(self.number("Q" if self.big else "H", directory)):
            at = directory + head + number * step
            tag, kind, count = unpack(self.order + form, self.data, self.base + at)
            value = at + step - short
            is_inline = count * TYPE_SIZES.get(kind, 0) <= short
            yield Entry(tag, kind, count, value if is_inline else self.number("Q" if self.big else "I", value))

    def following(self, directory: int) -> int:
        """Return the offset of the next directory, 0 if there is none."""
        head, step = (8, 20) if self.big else (2, 12)
        count = self.number("Q" if self.big else "H", directory)
        return self.number("Q" if self.big else "I", directory + head + count * step)

    def integers(self, entry: Entry) -> tuple[int, ...]:
        """Return the values of entry, or nothing if they are not unsigned integers."""
        if entry.kind not in INTEGER_FORMATS:
            return ()
        if entry.count > len(self.data):
            raise EndOfDataError  # before struct gets a count that it cannot hold
        form = f"{self.order}{entry.count}{INTEGER_FORMATS[entry.kind]}"
        return unpack(form, self.data, self.base + entry.offset)
