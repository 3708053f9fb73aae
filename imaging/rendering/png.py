"""PNG renditions: with a palette where it loses nothing, and not larger than a file whose pixels they have."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING

from PIL.PngImagePlugin import PngInfo

from imaging.decoding.picture import has_alpha
from imaging.deflate import compress, is_available
from imaging.formats.inspection import Inspection
from imaging.formats.png_chunks import END, chunks, write_chunk
from imaging.rendering.authorship import Notes
from imaging.rendering.palettes import with_palette
from imaging.rendering.png_filters import average_rows

if TYPE_CHECKING:
    from PIL import Image

    from imaging.decoding.picture import Picture

# Run-length encoding: a quarter of the time of zlib's default, and nearly its size for photographs.
RUN_LENGTHS: dict[str, int] = {"compress_type": 3}
# Drawings and screenshots: half the bytes, in the same time (1440 by 900 pixels: 194 KB instead of 432, both in 25 ms).
MATCHES: dict[str, int] = {"compress_level": 3}
# Pixels of a photograph that ISA-L compresses: 35 ms instead of 148 for 1600 by 1200 pixels. Larger ones would need too much
# memory.
LEAST, MOST = 2**16, 2**22
COLOR_TYPES = {"RGB": 2, "RGBA": 6}  # as a PNG has them; grays have a palette
SMALLEST: dict[str, int] = {"compress_level": 6}  # where an image that is not resized would grow, with other colors
SAMPLE = 16  # rows that show which of them an image needs
SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIXELS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT"}  # all that decides the pixels of a PNG that is sRGB
BIT_DEPTH, MAX_DEPTH = 24, 8  # offset in the file; bits of a sample in renditions
XMP = "XML:com.adobe.xmp"  # keyword of the text that holds a packet
STEP = 2**20  # bytes that are decompressed at a time


def encode_png(image: Image.Image, picture: Picture, notes: Notes) -> bytes:
    """Return image, in L, RGB or RGBA, made from picture, as a PNG."""
    best = with_palette(image) or image
    data = _encode(best, notes)
    if len(data) <= len(picture.data):
        return data
    if image.size != picture.size:
        return data
    original = _original(picture, notes)
    return min(data, _save(best, notes, **SMALLEST) if original is None else original, key=len)


def _encode(image: Image.Image, notes: Notes) -> bytes:
    settings, pixels = _settings(image), image.width * image.height
    if settings is not RUN_LENGTHS or image.mode not in COLOR_TYPES or not is_available() or not LEAST < pixels < MOST:
        return _save(image, notes, **settings)
    header = struct.pack(">IIBBBBB", *image.size, MAX_DEPTH, COLOR_TYPES[image.mode], 0, 0, 0)
    parts = [write_chunk(b"IHDR", header), *_about(notes), write_chunk(b"IDAT", compress(average_rows(image))), END]
    return b"".join([SIGNATURE, *parts])


def _settings(image: Image.Image) -> dict[str, int]:
    """Return the settings under which a part from the middle of image takes fewer bytes."""
    top = max(0, (image.height - SAMPLE) // 2)
    part = image.crop((0, top, image.width, min(image.height, top + SAMPLE)))
    return min(MATCHES, RUN_LENGTHS, key=lambda settings: len(_save(part, Notes(), **settings)))


def _save(image: Image.Image, notes: Notes, **options: int) -> bytes:
    buffer, alphas, texts = BytesIO(), image.info.get("transparency"), PngInfo()
    more = {} if alphas is None else {"transparency": alphas}
    if notes.xmp:
        texts.add_itxt(XMP, notes.xmp.decode())
    image.save(buffer, "PNG", exif=notes.exif, pnginfo=texts, **more, **options)
    return buffer.getvalue()


def _original(picture: Picture, notes: Notes) -> bytes | None:
    """Return the pixels of a PNG as they are in its file, without anything else; None if a rendition has others."""
    found, data = picture.inspected, picture.data
    is_shown = picture.format.name == "PNG" and picture.orientation == 1 and data[BIT_DEPTH] <= MAX_DEPTH
    is_srgb = "icc_profile" not in picture.image.info and (found.space is None or found.space.is_srgb)
    # Pillow, which may read the rendition, misreads the transparent color of grays of two and four bits.
    is_misread = picture.image.mode != "P" and data[BIT_DEPTH] < MAX_DEPTH and has_alpha(picture.image)
    if not is_shown or not is_srgb or is_misread or found.repaired:
        return None
    parts = [chunk for chunk in chunks(data, Inspection(picture.format, found.limits)) if chunk.name in PIXELS]
    pixels = _stream(b"".join(data[chunk.start : chunk.end] for chunk in parts if chunk.name == b"IDAT"))
    if pixels is None:
        return None
    heads = [data[chunk.start - 8 : chunk.end + 4] for chunk in parts if chunk.name != b"IDAT"]
    return b"".join([SIGNATURE, *heads, *_about(notes), write_chunk(b"IDAT", pixels), END])


def _about(notes: Notes) -> list[bytes]:
    """Return the chunks of notes."""
    about = [write_chunk(b"eXIf", notes.exif.removeprefix(b"Exif\0\0"))] if notes.exif else []
    return [*about, write_chunk(b"iTXt", XMP.encode() + bytes(5) + notes.xmp)] if notes.xmp else about


def _stream(data: bytes) -> bytes | None:
    """Return data up to the end of its compressed stream, so that nothing is hidden behind it; None without a sound end."""
    inflate, rest = zlib.decompressobj(), data
    with suppress(zlib.error):  # a wrong sum, which Pillow does not look at
        while rest and not inflate.eof:
            inflate.decompress(rest, STEP)
            rest = inflate.unconsumed_tail
    return data[: len(data) - len(inflate.unused_data)] if inflate.eof else None
