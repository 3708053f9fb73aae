"""Reading out of a file that may end, or lead, anywhere: what is beyond its end is told from a fault of ours."""

import struct
from typing import Any


class EndOfDataError(struct.error):
    """A file leads beyond its own end; any other error of a walk is a bug in it."""


def unpack(form: str, data: bytes, at: int) -> tuple[Any, ...]:
    """Return what is at a place in data, in a form as struct has it; raises EndOfDataError."""
    if not 0 <= at <= len(data) - struct.calcsize(form):
        raise EndOfDataError
    return struct.unpack_from(form, data, at)


def byte_at(data: bytes, at: int) -> int:
    """Return the byte at a place in data; raises EndOfDataError."""
    if not 0 <= at < len(data):
        raise EndOfDataError
    return data[at]
