"""Unsound files: which errors of a decoder are its file's, so that the picture is rejected; all others are ours.

A decoder's errors do not say whose fault they are: a TypeError of Pillow's may stand for a field of the wrong type in the
file, or for an argument that it does not know. So only calls that give a decoder little but the file are guarded, the place
where an error was raised decides, and a decoder that rejects has to show that it works (decoders.py).
"""

from __future__ import annotations

import struct
import sys
import traceback
import warnings
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PIL import Image

from imaging.errors import ImageRefusedError, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

DECODER_PACKAGES = {"PIL", "pillow_heif"}  # packages


class MalformedFileError(Exception):
    """The file is unsound: raised by our own code that stands between a decoder and Pillow."""


# What decoders raise for files that are not sound.
DECODER_ERRORS = (
    MalformedFileError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,  # of a TIFF whose tag is text where Pillow needs a number
    AttributeError,  # the AVIF opener writes EXIF anew, whatever types stand in it
    OverflowError,
    RuntimeError,  # the one error of the AVIF and HEIF decoders
    struct.error,
    zlib.error,
)


@contextmanager
def refuse_malformed() -> Iterator[None]:
    """Turn what a decoder raises for an unsound file into ImageRefusedError; what it only warns of is let pass.

    An error that was not raised by a decoder passes as it is.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageRefusedError(Reason.TOO_MANY_PIXELS, "The picture has too many pixels.") from error
    except DECODER_ERRORS as error:
        if not _raised_by_decoder(error):
            raise
        raise _refusal(error) from error


def _raised_by_decoder(error: BaseException) -> bool:
    """Tell whether a decoder raised error: whether the innermost frame outside of the standard library is one's.

    An extension in C has no frame: what it raises counts as its caller's. Pillow turns some errors into others: the first
    one counts.
    """
    if isinstance(error, MalformedFileError):
        return True
    return _raised_by_decoder(error.__cause__) if error.__cause__ else _raising_package(error) in DECODER_PACKAGES


def _raising_package(error: BaseException) -> str:
    """Return the package that raised error, passing over the standard library; nothing if no other has a frame."""
    names = [str(frame.f_globals.get("__name__")) for frame, _ in traceback.walk_tb(error.__traceback__)]
    packages = (name.partition(".")[0] for name in reversed(names))
    return next((package for package in packages if package not in sys.stdlib_module_names), "")


def _refusal(error: Exception) -> ImageRefusedError:
    message = str(error).lower()
    if isinstance(error, EOFError) or "truncated" in message:
        return ImageRefusedError(Reason.TRUNCATED, "The file ends before the picture does.")
    if "memory" in message:
        return ImageRefusedError(Reason.TOO_COMPLEX, "The picture takes too much memory to decode.")
    return ImageRefusedError(Reason.CORRUPT, "The picture cannot be decoded.")
