"""Deflate by ISA-L: in a third of zlib's time where the package isal is installed, which has no wheel for some platforms."""

from __future__ import annotations

import struct
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# The window, as zlib has it, without zlib's header: with that, ISA-L leaves a state that slows down all that follows.
RAW = -15
HEADER, CHECKSUM = 2, 4  # bytes of zlib's header and of its sum
FULL_HEADER = b"\x78\x01"  # of the largest window, without a dictionary
# Of deflate with the largest window, without a dictionary.
FULL_HEADERS = {(0x78, 0x01), (0x78, 0x5E), (0x78, 0x9C), (0x78, 0xDA)}
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
    """Return the module of ISA-L, whose types say less of it than is known here."""
    from isal import isal_zlib

    return isal_zlib


class DamagedStreamError(Exception):
    """A compressed stream is damaged."""


def inflated(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield the content of a stream of zlib in parts, whose sum is not looked at; raises DamagedStreamError.

    read returns the next part of the stream, empty at its end.
    """
    isal_zlib = _library()
    inflate, data = isal_zlib.decompressobj(wbits=RAW), _without_header(read)
    while not inflate.eof:
        data = data or read(PIECE)
        try:
            content = inflate.decompress(data, PIECE)
        except isal_zlib.error:
            raise DamagedStreamError from None
        if content:
            yield content
        elif not data:
            return
        data = inflate.unconsumed_tail


def _without_header(read: Callable[[int], bytes]) -> bytes:
    """Return the start of a stream of zlib behind its header (RFC 1950), empty without one; raises DamagedStreamError."""
    start = b""
    while len(start) < HEADER and (part := read(PIECE)):
        start += part
    if len(start) < HEADER:
        return b""
    kind, check = start[:HEADER]
    if kind & 15 != DEFLATE or kind >> 4 > MAX_WINDOW or check & DICTIONARY or (256 * kind + check) % 31:
        raise DamagedStreamError
    return start[HEADER:]


class Inflated:
    """A compressed stream of zlib, in stored blocks: what reads it inflates nothing any more, and gets the same bytes.

    The sum at its end is that of the original, so that its reader finds what is damaged.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        """Take the function that returns the next part of the stream, empty at its end."""
        self._read = read
        self._blocks = self._stored()

    def read(self, _: int) -> bytes:
        """Return the next part, empty at the end of the stream."""
        return next(self._blocks, b"")

    def _stored(self) -> Iterator[bytes]:
        header = self._read(PIECE)
        if tuple(header[:HEADER]) not in FULL_HEADERS:  # the reader knows what to do with it
            yield from self._unchanged(header)
            return
        yield header[:HEADER]
        yield from self._inflate(header[HEADER:])

    def _inflate(self, data: bytes) -> Iterator[bytes]:
        isal_zlib = _library()
        inflate = isal_zlib.decompressobj(wbits=RAW)
        while data or (data := self._read(PIECE)):
            try:
                content = inflate.decompress(data, PIECE)
            except isal_zlib.error:
                yield b"\7"  # a block of an invalid type: its reader finds the stream damaged
                return
            if content:
                yield b"".join(stored_blocks(content))
            if inflate.eof:
                yield b"\1\0\0\xff\xff"  # the last block, empty
                yield from self._unchanged(inflate.unused_data)
                return
            data = inflate.unconsumed_tail

    def _unchanged(self, data: bytes) -> Iterator[bytes]:
        if data:
            yield data
        while data := self._read(PIECE):
            yield data


def stored_blocks(content: bytes | memoryview, *, is_last: bool = False) -> Iterator[bytes | memoryview]:
    """Yield the parts of content in stored blocks, of which the last one may end the stream, each after its head."""
    whole = memoryview(content)  # whose parts are no copies
    for at in range(0, len(whole), BLOCK):
        part = whole[at : at + BLOCK]
        size, ends = len(part), is_last and at + BLOCK >= len(whole)
        yield struct.pack("<BHH", ends, size, size ^ BLOCK)
        yield part


def compress(content: bytes) -> bytes:
    """Return content compressed as a stream of zlib, nearly as small as run lengths make it."""
    isal_zlib = _library()
    data: bytes = isal_zlib.compress(content, LEVEL, wbits=RAW)
    checksum: int = isal_zlib.adler32(content)
    return b"".join([FULL_HEADER, data, checksum.to_bytes(CHECKSUM, "big")])
