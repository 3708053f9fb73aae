"""The file formats that may be opened: their names, media types and signatures."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from imaging.formats.brands import sniff_brands


@dataclass(frozen=True)
class Format:
    """A file format: its name, which is also Pillow's, its media type, and the extension of its file names."""

    name: str
    content_type: str
    extension: str


# No other decoder runs. Pillow's JPEG decoder also opens MPO files.
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

# The formats that renditions may have beside that of the original's family, in the order in which a browser should choose.
VARIANTS = ("AVIF", "WEBP")

# The format of each media type under which files are uploaded. A HEIC is a HEIF.
CONTENT_TYPES = {found.content_type: found for found in FORMATS.values()} | {"image/heif": FORMATS["HEIF"]}

# The format of each extension of file names, in lower case.
EXTENSIONS = {found.extension: found for found in FORMATS.values()} | {
    **dict.fromkeys(("jpeg", "jpe", "jfif"), FORMATS["JPEG"]),
    "tiff": FORMATS["TIFF"],
    "dib": FORMATS["BMP"],
    **dict.fromkeys(("heif", "hif"), FORMATS["HEIF"]),
}

# The first bytes of each but AVIF and HEIF, which have brands.
_PATTERNS = {
    "JPEG": rb"\xff\xd8\xff",
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "WEBP": rb"RIFF.{4}WEBP",
    "GIF": rb"GIF8[79]a",
    "TIFF": rb"II[*+]\0|MM\0[*+]",
    "BMP": rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0{3}",
}
_SIGNATURES = {name: re.compile(pattern, re.DOTALL) for name, pattern in _PATTERNS.items()}


def sniff_format(data: bytes) -> Format | None:
    """Return the format that the first bytes of data show, or None; file name and declared type do not matter."""
    head = data[:64]
    name = next((name for name, signature in _SIGNATURES.items() if signature.match(head)), sniff_brands(data))
    return FORMATS[name] if name else None


def parse_formats(names: Iterable[str]) -> frozenset[str]:
    """Return names, without the spaces around them, as a set of formats; raises ValueError for an unknown name, and for none."""
    found = frozenset(name.strip() for name in names)
    if not found or found - FORMATS.keys():
        raise ValueError(f"unknown formats: the names are {', '.join(FORMATS)}, and at least one is needed")
    return found
