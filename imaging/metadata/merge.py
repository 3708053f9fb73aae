"""Sources: what EXIF, IPTC, XMP and the like say of a picture, each as it stands there, and all brought together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from imaging.metadata.sanitize import clean_integer, clean_text, clean_texts, drop_none, positive_number

MAX_NAME = 64  # characters, of a make or model
MAX_PRODUCT = 128  # characters, of a lens or program
MAX_DESCRIPTION = 1000  # characters
MAX_KEYWORD = 64  # characters, as many as IPTC has bytes
MAX_KEYWORDS = 50
MAX_ISO = 10_000_000


@dataclass(frozen=True)
class Camera:
    """What one source says of the camera: what it was, how it was set, when and where; sound or not, but for the last."""

    make: object = None
    model: object = None
    lens: object = None
    software: object = None
    exposure: object = None  # seconds
    f_number: object = None
    iso: object = None
    focal_length: object = None  # millimetres
    orientation: object = None
    # Sound or None:
    taken_at: str | None = None  # ISO 8601
    flash: bool | None = None
    gps: dict[str, float] | None = None

    def cleaned(self) -> dict[str, Any]:
        """Return the fields of `camera` in the contract extract-metadata.output that are told."""
        return drop_none(
            {
                "make": clean_text(self.make, MAX_NAME),
                "model": clean_text(self.model, MAX_NAME),
                "lens": clean_text(self.lens, MAX_PRODUCT),
                "software": clean_text(self.software, MAX_PRODUCT),
                "takenAt": self.taken_at,
                "exposureSeconds": positive_number(self.exposure, 1_000_000),
                "fNumber": positive_number(self.f_number, 1000),
                "iso": clean_integer(self.iso, 1, MAX_ISO),
                "focalLengthMm": positive_number(self.focal_length, 100_000),
                "flash": self.flash,
                "orientation": clean_integer(self.orientation, 1, 8),
                "gps": self.gps,
            }
        )


@dataclass(frozen=True)
class About:
    """What one source says in words, sound or not."""

    title: object = None
    description: object = None
    keywords: Sequence[object] = ()
    artist: object = None  # several with a semicolon between, as EXIF has them
    copyright: object = None

    def cleaned(self) -> dict[str, Any]:
        """Return the fields of `about` in the contract extract-metadata.output that are told."""
        return drop_none(
            {
                "title": clean_text(self.title),
                "description": clean_text(self.description, MAX_DESCRIPTION),
                "keywords": clean_texts(self.keywords, MAX_KEYWORD, MAX_KEYWORDS),
                "artist": clean_text(self.artist),
                "copyright": clean_text(self.copyright),
            }
        )


@dataclass(frozen=True)
class Source:
    """What one source says."""

    camera: Camera = Camera()
    words: About = About()


def merge(sources: Iterable[Source]) -> dict[str, Any]:
    """Return `camera` and `about` of the contract extract-metadata.output, each field from the first that tells it."""
    camera: dict[str, Any] = {}
    about: dict[str, Any] = {}
    for source in sources:
        camera = source.camera.cleaned() | camera
        about = source.words.cleaned() | about
    return {"camera": camera, "about": about}
