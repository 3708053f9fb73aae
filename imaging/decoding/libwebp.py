"""The first frame of a WebP, decoded at the wanted scale by the libwebp that comes with Pillow.

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
from imaging.formats.riff import CHUNK_HEADER, FILE_HEADER, Chunk, chunks, file_end
from imaging.formats.webp import FRAME_HEADER, frame_box

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL._imaging import PixelAccess

Size = tuple[int, int]

ABI = 0x0209  # version of the structures below, from libwebp's decode.h; the library refuses another major number
ALPHA = 0x10  # flag of an extended file (VP8X)
LOSSY = 1  # format of a bitstream
MODES = {"RGB": 0, "RGBA": 1}  # WEBP_CSP_MODE
NOT_ENOUGH_DATA = 7  # VP8StatusCode; 1 means too little memory, but also invalid alpha data

PIXELS = {b"VP8 ", b"VP8L"}  # chunks with pixels
# Chunks, and their keys in Pillow's `info`.
INFO_CHUNKS = {b"ICCP": "icc_profile", b"EXIF": "exif", b"XMP ": "xmp"}
# libwebp averages squares of pixels. At twice the wanted size, the Lanczos kernel still decides the result.
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
    """Return the libwebp in Pillow's wheel, or None if Pillow has none there or the structures differ."""
    from PIL import _webp  # noqa: F401 - it loads the libraries that libwebp needs

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
    """The first frame of a WebP as a Pillow file, with draft() as Pillow has it for JPEG."""

    format = "WEBP"
    format_description = "WebP image"

    def _open(self) -> None:
        assert self.fp is not None  # noqa: S101 - Pillow sets it before it calls this
        data = self.fp.read()
        features = _features(data)
        self._size = (features.width, features.height)
        self._frame = _first_frame(data, self._size) if features.has_animation else _still(data, features)
        self._mode = "RGBA" if self._frame.has_alpha or not self._frame.covers else "RGB"
        found = [chunk for chunk in _chunks(data) if chunk.name in INFO_CHUNKS]
        self.info |= {INFO_CHUNKS[chunk.name]: data[chunk.start : chunk.end] for chunk in found}

    def draft(self, mode: str | None, size: Size | None) -> tuple[str, tuple[int, int, float, float]] | None:  # noqa: ARG002 - Pillow's
        """Decode at a scale that gives at least GAP times size; an image with transparency at full scale.

        libwebp scales colors without regard to transparency, so that hidden colors would bleed into visible ones.
        """
        if size is not None and self.mode == "RGB" and self._frame.covers:
            scale = min(1, GAP * max(size[0] / self.width, size[1] / self.height))
            self._size = (max(1, math.ceil(self.width * scale)), max(1, math.ceil(self.height * scale)))
        return None

    def load(self) -> PixelAccess | None:
        """Decode, once; raises MalformedFileError."""
        if self._frame.data:
            self.im = self._decode_frame().im
            self._frame = replace(self._frame, data=b"")
        return Image.Image.load(self)

    def _decode_frame(self) -> Image.Image:
        if self._frame.covers:
            return _decode(self._frame.data, self.mode, self.size)
        canvas = Image.new(self.mode, self.size)
        canvas.paste(_decode(self._frame.data, self.mode, self._frame.size), self._frame.offset)
        return canvas


@dataclass(frozen=True)
class _Frame:
    """A frame as a still WebP of its own, and its offset on the canvas in pixels."""

    data: bytes
    size: Size
    has_alpha: bool
    offset: Size = (0, 0)
    covers: bool = True  # the whole canvas


def is_available() -> bool:
    """Whether the libwebp that comes with Pillow can be used; otherwise Pillow decodes, with 16 bytes a pixel."""
    return _library() is not None


def open_first_frame(data: bytes) -> FirstFrame | None:
    """Open the first frame of a WebP, or return None if Pillow's libwebp is not available."""
    return FirstFrame(BytesIO(data)) if is_available() else None


def _features(data: bytes) -> _Features:
    """Return the content of the header; raises MalformedFileError if it is invalid."""
    library, features = _library(), _Features()
    assert library is not None  # noqa: S101 - otherwise nothing was opened
    if library.WebPGetFeaturesInternal(data, len(data), features, ABI):
        raise MalformedFileError("not a WebP image")
    return features


def _chunks(data: bytes) -> Iterator[Chunk]:
    return chunks(data, FILE_HEADER, min(len(data), file_end(data)))


def _still(data: bytes, features: _Features) -> _Frame:
    """Return an image that is no animation. Browsers ignore alpha beside lossy data where the header does not announce it."""
    is_announced = data[FILE_HEADER : FILE_HEADER + 4] != b"VP8X" or bool(data[FILE_HEADER + CHUNK_HEADER] & ALPHA)
    has_alpha = bool(features.has_alpha) and (is_announced or features.format != LOSSY)
    return _Frame(_up_to_pixels(data, FILE_HEADER), (features.width, features.height), has_alpha)


def _first_frame(data: bytes, canvas: Size) -> _Frame:
    """Return the first frame of an animation: RFC 9649, 2.7.1.1; raises MalformedFileError if there is none.

    Whether it has transparency is in the frame itself. The header of the file only hints at that.
    """
    content = next((data[chunk.start : chunk.end] for chunk in _chunks(data) if chunk.name == b"ANMF"), b"")
    if len(content) < FRAME_HEADER:
        raise MalformedFileError("a WebP animation without a frame")
    box = frame_box(content, 0)
    # A frame may have transparency only in an extended file. Its size is encoded there as in the frame.
    extended = struct.pack("<4sII", b"VP8X", 10, 0) + content[6:12]
    still = _up_to_pixels(content, FRAME_HEADER, extended)
    has_alpha = bool(_features(still).has_alpha)
    return _Frame(still, (box.width, box.height), has_alpha, (box.left, box.top), covers=box == (0, 0, *canvas))


def _up_to_pixels(data: bytes, start: int, head: bytes = b"") -> bytes:
    """Return head and the chunks from start as a WebP that ends with its pixels: libwebp would take what follows for pixels, too."""
    found = (chunk for chunk in chunks(data, start, len(data)) if chunk.name in PIXELS)
    end = next((chunk.end + (chunk.end - chunk.start) % 2 for chunk in found), len(data))
    header = struct.pack("<4sI4s", b"RIFF", len(b"WEBP") + len(head) + end - start, b"WEBP")
    return b"".join([header, head, memoryview(data)[start:end]])


def _decode(data: bytes, mode: str, size: Size) -> Image.Image:
    library, config, pixels = _library(), _Config(), bytearray(size[0] * size[1] * len(mode))
    assert library is not None  # noqa: S101 - otherwise nothing was opened
    library.WebPInitDecoderConfigInternal(config, ABI)
    config.input = _features(data)
    config.options.use_scaling = size != (config.input.width, config.input.height)  # scaling is not exact at full size
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
