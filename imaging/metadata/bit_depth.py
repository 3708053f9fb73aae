"""Bits per sample in the file, which Pillow does not always keep."""

from typing import Any

from PIL import Image

from imaging.decoding.picture import Picture
from imaging.metadata.exif import read_tag
from imaging.metadata.sanitize import clean_integer

BITS_PER_SAMPLE = 0x0102  # TIFF tag
OLD_HEADER = 12  # bytes of the header of a BMP before Windows 3
RGB_BITS = {16: 5, 24: 8, 32: 8}  # bits per sample by bits per pixel in a BMP (16 bits may have 6 of green)


def bit_depth(picture: Picture) -> int | None:
    """Return the bits per sample of picture, or per index into its palette; None if the header does not say.

    Sources: PNG (ISO 15948) 11.2.2, GIF89a 18, BITMAPINFOHEADER, TIFF 6.0 section 8; AVIF has it from its inspection.
    """
    bits: Any = 8  # Pillow opens no JPEG of another precision, and WebP has none
    match picture.format.name:
        case "PNG":
            bits = picture.data[24]
        case "GIF":
            bits = (picture.data[10] & 7) + 1
        case "BMP":
            bits = _bmp(picture.data)
        case "TIFF":
            bits = _tiff(picture.image.getexif())
        case "AVIF":
            bits = picture.inspected.bits
        case "HEIF":
            bits = picture.image.info.get("bit_depth")
    return clean_integer(bits, 1, 64)


def _bmp(data: bytes) -> int:
    at = 24 if data[14] == OLD_HEADER else 28
    bits = int.from_bytes(data[at : at + 2], "little")
    return RGB_BITS.get(bits, bits)


def _tiff(exif: Image.Exif) -> Any:
    found = read_tag(exif, BITS_PER_SAMPLE, 1)
    return max(found) if isinstance(found, tuple) and found else found
