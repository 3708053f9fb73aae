"""Checksums of zlib's streams and PNG's chunks: by zlib-ng, in a tenth of zlib's time where that package is installed; else by zlib.

ISA-L has them, too, but leaves a state of the processor that slows down all that follows.
"""

import zlib
from functools import cache
from typing import Any

Content = bytes | memoryview


@cache
def is_available() -> bool:
    """Whether zlib-ng is installed."""
    from importlib.util import find_spec

    return find_spec("zlib_ng") is not None


def adler32(content: Content, start: int = 1) -> int:
    """Return the sum of content as zlib's streams end with it (RFC 1950, 8.2), after that of what comes before."""
    checksum: int = _library().adler32(content, start)
    return checksum


def crc32(content: Content) -> int:
    """Return the sum of content as PNG's chunks end with it (ISO 15948, 5.5)."""
    checksum: int = _library().crc32(content)
    return checksum


@cache
def _library() -> Any:
    """Return the module of zlib-ng; without it, zlib, which has the same functions."""
    if not is_available():
        return zlib
    from zlib_ng import zlib_ng

    return zlib_ng
