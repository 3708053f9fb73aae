"""WebP pictures, their first frame, decoded at the scale that is wanted by the libwebp that Pillow brings.

Pillow itself decodes WebP as animations, at full scale: 16 bytes a pixel, 800 MB for 50 megapixels, and twice the time.
"""

from __future__ import annotations

import ctypes
import math
import struct
from ctypes import c_char_p, c_int, c_size_t, c_uint32, c_void_p
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import PIL
from PIL import Image, ImageFile

from imaging.decoding.decoder_errors import MalformedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL._imaging import PixelAccess

Size = tuple[int, int]

ABI = 0x0209  # of the structures below, libwebp's decode.h; it refuses another major number
FRAME_HEADER = 16  # bytes before the chunks of an animation's frame
ALPHA = 0x10  # in the flags of an extended file
MODES = {"RGB": 0, "RGBA": 1}  # WEBP_CSP_MODE
NOT_ENOUGH_DATA = 7  # VP8StatusCode; 1 stands for too little memory, and for nonsense in place of transparency too

# Chunks, and what Pillow calls them.
INFO_CHUNKS = {b"ICCP": "icc_profile", b"EXIF": "exif", b"XMP ": "xmp"}
# Decoding averages squares of pixels; at twice the size that is wanted, Lanczos still has the say.
GAP = 2


class _Features(ctypes.Structure):
    _fields_: ClassVar = [
        *((name, c_int) for name in ("width", "height", "has_alpha", "has_animation", "format")),
        ("pad", c_uint32 * 5),
    ]


class _Pixels(ctypes.Structure):
    _fields_: ClassVar = [("start", c_void_p), ("stride", c_int), ("size", c_size_t)]


class _Planes(ctypes.Structure):
    _fields_: ClassVar = [("start", c_void_p * 4), ("stride", c_int * 4), ("size", c_size_t * 4)]


class _View(ctypes.Union):
    _fields_: ClassVar = [("pixels", _Pixels), ("planes", _Planes)]


class _Output(ctypes.Structure):
    _fields_: ClassVar = [
        *((name, c_int) for name in ("mode", "width", "height", "is_external_memory")),
        ("view", _View),
        ("pad", c_uint32 * 4),
        ("private", c_void_p),
    ]


class _Options(ctypes.Structure):
    _fields_: ClassVar = [
        *((name, c_int) for name in ("bypass_filtering", "no_fancy_upsampling", "use_cropping")),
        ("crop", c_int * 4),
        *((name, c_int) for name in ("use_scaling", "scaled_width", "scaled_height")),
        *((name, c_int) for name in ("use_threads", "dithering_strength", "flip", "alpha_dithering_strength")),
        ("pad", c_uint32 * 5),
    ]


class _Config(ctypes.Structure):
    _fields_: ClassVar = [("input", _Features), ("output", _Output), ("options", _Options)]


@cache
def _library() -> ctypes.CDLL | None:
    """Return the libwebp that Pillow's wheel brings, None if this Pillow came otherwise or the structures differ."""
    from PIL import _webp  # noqa: F401 - it loads what libwebp itself needs

    wheel = Path(PIL.__file__).parent
    found = [*wheel.parent.glob("pillow.libs/libwebp-*"), *wheel.glob(".dylibs/libwebp.*")]
    if not found:
        return None
    library = ctypes.CDLL(str(found[0]))
    library.WebPGetFeaturesInternal.argtypes = [c_char_p, c_size_t, ctypes.POINTER(_Features), c_int]
    library.WebPInitDecoderConfigInternal.argtypes = [ctypes.POINTER(_Config), c_int]
    library.WebPDecode.argtypes = [c_char_p, c_size_t, ctypes.POINTER(_Config)]
    return library if library.WebPInitDecoderConfigInternal(_Config(), ABI) else None


