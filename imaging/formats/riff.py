"""RIFF: the chunks of a WebP file (RFC 9649, 2.3)."""

from collections.abc import Iterator
from typing import NamedTuple

from imaging.formats.binary import unpack

FILE_HEADER = 12  # bytes: "RIFF", the length of what follows it, and "WEBP"
CHUNK_HEADER = 8  # bytes: name and length


class Chunk(NamedTuple):
    """A chunk: its name, and the offsets where its content starts and ends; in a truncated file the end is beyond it."""

    name: bytes
    start: int
    end: int


def file_end(data: bytes) -> int:
    """Return the offset where the file ends by its header; bytes behind it are not part of it. Raises EndOfDataError."""
    return CHUNK_HEADER + int(unpack("<I", data, 4)[0])


def chunks(data: bytes, at: int, end: int) -> Iterator[Chunk]:
    """Yield the chunks between two offsets, each padded to an even length; raises EndOfDataError."""
    while at + CHUNK_HEADER <= end:
        name, length = unpack("<4sI", data, at)
        start = at + CHUNK_HEADER
        at = start + length + length % 2
        yield Chunk(name, start, start + length)
