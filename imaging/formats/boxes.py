"""Boxes, the structure of an ISO media file: ISO/IEC 14496-12."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from imaging.formats.binary import byte_at, unpack
from imaging.formats.inspection import Inspection, refuse_corrupt, refuse_truncated

HEADER = struct.Struct(">I4s")  # of a box: its size and name
FULL_BOX_HEADER = 4  # bytes of version and flags at the start of the content of many boxes
REQUIRED = {b"ftyp", b"meta", b"moov"}  # boxes that must not be cut; others are ignored if they are


@dataclass(frozen=True, slots=True)
class Box:
    """A box in data: its name, and the offsets where its content starts and ends."""

    data: bytes
    inspection: Inspection
    name: bytes = b""
    start: int = 0
    end: int = 0

    @property
    def version(self) -> int:
        """The version in the header of a full box."""
        return byte_at(self.data, self.start)

    def numbers(self, form: str, skip: int = 0) -> tuple[int, ...]:
        """Return the big-endian numbers, in a struct format, that follow skip bytes of content; raises EndOfDataError."""
        return unpack(f">{form}", self.data, self.start + skip)

    def children(self, skip: int = 0) -> list["Box"]:
        """Return the boxes in the content after skip bytes, up to the first bytes that are no box."""
        known, place = self.inspection.boxes, (self.start + skip, self.end)
        if place not in known:
            known[place] = list(self._read_children(skip))
        return known[place]

    def _read_children(self, skip: int) -> Iterator["Box"]:
        at = self.start + skip
        while at + HEADER.size <= self.end:
            size, name = HEADER.unpack_from(self.data, at)
            start, size = (at + 16, unpack(">Q", self.data, at + 8)[0]) if size == 1 else (at + 8, size)
            at = at + size if size else self.end
            if at < start or not self._fits(name, at):
                return
            self.inspection.add_parts()
            yield Box(self.data, self.inspection, name, start, at)

    def _fits(self, name: bytes, end: int) -> bool:
        """Whether a child of that name may end at `end`; raises ImageRefusedError if a required one does not fit."""
        if end > self.end and self.end < len(self.data):
            refuse_corrupt("A box ends beyond the one that holds it.")
        if end > self.end and name in REQUIRED:
            refuse_truncated()
        return end <= self.end

    def find(self, *path: bytes, skip: int = 0) -> Iterator["Box"]:
        """Yield each box at a path of names, one name a level; skip applies to the content of this box alone."""
        for box in self.children(skip):
            if box.name == path[0]:
                yield from box.find(*path[1:]) if path[1:] else (box,)
