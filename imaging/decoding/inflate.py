"""Inflating the pixels of a PNG, and undoing the filters of its rows, by other libraries than Pillow does: the same pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imaging.decoding import libspng
from imaging.deflate import Inflated, is_available

if TYPE_CHECKING:
    from PIL import ImageFile

MAX_RATIO = 8  # bytes of pixels for each of the file, above which zlib is as fast: it copies long repetitions
PIXELS = {
    "RGB": 3,
    "RGBA": 4,
}  # bytes, by Pillow's name for how they are stored, of those whose filters libspng undoes faster


def inflate_fast(image: ImageFile.ImageFile, size: int) -> None:
    """Let a PNG of size bytes, which is not decoded yet, be inflated by ISA-L, if it is installed and faster."""
    read = getattr(image, "load_read", None)
    bands = 1 if image.mode == "P" else len(image.getbands())
    if read is not None and is_available() and image.width * image.height * bands < MAX_RATIO * size:
        pixel = PIXELS.get(str(image.tile[0].args)) if image.tile and not image.info.get("interlace") else None
        rows = Rows(image.width * pixel, pixel) if pixel and libspng.is_available() else None
        vars(image).update(load_read=Inflated(read, rows.unfilter if rows else None).read)


class Rows:
    """The rows of a PNG, which come in parts of any size."""

    def __init__(self, size: int, pixel: int) -> None:
        """Take the bytes of a row, without the number of its filter in front of it, and of a pixel."""
        self._size, self._pixel = size, pixel
        self._above: bytes | None = bytes(size)  # the last row, None after rows that libspng refuses
        self._rest = b""  # of a row whose end has not come

    def unfilter(self, content: bytes) -> bytes:
        """Return the rows that content completes, with the filter that changes nothing; as they are if one is damaged."""
        stride = 1 + self._size
        data = self._rest + content
        end = len(data) - len(data) % stride
        rows, self._rest = data[:end], data[end:]
        if not rows or self._above is None:
            return rows
        pixels = libspng.unfilter(b"".join([b"\0", self._above, rows]), self._size, self._pixel)
        self._above = pixels and pixels[-self._size :]
        if pixels is None:
            return rows
        return b"".join([b"\0" + pixels[at : at + self._size] for at in range(self._size, len(pixels), self._size)])
