"""Inflating the pixels of a PNG, and undoing the filters of its rows, by other libraries than Pillow does: the same pixels.

Rows can be reduced as they come, so that there is never an image of full size: of 24 megapixels that is 96 MB.
"""

from __future__ import annotations

from io import SEEK_CUR
from typing import TYPE_CHECKING

from PIL import Image

from imaging.decoding import libspng
from imaging.decoding.decoder_errors import MalformedFileError
from imaging.deflate import PIECE, DamagedStreamError, inflated, restored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PIL import ImageFile

# Bytes, by Pillow's name for how they are stored, of pixels whose filters libspng undoes faster.
PIXELS = {"RGB": 3, "RGBA": 4}
CRC = 4  # bytes


def inflate_checked(image: ImageFile.ImageFile, scale: int = 1) -> None:
    """Let the pixels of a PNG that is not decoded yet be inflated here, and be refused if their sum is wrong.

    Pillow does not look at the sum of the last row. Where libspng can undo the filters, an RGB image becomes as many times
    smaller as scale says: the mean of each square of pixels.
    """
    read = _reader(image)
    if read is None:
        return
    mode = str(image.tile[0].args) if image.tile and not image.info.get("interlace") else ""
    if mode in PIXELS and libspng.is_available():
        _load_rows(image, Rows(read, image.size, mode, scale if mode == "RGB" else 1))
    else:
        parts = restored(_content(read))
        vars(image).update(load_read=lambda _: next(parts, b""))


def _reader(image: ImageFile.ImageFile) -> Callable[[int], bytes] | None:
    """Return the function that returns the next part of the compressed pixels, empty at their end; None without pixels to load."""
    load_read, fp = getattr(image, "load_read", None), image.fp
    if load_read is None or fp is None:
        return None

    def read(size: int) -> bytes:
        part: bytes = load_read(size)
        if not part:  # Pillow has read the checksum before the next chunk, and will read it again
            fp.seek(-CRC, SEEK_CUR)
        return part

    return read


def _load_rows(image: ImageFile.ImageFile, rows: Rows) -> None:
    """Let Pillow load rows as the pixels of image, which has their size from now on."""
    (tile,) = image.tile
    image.tile = [tile._replace(codec_name="raw", extents=(0, 0, *rows.size), args=(rows.mode, 0, 1))]
    vars(image).update(load_read=rows.read, _size=rows.size)


class Rows:
    """The pixels of a PNG, in parts of whole rows: inflated, without filters, and reduced."""

    def __init__(self, read: Callable[[int], bytes], size: tuple[int, int], mode: str, scale: int = 1) -> None:
        """Take the function that returns the next part of the compressed stream, and the size of the image in pixels."""
        self.mode = mode
        self.size = (-(-size[0] // scale), -(-size[1] // scale))
        self._width, self._height = size
        self._scale = scale
        self._above = bytes(size[0] * PIXELS[mode])
        self._parts = self._reduced(read)

    def read(self, _: int) -> bytes | bytearray:
        """Return the next rows, nothing at the end of the image or of a stream with too few; raises MalformedFileError."""
        return next(self._parts, b"")

    def _reduced(self, read: Callable[[int], bytes]) -> Iterator[bytes | bytearray]:
        for count, rows in self._filtered(read):
            pixels = self._unfilter(rows)
            if self._scale == 1:
                yield pixels
            else:
                yield Image.frombytes(self.mode, (self._width, count), pixels).reduce(self._scale).tobytes()

    def _filtered(self, read: Callable[[int], bytes]) -> Iterator[tuple[int, list[memoryview]]]:
        """Yield numbers of rows, and the rows as they are stored, in parts: multiples of the scale, until the last ones."""
        stride, left = 1 + len(self._above), self._height
        least = max(PIECE, self._scale * stride)
        parts, size = list[memoryview](), 0
        contents = _content(read)
        for content in contents:
            parts.append(memoryview(content))
            size += len(content)
            if size >= min(least, left * stride):
                count = min(left, size // stride)
                count -= count % self._scale if count < left else 0
                if count == left:
                    next(contents, b"")  # the sum is behind the last row
                rows, parts = _split(parts, count * stride)
                yield count, rows
                size, left = size - count * stride, left - count
            if not left:
                return

    def _unfilter(self, rows: list[memoryview]) -> bytearray:
        size = len(self._above)
        pixels = libspng.unfilter(rows, size, PIXELS[self.mode], self._above)
        if pixels is None:
            if max(b"".join(rows)[:: 1 + size]) < libspng.FILTERS:
                raise MemoryError
            raise MalformedFileError("the data are damaged: a row has a filter that does not exist")
        self._above = bytes(pixels[-size:])
        return pixels


def _split(parts: list[memoryview], size: int) -> tuple[list[memoryview], list[memoryview]]:
    """Return the first size bytes of parts, and the others, without a copy."""
    first, others = list[memoryview](), list[memoryview]()
    for part in parts:
        first.append(part[:size])
        others.append(part[size:])
        size -= len(first[-1])
    return list(filter(len, first)), list(filter(len, others))


def _content(read: Callable[[int], bytes]) -> Iterator[bytes]:
    try:
        yield from inflated(read)
    except DamagedStreamError:
        raise MalformedFileError("the data are damaged: they cannot be inflated, or have another sum") from None
