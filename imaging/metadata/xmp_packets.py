"""Where files have their XMP packets: the one that Pillow finds, and those that it does not look for."""

from __future__ import annotations

import re
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

    from imaging.decoding.picture import Picture

MAX_BYTES = 1 << 20  # of an extended packet, as of any other

# XMP specification, part 3, 1.1.3.1: segments with the MD5 of the extended packet, its length and the offset of the part.
EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
PART = struct.Struct(">32sII")
REFERENCE = re.compile(rb"HasExtendedXMP\s*(?:=\s*[\"']|>)\s*([0-9A-Fa-f]{32})")
# Part 3, 1.1.2: the packet of a GIF is not in sub-blocks; bytes behind it end it for programs that do not know it.
GIF_EXTENSION = b"\x21\xff\x0bXMP DataXMP"
RAW_XMP = "Raw profile type xmp"  # keyword under which ImageMagick writes XMP into a PNG, in hexadecimal


def xmp_packets(picture: Picture, image: Image.Image) -> list[bytes]:
    """Return the packets of a file, the main one first; image is that of picture, decoded if texts may be behind pixels."""
    main = image.info.get("xmp")
    if not isinstance(main, bytes):
        main = b""
    other = b""
    if picture.format.name == "JPEG":
        other = _extended(main, getattr(picture.image, "applist", []))
    elif picture.format.name == "GIF":
        other = _of_gif(picture.data)
    elif picture.format.name == "PNG":
        other = _of_text(image.info.get(RAW_XMP))
    return [packet for packet in (main, other) if packet]


def _extended(main: bytes, segments: list[tuple[str, bytes]]) -> bytes:
    """Return the packet that the main one refers to, empty if a part of it is missing."""
    reference = REFERENCE.search(main)
    if reference is None:
        return b""
    parts, total = dict[int, bytes](), 0
    for name, content in segments:
        if name == "APP1" and content.startswith(EXTENSION) and len(content) >= len(EXTENSION) + PART.size:
            digest, total, offset = PART.unpack_from(content, len(EXTENSION))
            if digest.upper() == reference[1].upper():
                parts[offset] = content[len(EXTENSION) + PART.size :]
    return _join(parts, min(total, MAX_BYTES))


def _join(parts: dict[int, bytes], total: int) -> bytes:
    joined = b""
    for offset in sorted(parts):
        if offset != len(joined):
            return b""
        joined += parts[offset]
    return joined if len(joined) >= total else b""


def _of_gif(data: bytes) -> bytes:
    start = data.find(GIF_EXTENSION)
    if start < 0:
        return b""
    found = data[start + len(GIF_EXTENSION) : start + len(GIF_EXTENSION) + MAX_BYTES]
    return found[: found.find(b"\x01\xff\xfe\xfd") if b"\x01\xff\xfe\xfd" in found else 0]


def _of_text(text: object) -> bytes:
    """Return the packet in a text: after an empty line, its name and its length, hexadecimal digits."""
    if isinstance(text, str):
        with suppress(ValueError):
            return bytes.fromhex("".join(text.split("\n")[3:]))
    return b""
