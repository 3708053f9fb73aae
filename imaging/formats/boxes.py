"""Boxes, of which an ISO media file is made: ISO/IEC 14496-12."""

from collections.abc import Iterator
from dataclasses import dataclass

from imaging.formats.binary import byte_at, unpack
from imaging.formats.inspection import Inspection, refuse_corrupt, refuse_truncated

FULL_BOX_HEADER = 4  # bytes of version and flags, with which the content of many boxes begins
REQUIRED = {b"ftyp", b"meta", b"moov", b"mdat"}  # boxes of a file; whatever else does not fit in is no part of it


@dataclass(frozen=True)
class Box:
    """A box in data: its name, and where its content begins and ends."""

    data: bytes
    survey: Inspection
    name: bytes = b""
    start: int = 0
    end: int = 0

    @property
    def version(self) -> int:
        """The version that the content begins with, where it does."""
        return byte_at(self.data, self.start)

    def numbers(self, form: str, skip: int = 0) -> tuple[int, ...]:
        """Return numbers from the content, of a form as struct has it, big-endian; raises EndOfDataError."""
        return unpack(f">{form}", self.data, self.start + skip)

    def boxes(self, skip: int = 0) -> Iterator["Box"]:
        """Yield the boxes in the content; what follows the last and cannot be one is passed over."""
        at = self.start + skip
        while at + 8 <= self.end:
            size, name = unpack(">I4s", self.data, at)
            start, size = (at + 16, unpack(">Q", self.data, at + 8)[0]) if size == 1 else (at + 8, size)
            at = at + size if size else self.end
            if at < start or not self._holds(name, at):
                return
            self.survey.add_parts()
            yield Box(self.data, self.survey, name, start, at)

    def _holds(self, name: bytes, end: int) -> bool:
        """Tell whether a box of that name has room until `end`; raises ImageRefusedError where it should have."""
        if end > self.end and self.end < len(self.data):
            refuse_corrupt("A box ends beyond the one that holds it.")
        if end > self.end and name in REQUIRED:
            refuse_truncated()
        return end <= self.end

    def at(self, *path: bytes, skip: int = 0) -> Iterator["Box"]:
        """Yield each box that path leads to, one name a level; the content of this one begins with skip bytes more."""
        for box in self.boxes(skip):
            if box.name == path[0]:
                yield from box.at(*path[1:]) if path[1:] else (box,)
