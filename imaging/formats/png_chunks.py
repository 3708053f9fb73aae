"""The chunks of a PNG (ISO 15948, 5.3): their order in the file, their checksums, and a file without the damaged ones."""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from imaging.checksums import crc32
from imaging.formats.binary import EndOfDataError, unpack
from imaging.formats.inspection import Inspection

SIGNATURE = 8  # bytes
HEADER = struct.Struct(">I4s")  # of a chunk: the length of its content, and its name
PIXELS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT"}  # chunks that decide what is seen
END = b"\0\0\0\0IEND\xaeB\x60\x82"
SIZES = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"pHYs": 9, b"cICP": 4}  # bytes of chunks of one size


class Chunk(NamedTuple):
    """A chunk: its name, the offsets of its content, and whether the file ends before the chunk does."""

    name: bytes
    start: int
    end: int
    is_cut: bool


def chunks(data: bytes, inspection: Inspection) -> Iterator[Chunk]:
    """Yield the chunks up to the last one, and count them; raises EndOfDataError if the file ends before the pixels.

    After the first pixels the file may end anywhere: only the decoder knows whether every pixel is there.
    """
    at, name, has_pixels = SIGNATURE, b"", False
    while name != b"IEND":
        if at + HEADER.size > len(data):
            if has_pixels:
                return
            raise EndOfDataError
        length, name = HEADER.unpack_from(data, at)
        start, at = at + 8, at + length + 12
        has_pixels = has_pixels or name == b"IDAT"
        if at > len(data) and not has_pixels:
            raise EndOfDataError
        inspection.add_parts()
        yield Chunk(name, start, min(at - 4, len(data)), at > len(data))


def is_usable(data: bytes, chunk: Chunk) -> bool:
    """Whether a chunk has its checksum and its size; the checksums of pixels are left to whoever decodes them."""
    if chunk.is_cut:
        return chunk.name == b"IDAT"
    if chunk.name != b"IDAT" and not has_its_checksum(data, chunk):
        return False
    if chunk.name == b"zTXt":  # the only method of compression is 0
        return data[chunk.start : chunk.end].partition(b"\0")[2][:1] == b"\0"
    return SIZES.get(chunk.name, chunk.end - chunk.start) == chunk.end - chunk.start


def has_its_checksum(data: bytes, chunk: Chunk) -> bool:
    """Whether the checksum of a chunk, which the file does not cut, is that of its name and content."""
    return unpack(">I", data, chunk.end) == (crc32(memoryview(data)[chunk.start - 4 : chunk.end]),)


def repair(data: bytes, usable: Sequence[Chunk]) -> bytes | None:
    """Return the file with usable chunks only, and with its end; None if it is so already."""
    starts = [SIGNATURE, *(chunk.end + 4 for chunk in usable)]
    is_whole = all(chunk.start - 8 == at and not chunk.is_cut for chunk, at in zip(usable, starts, strict=False))
    has_end = bool(usable) and usable[-1].name == b"IEND"
    if is_whole and has_end:
        return None
    parts = [
        write_chunk(name, data[start:end]) if is_cut else data[start - 8 : end + 4]
        for name, start, end, is_cut in usable
    ]
    return b"".join([data[:SIGNATURE], *parts, *([] if has_end else [END])])


def write_chunk(name: bytes, content: bytes) -> bytes:
    """Return a chunk with its length and its checksum."""
    return struct.pack(">I4s", len(content), name) + content + struct.pack(">I", crc32(name + content))
