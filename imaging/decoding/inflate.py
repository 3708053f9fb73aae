"""Inflating the pixels of a PNG by another library than Pillow does, which undoes the filters and returns the same pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imaging.deflate import Inflated, is_available

if TYPE_CHECKING:
    from PIL import ImageFile

MAX_RATIO = 8  # bytes of pixels for each of the file, above which zlib is as fast: it copies long repetitions


def inflate_fast(image: ImageFile.ImageFile, size: int) -> None:
    """Let a PNG of size bytes, which is not decoded yet, be inflated by ISA-L, if it is installed and faster."""
    read = getattr(image, "load_read", None)
    bands = 1 if image.mode == "P" else len(image.getbands())
    if read is not None and is_available() and image.width * image.height * bands < MAX_RATIO * size:
        vars(image).update(load_read=Inflated(read).read)
