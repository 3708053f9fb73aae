"""Deflate by ISA-L: in a third of zlib's time where the package isal is installed, which has no wheel for some platforms; else by zlib."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

from imaging import checksums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# The window, as zlib has it, without zlib's header: with that, ISA-L leaves a state that slows down all that follows.
RAW = -15
HEADER, CHECKSUM = 2, 4  # bytes of zlib's header and of its sum
FULL_HEADER = b"\x78\x01"  # of the largest window, without a dictionary
# Of the header's first byte, the method and the largest window, as a power of two less 8; of the second one, a bit.
DEFLATE, MAX_WINDOW, DICTIONARY = 8, 7, 0x20
LEVEL = 2  # of 0 to 3; photographs have 1 % fewer bytes than with 3
PIECE = 2**17  # bytes that are inflated at a time
BLOCK = 2**16 - 1  # bytes of a stored block (RFC 1951, 3.2.4)


@cache
def is_available() -> bool:
    """Whether isal is installed."""
    from importlib.util import find_spec

    return find_spec("isal") is not None


def _library() -> Any:
    """Return the module of ISA-L, whose types say less of it than is known here; without it, zlib, which has the same functions."""
    if not is_available():
        return zlib
    from isal import isal_zlib

    return isal_zlib


class DamagedStreamError(Exception):
    """A compressed stream is damaged."""


def inflated(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield the content of a stream of zlib in parts; raises DamagedStreamError, at its end also if its sum is another one.

    read returns the next part of the stream, empty at its end. Where that lacks the sum, what is there is not checked.
    """
    library = _library()
    inflate, data, checksum = library.decompressobj(wbits=RAW), _without_header(read), 1
    while not inflate.eof:
        data = data or read(PIECE)
        try:
            content = inflate.decompress(data, PIECE)
        except library.error:
            raise DamagedStreamError from None
        if content:
            checksum = checksums.adler32(content, checksum)
            yield content
        elif not data:
            return
        data = inflate.unconsumed_tail
    written = _read(read, CHECKSUM, inflate.unused_data)[:CHECKSUM]
    if len(written) == CHECKSUM and written != checksum.to_bytes(CHECKSUM, "big"):
        raise DamagedStreamError


def _without_header(read: Callable[[int], bytes]) -> bytes:
    """Return the start of a stream of zlib behind its header (RFC 1950), empty without one; raises DamagedStreamError."""
    start = _read(read, HEADER)
    if len(start) < HEADER:
        return b""
    kind, check = start[:HEADER]
    if kind & 15 != DEFLATE or kind >> 4 > MAX_WINDOW or check & DICTIONARY or (256 * kind + check) % 31:
        raise DamagedStreamError
    return start[HEADER:]


def _read(read: Callable[[int], bytes], size: int, start: bytes = b"") -> bytes:
    """Return start, with as many further parts as it takes to have size bytes, or all that there are."""
    while len(start) < size and (part := read(PIECE)):
        start += part
    return start


def restored(contents: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a stream of zlib with these contents in stored blocks, each when the next one is known: its reader need not inflate.

    So the last one comes after all checks of contents. The stream has no last block and no sum.
    """
    late = FULL_HEADER
    for content in contents:
        yield late
        late = b"".join(stored_blocks(content))
    yield late


def stored_blocks(*contents: bytes | memoryview, is_last: bool = False) -> Iterator[bytes | memoryview]:
    """Yield the parts of contents in stored blocks, of which the last one may end the stream, each after its head."""
    parts = [
        memoryview(content)[at : at + BLOCK]  # which is no copy
        for content in contents
        for at in range(0, len(content), BLOCK)
    ]
    for number, part in enumerate(parts, 1):
        yield struct.pack("<BHH", is_last and number == len(parts), len(part), len(part) ^ BLOCK)
        yield part


def compress(content: bytes) -> bytes:
    """Return content compressed as a stream of zlib, nearly as small as run lengths make it."""
    data: bytes = _library().compress(content, LEVEL, wbits=RAW)
    return b"".join([FULL_HEADER, data, checksums.adler32(content).to_bytes(CHECKSUM, "big")])
