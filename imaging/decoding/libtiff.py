"""The errors of the libtiff that comes with Pillow: of fax data it reports them, and goes on with lines that are wrong."""

from __future__ import annotations

import ctypes
from contextlib import contextmanager
from ctypes import c_char_p, c_void_p
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import PIL

from imaging.decoding.decoder_errors import MalformedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

FAX = b"Fax"  # how the modules of libtiff that decode CCITT data begin
MAX_ERRORS = 10  # that are kept

_errors: list[bytes] = []


def _note(module: bytes | None, form: bytes | None, _: object) -> None:
    """Note an error of libtiff, which passes the parts of its text."""
    if len(_errors) < MAX_ERRORS and module is not None and module.startswith(FAX):
        _errors.append(form or b"")


# Made at import: the sandbox refuses the executable memory that it needs.
_HANDLER = ctypes.CFUNCTYPE(None, c_char_p, c_char_p, c_void_p)(_note)


@cache
def load() -> bool:
    """Hear the errors from now on; False if Pillow has no libtiff of its own."""
    wheel = Path(PIL.__file__).parent
    found = [*wheel.parent.glob("pillow.libs/libtiff-*"), *wheel.glob(".dylibs/libtiff.*")]
    if not found:
        return False
    library = ctypes.CDLL(str(found[0]))
    library.TIFFSetErrorHandler.argtypes = [c_void_p]
    library.TIFFSetErrorHandler.restype = c_void_p
    library.TIFFSetErrorHandler(ctypes.cast(_HANDLER, c_void_p))
    return True


@contextmanager
def watched_fax() -> Iterator[None]:
    """Raise MalformedFileError at the end if fax data that were decoded meanwhile are damaged."""
    load()
    _errors.clear()
    yield
    if _errors:
        raise MalformedFileError("libtiff reports damaged fax data")
