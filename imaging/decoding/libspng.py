"""The filters of PNG rows (ISO 15948, 9.2), undone by the libspng in the wheel of pyspng: in half of Pillow's time.

It has vector instructions for pixels of three and of four bytes. It gets no file, but rows that are inflated already, in a
PNG of our own that it need not inflate. Without the wheel, Pillow undoes the filters.
"""

from __future__ import annotations

import ctypes
import struct
from ctypes import c_char, c_char_p, c_int, c_size_t, c_void_p
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from imaging.deflate import FULL_HEADER, stored_blocks
from imaging.formats.png_chunks import END

if TYPE_CHECKING:
    from collections.abc import Sequence

    Rows = Sequence[bytes | memoryview]

COLOR_TYPES = {3: 2, 4: 6}  # as a PNG has them, by the bytes of a pixel
FILTERS = 5
SIGNATURE = b"\x89PNG\r\n\x1a\n"
NO_SUM = bytes(4)  # of a chunk, and of the compressed stream
IGNORE_ADLER32, USE_ANYWAY, RAW = 1, 2, 512  # spng_ctx_flags, spng_crc_action and spng_format in libspng's spng.h
# A row of two pixels with each filter, and the pixels.
SAMPLE = b"".join(bytes([number, *range(7, 97, 15)]) for number in range(FILTERS))
EXPECTED = bytes.fromhex("0716253443520716253b59770e2c4a6f9cc90e2c4a72a7db15426fa6ea2d")


def is_available() -> bool:
    """Whether there is a wheel of pyspng, and its library does what is expected."""
    return load() is not None


@cache
def load() -> ctypes.CDLL | None:
    """Return the library; None if there is none for this platform, or if it returns other pixels than expected."""
    spec = find_spec("pyspng")
    folders = (spec.submodule_search_locations if spec else None) or []
    for file in (file for folder in folders for file in Path(folder).glob("_pyspng_c*.so")):
        try:
            library = ctypes.CDLL(str(file))
            library.spng_ctx_new.restype = c_void_p
            library.spng_ctx_new.argtypes = [c_int]
            library.spng_ctx_free.argtypes = [c_void_p]
            library.spng_set_crc_action.argtypes = [c_void_p, c_int, c_int]
            library.spng_set_png_buffer.argtypes = [c_void_p, c_char_p, c_size_t]
            library.spng_decode_image.argtypes = [c_void_p, c_void_p, c_size_t, c_int, c_int]
        except (OSError, AttributeError):  # of another platform, or another library
            continue
        if bytes(_unfilter(library, [SAMPLE], len(EXPECTED) // FILTERS, 3) or b"") == EXPECTED:
            return library
    return None


def unfilter(parts: Rows, size: int, pixel: int, above: bytes = b"") -> bytearray | None:
    """Return rows of size bytes without their filters, which are the byte in front of each; pixel is 3 or 4 bytes.

    They come in parts of any size. Above them is a row without a filter, by default none. Returns None if libspng refuses
    the rows.
    """
    library = load()
    return None if library is None else _unfilter(library, parts, size, pixel, above)


def _unfilter(library: ctypes.CDLL, parts: Rows, size: int, pixel: int, above: bytes = b"") -> bytearray | None:
    rows = [b"\0" + above, *parts] if above else parts
    count = sum(map(len, rows)) // (1 + size)
    png, pixels = (
        _png(list(stored_blocks(*rows, is_last=True)), size // pixel, count, COLOR_TYPES[pixel]),
        bytearray(count * size),
    )
    context = library.spng_ctx_new(IGNORE_ADLER32)
    try:
        failed = (
            library.spng_set_crc_action(context, USE_ANYWAY, USE_ANYWAY)
            or library.spng_set_png_buffer(context, png, len(png))
            or library.spng_decode_image(context, (c_char * len(pixels)).from_buffer(pixels), len(pixels), RAW, 0)
        )
    finally:
        library.spng_ctx_free(context)
    del pixels[: len(above)]
    return None if failed else pixels


def _png(blocks: Sequence[bytes | memoryview], width: int, height: int, color_type: int) -> bytes:
    """Return a PNG whose compressed stream is these blocks, without checksums."""
    header = struct.pack(">IIBBBBB", width, height, 8, color_type, 0, 0, 0)
    content = sum(map(len, blocks)) + len(FULL_HEADER) + len(NO_SUM)
    start = [SIGNATURE, _head(b"IHDR", len(header)), header, NO_SUM, _head(b"IDAT", content), FULL_HEADER]
    return b"".join([*start, *blocks, NO_SUM, NO_SUM, END])


def _head(name: bytes, size: int) -> bytes:
    return struct.pack(">I4s", size, name)
