"""Authorship: artist and copyright, the only metadata that a rendition keeps of its original."""

from dataclasses import dataclass

from PIL import Image
from PIL.ExifTags import Base

# Bytes of UTF-8 for each tag. EXIF has no limit of its own, but the EXIF segment of a JPEG holds 64 KB in all. A text of
# 256 characters, the most that metadata/sanitize.py returns, fits: UTF-8 takes at most 4 bytes for each.
MAX_BYTES = 1024
# A name with angle brackets could run as a script if the file is served as a page or included in one.
HARMLESS = str.maketrans("<>", "()")


@dataclass(frozen=True)
class Authorship:
    """Who made an image and who holds its rights, as far as known."""

    artist: str | None = None
    copyright: str | None = None

    def to_exif(self) -> Image.Exif:
        """Return an EXIF block of these two tags in UTF-8; an unknown one is left out."""
        exif = Image.Exif()
        for tag, value in ((Base.Artist, self.artist), (Base.Copyright, self.copyright)):
            if value:
                exif[tag] = _to_bytes(value)
        return exif


UNKNOWN = Authorship()


def _to_bytes(value: str) -> bytes:
    """Return value in UTF-8, without angle brackets and cut after the last character that fits into MAX_BYTES."""
    encoded = value.translate(HARMLESS).encode(errors="replace")
    return encoded[:MAX_BYTES].decode(errors="ignore").encode()
