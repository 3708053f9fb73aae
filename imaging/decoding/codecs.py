"""Pillow's codecs, watched: what libjpeg warns of, and how many rows a decoder wrote.

Pillow ignores both, so that a file whose data end too early becomes an image that is half gray or black. Neither is part of
its interface, so they are read from the memory of its decoders: an `ImagingDecoderObject` of src/decode.c, with the
structures of libImaging/Imaging.h, libImaging/Jpeg.h and of libjpeg's jpeglib.h. `require` tries them once a process.
"""

from __future__ import annotations

import ctypes
from contextlib import contextmanager
from ctypes import POINTER, c_char, c_char_p, c_int, c_long, c_void_p
from functools import cache, partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

import PIL
from PIL import Image

from imaging.decoding.decoder_errors import MalformedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

ROW_CODECS = ("zip", "gif")  # they may end before the last row without an error
JPEG_CODEC = "jpeg"
# Warnings of libjpeg that leave no pixel out: of headers, and of bytes between segments.
HARMLESS = (b"Warning: unknown JFIF", b"Unknown Adobe color", b"Inconsistent progression", b"Invalid SOS parameters")
EXTRANEOUS = b"extraneous bytes before marker"
MAX_EXTRANEOUS = 16  # some cameras write a few; more of them are data of which the decoder lost track
PREMATURE = b"premature end"
NO_MEMORY = b"Insufficient memory"
_core: Any = vars(Image)["core"]  # Pillow's module in C

SAMPLE, RAW_BITS, SCALE = (37, 23), 32, 8  # of a decoder that is tried: size of the image, bits of a pixel, and scale
MAX_DISTANCE = 8192  # bytes between two structures that Pillow allocates in one piece
MAX_WARNINGS = 100  # that are kept: damaged data may have one for each block


class _ErrorManager(ctypes.Structure):
    """A struct jpeg_error_mgr."""

    _fields_: ClassVar = [
        ("error_exit", c_void_p),
        ("emit_message", c_void_p),
        ("others", c_void_p * 3),
        ("message", c_int),
        ("parameters", c_int * 20),
        ("trace_level", c_int),
        ("warnings", c_long),
        ("texts", POINTER(c_char_p)),
        ("last_text", c_int),
    ]


class _JpegContext(ctypes.Structure):
    """The start of a JPEGSTATE; the error manager is the first field of libjpeg's own structure in it."""

    _fields_: ClassVar = [
        *((name, c_int) for name in ("jpeg_mode", "raw_mode", "draft", "scale")),
        ("error", POINTER(_ErrorManager)),
    ]


class _Decoder(ctypes.Structure):
    """An ImagingDecoderObject, with the struct ImagingCodecStateInstance in it."""

    _fields_: ClassVar = [
        ("head", c_char * object.__basicsize__),
        ("functions", c_void_p * 2),
        *((name, c_int) for name in ("count", "state", "error", "x", "y", "step")),
        *((name, c_int) for name in ("width", "height", "left", "top")),
        ("shuffle", c_void_p),
        *((name, c_int) for name in ("bits", "bytes", "overflow", "padding")),
        ("buffer", c_void_p),
        ("context", POINTER(_JpegContext)),
    ]


def _state(codec: Any) -> _Decoder:
    return _Decoder.from_address(id(codec))


class Watch:
    """What codecs did since the watch began."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._codecs: list[Any] = []
        self._warnings: list[bytes] = []
        self._errors: list[_ErrorManager] = []

    def make(self, name: str, mode: str, *arguments: Any) -> Any:
        """Return a codec of Pillow that is watched."""
        codec = getattr(_core, f"{name}_decoder")(mode, *arguments)
        self._codecs.append(codec)
        if name == JPEG_CODEC:
            codec.decode(b"")  # it creates its error manager
            error = _state(codec).context.contents.error.contents
            error.emit_message = ctypes.cast(_EMIT, c_void_p).value
            _LISTENERS[ctypes.addressof(error)] = self._warnings
            self._errors.append(error)
        return codec

    def check(self) -> None:
        """Raise MalformedFileError if a row is missing, or if a warning means that pixels are."""
        if self._warnings:
            kind = "truncated" if PREMATURE in self._warnings[0] else "damaged"
            raise MalformedFileError(f"the data are {kind}: libjpeg replaced some")
        if any(_state(codec).y < _state(codec).height for codec in self._codecs):
            raise MalformedFileError("the data are truncated: rows are missing")

    def check_memory(self) -> None:
        """Raise MalformedFileError if libjpeg got too little memory, which Pillow calls broken data."""
        for error in self._errors:
            if 0 < error.message <= error.last_text and error.texts[error.message].startswith(NO_MEMORY):
                raise MalformedFileError("libjpeg needs more memory")

    def close(self) -> None:
        """Forget the codecs."""
        for address in [address for address, warnings in _LISTENERS.items() if warnings is self._warnings]:
            del _LISTENERS[address]
        self._errors.clear()
        self._codecs.clear()


_LISTENERS: dict[int, list[bytes]] = {}  # lists of warnings, by the address of the error manager


def _emit(decompress: Any, level: int) -> None:
    """Note a warning of libjpeg; messages with a level of 0 and more are traces."""
    error = decompress.contents.contents
    warnings = _LISTENERS.get(ctypes.addressof(error), [])
    if level >= 0 or len(warnings) >= MAX_WARNINGS or not 0 < error.message <= error.last_text:
        return
    text = error.texts[error.message]
    is_padding = EXTRANEOUS in text and error.parameters[0] <= MAX_EXTRANEOUS
    if not is_padding and not text.startswith(HARMLESS):
        warnings.append(text)


# Made at import: the sandbox refuses the executable memory that it needs.
_EMIT = ctypes.CFUNCTYPE(None, POINTER(POINTER(_ErrorManager)), c_int)(_emit)


@contextmanager
def watched() -> Iterator[None]:
    """Raise MalformedFileError at the end if a codec that was made meanwhile left pixels out."""
    require()
    watch = Watch()
    for name in (*ROW_CODECS, JPEG_CODEC):
        Image.register_decoder(name, cast("Any", partial(watch.make, name)))
    try:
        yield
        watch.check()
    except OSError:
        watch.check_memory()
        raise
    finally:
        for name in (*ROW_CODECS, JPEG_CODEC):
            Image.DECODERS.pop(name, None)
        watch.close()


def require() -> None:
    """Raise RuntimeError unless decoders of this Pillow have the structures above: without them, wrong images would pass."""
    if not _has_structures():
        raise RuntimeError(
            f"the decoders of Pillow {PIL.__version__} have other structures than imaging/decoding/codecs.py"
        )


@cache
def _has_structures() -> bool:
    """Whether decoders of this Pillow have the structures above."""
    codec = _core.jpeg_decoder("RGB", "RGBX", "", SCALE, 1)
    codec.setimage(_core.new("RGB", SAMPLE), (0, 0, *SAMPLE))
    state, size = _state(codec), type(codec).__basicsize__
    if size < ctypes.sizeof(_Decoder) or (state.width, state.height, state.y) != (*SAMPLE, 0) or state.bits != RAW_BITS:
        return False
    context = state.context.contents
    if (context.jpeg_mode, context.draft, context.scale) != (0, 1, SCALE):
        return False
    codec.decode(b"")
    start = ctypes.addressof(context)
    distance = ctypes.addressof(context.error.contents) - start if context.error else 0
    found = 0 < distance < MAX_DISTANCE and context.error.contents.warnings == 0
    codec.cleanup()
    return found
