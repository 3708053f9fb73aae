"""Authorship: artist and copyright, which are all that a rendition keeps of what is written in its original."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image
from PIL.ExifTags import Base

from imaging.metadata.exif import read_tag

if TYPE_CHECKING:
    from imaging.decoding.picture import Picture

KEPT = {"artist": Base.Artist, "copyright": Base.Copyright}
ELSEWHERE = {"xmp", "photoshop", "Author", "Copyright"}  # where else it is said, as Pillow calls it
MAX_BYTES = 1024  # of each; a JPEG has room for 64 KB of EXIF
HARMLESS = bytes.maketrans(b"<>", b"()")  # or a name could be a script to whoever serves or includes the file


def authorship(picture: Picture) -> Image.Exif:
    """Return an EXIF block of artist and copyright: of the original's EXIF byte for byte, else of its XMP or IPTC.

    Byte for byte, but for angle brackets, since Pillow reads text as Latin-1, whatever it is, and writes ASCII.
    """
    found, kept = picture.image.getexif(), Image.Exif()
    said = {
        name: value
        for name, number in KEPT.items()
        if isinstance(value := read_tag(found, number), str) and value.strip(" \0")
    }
    if len(said) < len(KEPT) and _may_say_more(picture, found):
        said = _said_anywhere(picture) | said
    for name, value in said.items():
        kept[KEPT[name]] = value.encode("latin-1", "replace")[:MAX_BYTES].translate(HARMLESS)
    return kept


def _may_say_more(picture: Picture, exif: Image.Exif) -> bool:
    """Tell whether to look further, which takes as long as a small thumbnail: most pictures say nothing else."""
    return picture.format.name == "TIFF" or Base.XPAuthor in exif or not ELSEWHERE.isdisjoint(picture.image.info)


def _said_anywhere(picture: Picture) -> dict[str, str]:
    """Return what EXIF, XMP, IPTC and the texts of a PNG say, as Pillow would read it from EXIF."""
    from imaging.metadata.embedded import read_embedded

    return {
        name: value.encode().decode("latin-1")
        for name, value in read_embedded(picture)["about"].items()
        if name in KEPT
    }
