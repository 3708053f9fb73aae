"""Reading numbers from a file that may end, or point, anywhere."""

import struct
from typing import Any


class EndOfDataError(struct.error):
    """The file points beyond its own end. Any other error of an inspector is a bug in it."""


def unpack(form: str, data: bytes, at: int) -> tuple[Any, ...]:
    """Return the values at an offset of data, in a struct format; raises EndOfDataError."""
    if not 0 <= at <= len(data) - struct.calcsize(form):
        raise EndOfDataError
    return struct.unpack_from(form, data, at)


def byte_at(data: bytes, at: int) -> int:
    """Return the byte at an offset of data; raises EndOfDataError."""
    if not 0 <= at < len(data):
        raise EndOfDataError
    return data[at]