class FirstFrame(ImageFile.ImageFile):
    """A WebP picture as Pillow has files, but for frames behind the first, and with draft() as its JPEGs have."""

    format = "WEBP"
    format_description = "WebP picture"

    def _open(self) -> None:
        assert self.fp is not None  # noqa: S101 - Pillow gives it before it calls this
        data = self.fp.read()
        features = _features(data)
        self._size = (features.width, features.height)
        self._mode = "RGBA" if features.has_alpha else "RGB"
        self._frame = _first_frame(data, self._size) if features.has_animation else _Frame(data, self._size)
        self.info |= {INFO_CHUNKS[name]: bytes(content) for name, content in _chunks(data) if name in INFO_CHUNKS}

    def draft(self, mode: str | None, size: Size | None) -> tuple[str, tuple[int, int, float, float]] | None:  # noqa: ARG002 - Pillow's
        """Decode at a scale that gives at least GAP times size; what is transparent at full scale.

        libwebp scales colours without regard to transparency, so that hidden ones would bleed into the visible.
        """
        if size is not None and self.mode == "RGB" and self._frame.covers:
            scale = min(1, GAP * max(size[0] / self.width, size[1] / self.height))
            self._size = (max(1, math.ceil(self.width * scale)), max(1, math.ceil(self.height * scale)))
        return None

    def load(self) -> PixelAccess | None:
        """Decode, once; raises MalformedFileError."""
        if self._frame.data:
            self.im = self._decoded().im
            self._frame = replace(self._frame, data=b"")
        return Image.Image.load(self)

    def _decoded(self) -> Image.Image:
        if self._frame.covers:
            return _decoded(self._frame.data, self.mode, self.size)
        canvas = Image.new(self.mode, self.size)
        canvas.paste(_decoded(self._frame.data, self.mode, self._frame.size), self._frame.place)
        return canvas


@dataclass(frozen=True)
class _Frame:
    """A frame as a still picture in itself, and where it lies on the canvas, pixels."""

    data: bytes
    size: Size
    place: Size = (0, 0)
    covers: bool = True  # the whole canvas


def is_available() -> bool:
    """Tell whether the libwebp that Pillow brings can be used; without it Pillow decodes, with 16 bytes a pixel."""
    return _library() is not None


def open_first_frame(data: bytes) -> FirstFrame | None:
    """Open the first frame of a WebP picture; None if Pillow's libwebp cannot be reached."""
    return FirstFrame(BytesIO(data)) if is_available() else None


def _features(data: bytes) -> _Features:
    """Return what the header says; raises MalformedFileError if it says nothing sensible."""
    library, features = _library(), _Features()
    assert library is not None  # noqa: S101 - or nothing could have been opened
    if library.WebPGetFeaturesInternal(data, len(data), features, ABI):
        raise MalformedFileError("not a WebP picture")
    return features


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Yield name and content of each chunk of a RIFF file."""
    at, view = len(b"RIFF....WEBP"), memoryview(data)
    end = min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])  # what follows is no part of it
    while at + 8 <= end:
        name, size = struct.unpack_from("<4sI", data, at)
        yield name, view[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _first_frame(data: bytes, canvas: Size) -> _Frame:
    """Return the first frame of an animation: RFC 9649, 2.7.1.1; raises MalformedFileError if there is none."""
    content = next((bytes(content) for name, content in _chunks(data) if name == b"ANMF"), b"")
    if len(content) < FRAME_HEADER:
        raise MalformedFileError("a WebP animation without a frame")
    x, y, width, height = (int.from_bytes(content[at : at + 3], "little") for at in (0, 3, 6, 9))
    place, size = (2 * x, 2 * y), (width + 1, height + 1)
    extended = struct.pack("<4sII", b"VP8X", 10, ALPHA) + content[6:12]  # which a frame's own transparency needs
    chunks = b"WEBP" + extended + content[FRAME_HEADER:]
    still = struct.pack("<4sI", b"RIFF", len(chunks)) + chunks
    return _Frame(still, size, place, covers=(place, size) == ((0, 0), canvas))


def _decoded(data: bytes, mode: str, size: Size) -> Image.Image:
    library, config, pixels = _library(), _Config(), bytearray(size[0] * size[1] * len(mode))
    assert library is not None  # noqa: S101 - or nothing could have been opened
    library.WebPInitDecoderConfigInternal(config, ABI)
    config.input = _features(data)
    config.options.use_scaling = size != (config.input.width, config.input.height)  # it is not exact at full scale
    config.options.scaled_width, config.options.scaled_height = size
    config.output.mode, config.output.is_external_memory = MODES[mode], 1
    start = ctypes.addressof(ctypes.c_char.from_buffer(pixels))
    config.output.view.pixels = _Pixels(start, size[0] * len(mode), len(pixels))
    _check(library.WebPDecode(data, len(data), config))
    return Image.frombuffer(mode, size, pixels, "raw", mode, 0, 1)


def _check(status: int) -> None:
    if status == NOT_ENOUGH_DATA:
        raise MalformedFileError("the file is truncated")
    if status:
        raise MalformedFileError(f"libwebp reports status {status}")
