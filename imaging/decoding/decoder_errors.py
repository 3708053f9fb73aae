"""Malformed files: which errors of a decoder are caused by its file, so that the image is refused; all others are bugs.

The type of an error does not identify its cause: a TypeError of Pillow may mean a field of the wrong type in the file, or an
argument that Pillow does not know. Therefore only calls are guarded that give a decoder little but the file, the place where
an error was raised decides, and a decoder that refuses a file has to show that it works (decoders.py).
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

from imaging.errors import ImageRefusedError, Reason, unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator

DECODER_PACKAGES = {"PIL", "pillow_heif"}


# Errors of Pillow's BMP decoder, lower case, and the features that they are about.
UNSUPPORTED_BMP = {
    "unsupported bmp bitfields layout": "A BMP with these color masks",
    "unsupported bmp compression": "A BMP with this compression",
    "unsupported bmp pixel depth": "A BMP with this number of bits per pixel",
    "unsupported bmp header type": "A BMP with this header",
}


class MalformedFileError(Exception):
    """The file is malformed: raised by our own code between a decoder and Pillow."""


# What decoders raise for malformed files.
DECODER_ERRORS = (
    MalformedFileError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,  # of a TIFF whose tag is text where Pillow needs a number
    OverflowError,
    RuntimeError,  # the only error of the AVIF and HEIF decoders
    struct.error,
    zlib.error,
)


@contextmanager
def refuse_malformed() -> Iterator[None]:
    """Turn what a decoder raises for a malformed file into ImageRefusedError; ignore its warnings.

    An error that no decoder raised passes unchanged.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageRefusedError(Reason.TOO_MANY_PIXELS, "The image has too many pixels.") from error
    except DECODER_ERRORS as error:
        if not _raised_by_decoder(error):
            raise
        raise _refusal(error) from error


def _raised_by_decoder(error: BaseException) -> bool:
    """Whether a decoder raised error: whether the innermost frame outside of the standard library is in its package.

    An extension in C has no frame, so its errors count as its caller's. Pillow turns some errors into others: the first one
    counts.
    """
    if isinstance(error, MalformedFileError):
        return True
    return _raised_by_decoder(error.__cause__) if error.__cause__ else _raising_package(error) in DECODER_PACKAGES


def _raising_package(error: BaseException) -> str:
    """Return the package that raised error, ignoring the standard library; empty if no other package has a frame."""
    names = [str(frame.f_globals.get("__name__")) for frame, _ in traceback.walk_tb(error.__traceback__)]
    packages = (name.partition(".")[0] for name in reversed(names))
    return next((package for package in packages if package not in sys.stdlib_module_names), "")


def _refusal(error: Exception) -> ImageRefusedError:
    message = str(error).lower()
    if isinstance(error, EOFError) or "truncated" in message:
        return ImageRefusedError(Reason.TRUNCATED, "The file ends before the image does.")
    if "memory" in message:
        return ImageRefusedError(Reason.TOO_COMPLEX, "The image takes too much memory to decode.")
    feature = next((words for start, words in UNSUPPORTED_BMP.items() if message.startswith(start)), None)
    return unsupported(feature) if feature else ImageRefusedError(Reason.CORRUPT, "The image cannot be decoded.")
