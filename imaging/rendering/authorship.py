"""Authorship: who made an image, and under which terms it may be used: the only metadata that a rendition keeps."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape  # xml.sax imports all of HTTP, which takes the sandbox 40 ms
from typing import TYPE_CHECKING, Self

from PIL import Image
from PIL.ExifTags import Base

if TYPE_CHECKING:
    from collections.abc import Mapping

# Bytes of UTF-8 for each tag. EXIF has no limit of its own, but the EXIF segment of a JPEG holds 64 KB in all. A text of
# 256 characters, the most that metadata/sanitize.py returns, fits: UTF-8 takes at most 4 bytes for each.
MAX_BYTES = 1024
# A name with angle brackets could run as a script if the file is served as a page or included in one.
HARMLESS = str.maketrans("<>", "()")
DIGITAL_SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
NAMESPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}


@dataclass(frozen=True)
class Notes:
    """The metadata of a rendition, as blocks of bytes; an empty one is left out."""

    exif: bytes = b""
    xmp: bytes = b""


@dataclass(frozen=True)
class Authorship:
    """Who made an image, who holds its rights, who is to be named, the terms, and IPTC's code for how it was made."""

    artist: str | None = None
    copyright: str | None = None
    credit: str | None = None
    usage_terms: str | None = None
    digital_source_type: str | None = None

    @classmethod
    def from_json(cls, about: Mapping[str, str | None]) -> Self:
        """Return the authorship in the JSON object `about`."""
        names = ("artist", "copyright", "credit", "usageTerms", "digitalSourceType")
        return cls(*(about.get(name) for name in names))

    def to_notes(self) -> Notes:
        """Return an EXIF block of artist and copyright in UTF-8, and an XMP packet of the others; unknown ones are left out."""
        exif = Image.Exif()
        for tag, value in ((Base.Artist, self.artist), (Base.Copyright, self.copyright)):
            if value:
                exif[tag] = _to_bytes(value)
        return Notes(exif.tobytes() if exif else b"", self._to_xmp())

    def _to_xmp(self) -> bytes:
        attributes = []
        if self.credit:
            attributes.append(f' photoshop:Credit="{escape(_clean(self.credit))}"')
        if self.digital_source_type:
            uri = DIGITAL_SOURCE_TYPES + _clean(self.digital_source_type)
            attributes.append(f' Iptc4xmpExt:DigitalSourceType="{escape(uri)}"')
        terms = _alternative(_clean(self.usage_terms)) if self.usage_terms else ""
        return _packet("".join(attributes), terms).encode() if attributes or terms else b""


UNKNOWN = Authorship()


def _packet(attributes: str, content: str) -> str:
    names = {name: f' xmlns:{name}="{uri}"' for name, uri in NAMESPACES.items()}
    meta, rdf = names.pop("x"), names.pop("rdf")
    description = f'<rdf:Description rdf:about=""{"".join(names.values())}{attributes}>{content}</rdf:Description>'
    return f"<x:xmpmeta{meta}><rdf:RDF{rdf}>{description}</rdf:RDF></x:xmpmeta>"


def _alternative(text: str) -> str:
    item = f'<rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt>'
    return f"<xmpRights:UsageTerms>{item}</xmpRights:UsageTerms>"


def _clean(value: str) -> str:
    return _to_bytes(value).decode()


def _to_bytes(value: str) -> bytes:
    """Return value in UTF-8, without angle brackets and cut after the last character that fits into MAX_BYTES."""
    encoded = value.translate(HARMLESS).encode(errors="replace")
    return encoded[:MAX_BYTES].decode(errors="ignore").encode()
