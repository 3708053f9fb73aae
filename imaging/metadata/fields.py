"""The metadata of an image from several sources (EXIF, IPTC, XMP and others), and their merge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from imaging.metadata.sanitize import (
    clean_code,
    clean_integer,
    clean_text,
    clean_texts,
    drop_none,
    parse_date,
    positive_number,
)

MAX_NAME = 64  # characters, of a make or model
MAX_PRODUCT = 128  # characters, of a lens or program
MAX_DESCRIPTION = 2000  # characters, as many as IPTC has bytes
MAX_NAME_OF_PLACE = 64  # characters, twice as many as IPTC has bytes; also of a credit, a source and a profession
MAX_KEYWORD = 64  # characters, as many as IPTC has bytes
MAX_KEYWORDS = 64  # more would exceed what a payload of Step Functions may hold beside the other fields
MAX_ISO = 10_000_000


@dataclass(frozen=True)
class Camera:
    """What one source says about the camera and the exposure. The last three fields are valid or None, others unchecked."""

    make: object = None
    model: object = None
    lens: object = None
    software: object = None
    exposure: object = None  # seconds
    f_number: object = None
    iso: object = None
    focal_length: object = None  # millimeters
    orientation: object = None
    taken_at: str | None = None  # ISO 8601
    flash: bool | None = None
    gps: dict[str, float] | None = None

    def sanitized(self) -> dict[str, Any]:
        """Return the valid fields as a JSON object."""
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
class Editorial:
    """What an editor needs to publish the image, in one source, unchecked."""

    headline: object = None
    credit: object = None
    source: object = None
    author_title: object = None
    city: object = None
    state: object = None
    country: object = None
    date_created: object = None
    instructions: object = None
    usage_terms: object = None
    digital_source_type: object = None  # a code of IPTC, or its URI

    def sanitized(self) -> dict[str, Any]:
        """Return the valid fields as a JSON object."""
        return drop_none(
            {
                "headline": clean_text(self.headline),
                "credit": clean_text(self.credit, MAX_NAME_OF_PLACE),
                "source": clean_text(self.source, MAX_NAME_OF_PLACE),
                "authorTitle": clean_text(self.author_title, MAX_NAME_OF_PLACE),
                "city": clean_text(self.city, MAX_NAME_OF_PLACE),
                "state": clean_text(self.state, MAX_NAME_OF_PLACE),
                "country": clean_text(self.country, MAX_NAME_OF_PLACE),
                "dateCreated": parse_date(self.date_created),
                "instructions": clean_text(self.instructions),
                "usageTerms": clean_text(self.usage_terms),
                "digitalSourceType": clean_code(self.digital_source_type),
            }
        )


@dataclass(frozen=True)
class About:
    """What people wrote about the image in one source, unchecked."""

    title: object = None
    description: object = None
    keywords: Sequence[object] = ()
    artist: object = None  # several are separated by semicolons, as in EXIF
    copyright: object = None
    editorial: Editorial = Editorial()

    def sanitized(self) -> dict[str, Any]:
        """Return the valid fields as a JSON object."""
        return drop_none(
            {
                "title": clean_text(self.title),
                "description": clean_text(self.description, MAX_DESCRIPTION),
                "keywords": clean_texts(self.keywords, MAX_KEYWORD, MAX_KEYWORDS),
                "artist": clean_text(self.artist),
                "copyright": clean_text(self.copyright),
                **self.editorial.sanitized(),
            }
        )

    def cut(self) -> list[str]:
        """Return the names of the fields that are longer than sanitized returns them."""
        description = clean_text(self.description, MAX_DESCRIPTION + 1) or ""
        keywords = clean_texts(self.keywords, MAX_KEYWORD, MAX_KEYWORDS + 1) or []
        longer = {"description": len(description) > MAX_DESCRIPTION, "keywords": len(keywords) > MAX_KEYWORDS}
        return [name for name, is_cut in longer.items() if is_cut]


@dataclass(frozen=True)
class Source:
    """The metadata of one source."""

    camera: Camera = Camera()
    about: About = About()


def merge(sources: Iterable[Source]) -> dict[str, Any]:
    """Return the JSON objects `camera` and `about`, each field from the first source that has it."""
    camera: dict[str, Any] = {}
    about: dict[str, Any] = {}
    cut: list[str] = []
    for source in sources:
        camera = source.camera.sanitized() | camera
        cut += [name for name in source.about.cut() if name not in about]
        about = source.about.sanitized() | about
    return {"camera": camera, "about": about | ({"cut": cut} if cut else {})}
