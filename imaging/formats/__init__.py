"""The file formats: the one list of what may be opened, what each is called outside, and how its content shows it."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A file format: its name here and in Pillow, its media type, and the ending of its file names."""

    name: str
    content_type: str
    extension: str


# No decoder outside this list ever runs. Pillow's JPEG opener also answers for MPO.
FORMATS = {
    "JPEG": Format("JPEG", "image/jpeg", "jpg"),
    "PNG": Format("PNG", "image/png", "png"),
    "WEBP": Format("WEBP", "image/webp", "webp"),
    "GIF": Format("GIF", "image/gif", "gif"),
    "TIFF": Format("TIFF", "image/tiff", "tif"),
    "BMP": Format("BMP", "image/bmp", "bmp"),
    "AVIF": Format("AVIF", "image/avif", "avif"),
    "HEIF": Format("HEIF", "image/heic", "heic"),
}

# How each begins. An ISO media file names its brand, of the first 64 bytes; `mif1` and `msf1` name a container only.
_BEGINNINGS = {
    "JPEG": rb"\xff\xd8\xff",
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "WEBP": rb"RIFF.{4}WEBP",
    "GIF": rb"GIF8[79]a",
    "TIFF": rb"II[*+]\0|MM\0[*+]",
    "BMP": rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0{3}",
    "AVIF": rb".{4}ftyp(?:avi[fs]|m[is]f1.{4}(?:.{4}){0,11}?avi[fs])",
    "HEIF": rb".{4}ftyp(?:he[iv][cxms]|m[is]f1)",
}
_SIGNATURES = {name: re.compile(beginning, re.DOTALL) for name, beginning in _BEGINNINGS.items()}


def sniff_format(data: bytes) -> Format | None:
    """Return the format that data begins as, or None; neither its file name nor its declared type has a say."""
    head = data[:64]
    return next((FORMATS[name] for name, signature in _SIGNATURES.items() if signature.match(head)), None)
