"""WebP renditions: lossless if the original is, and not larger than a WebP whose pixels they have."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import TYPE_CHECKING

from imaging.decoding.picture import has_alpha
from imaging.formats.riff import FILE_HEADER, Chunk, chunks, file_end
from imaging.formats.webp import FRAME_HEADER
from imaging.rendering.chroma import has_fine_lines

if TYPE_CHECKING:
    from PIL import Image

    from imaging.decoding.picture import Picture
    from imaging.rendering.authorship import Notes

METHOD = 4  # libwebp's default: its slower ones gain 1 or 2 %
FASTEST = {"lossless": True, "method": 0, "quality": 0}  # photographs: 161 ms instead of 1110, and 8 % more bytes
SMALLEST = {"lossless": True, "method": 4, "quality": 75}  # drawings: a third to an eighth of the bytes
# Bytes for each pixel, with the fastest settings, from which on the smallest gain little; and pixels for which these take 2 s.
PHOTOGRAPHIC, MOST = 0.6, 2**22
ABOUT, HAS_ALPHA = {b"EXIF": 0x08, b"XMP ": 0x04}, 0x10  # flags of an extended file
BITSTREAMS = {b"VP8 ", b"VP8L", b"ALPH"}
NO_MEMORY = (
    "encoding error 1",
    "encoding error 2",
)  # libwebp's VP8_ENC_ERROR_OUT_OF_MEMORY, and that of its bit stream


def encode_webp(image: Image.Image, picture: Picture, notes: Notes, quality: int) -> bytes:
    """Return image, in L, RGB or RGBA, made from picture, as a WebP; quality, 1 to 100, counts where it is lossy."""
    original = _original(picture, notes) if image.size == picture.size else None
    if is_lossless(picture):
        return encode_lossless(image, notes) if original is None else original
    data = encode_lossy(image, notes, quality)
    if original is None and has_fine_lines(image):
        data = min(data, encode_lossless(image, notes), key=len)
    return data if original is None else min(data, original, key=len)


def encode_lossy(image: Image.Image, notes: Notes, quality: int, method: int = METHOD) -> bytes:
    """Return image as a lossy WebP."""
    return _save(image, notes, quality=quality, method=method)


def encode_lossless(image: Image.Image, notes: Notes) -> bytes:
    """Return image as a lossless WebP."""
    data = _save(image, notes, **FASTEST)
    pixels = image.width * image.height
    if pixels > MOST or len(data) > PHOTOGRAPHIC * pixels:
        return data
    return min(data, _save(image, notes, **SMALLEST), key=len)


def is_lossless(picture: Picture) -> bool:
    """Whether the file is a WebP whose first image is lossless."""
    return picture.format.name == "WEBP" and any(chunk.name == b"VP8L" for chunk in _bitstreams(picture))


def _save(image: Image.Image, notes: Notes, **options: int) -> bytes:
    """Encode image; raises MemoryError where the encoder finds too little memory, for which Pillow raises ValueError."""
    buffer = BytesIO()
    try:
        image.save(buffer, "WEBP", exif=notes.exif, xmp=notes.xmp, **options)
    except ValueError as error:
        if str(error) in NO_MEMORY:
            raise MemoryError from error
        raise
    return buffer.getvalue()


def _bitstreams(picture: Picture) -> list[Chunk]:
    """Return the chunks with the first image: of an animation, those in its first frame."""
    data = picture.data
    found = list(chunks(data, FILE_HEADER, min(len(data), file_end(data))))
    frame = next((chunk for chunk in found if chunk.name == b"ANMF"), None)
    if frame is not None:
        found = list(chunks(data, frame.start + FRAME_HEADER, min(len(data), frame.end)))
    return [chunk for chunk in found if chunk.name in BITSTREAMS]


def _original(picture: Picture, notes: Notes) -> bytes | None:
    """Return the image of a WebP as it is in its file, without anything else; None if a rendition has other pixels."""
    data = picture.data
    is_shown = picture.format.name == "WEBP" and picture.orientation == 1 and b"ANMF" not in data
    if not is_shown or "icc_profile" in picture.image.info:
        return None
    is_transparent = has_alpha(picture.image)
    parts = [part for part in _bitstreams(picture) if is_transparent or part.name != b"ALPH"]
    about = {b"EXIF": notes.exif, b"XMP ": notes.xmp}
    flags = sum(ABOUT[name] for name, block in about.items() if block) | (HAS_ALPHA if is_transparent else 0)
    canvas = b"".join(struct.pack("<I", side - 1)[:3] for side in picture.stored)
    head = _chunk(b"VP8X", bytes([flags, 0, 0, 0]) + canvas) if flags else b""
    body = [_chunk(part.name, data[part.start : part.end]) for part in parts]
    body += [_chunk(name, block) for name, block in about.items() if block]
    content = b"".join([b"WEBP", head, *body])
    return struct.pack("<4sI", b"RIFF", len(content)) + content


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
