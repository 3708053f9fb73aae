"""The renditions of an image as users read them: every one with a URL, and pictures that are ready for an HTML page."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from imaging.formats import FORMATS, VARIANTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lambdas.domain.image_urls import ImageUrls
    from workflow.contracts.payloads import (
        ArchivedObject,
        ArchivedRendition,
        MetadataRecord,
        Picture,
        PictureSourcesItem,
        Rendition,
        SignedRendition,
    )

RESIZED, THUMBNAIL = "resized", "thumbnail"  # kinds


def archived_renditions(record: MetadataRecord) -> list[ArchivedRendition]:
    """Return every rendition in the archive; the records of images that version 0.2 processed have no list of them."""
    archive, resized = record["archive"], record["resized"]
    if "renditions" in archive:
        return archive["renditions"]
    pairs = zip((archive["resized"], *archive["smaller"]), (resized, *resized["smaller"]), strict=True)
    return [
        *(_rendition(RESIZED, copy, facts) for copy, facts in pairs),
        _rendition(THUMBNAIL, archive["thumbnail"], record["thumbnail"]),
    ]


def _rendition(kind: str, copy: ArchivedObject, facts: Mapping[str, object] | Rendition) -> ArchivedRendition:
    return {
        "kind": kind,
        "format": str(facts["format"]),
        "width": int(str(facts["width"])),
        "height": int(str(facts["height"])),
        "bytes": copy["size"],
        "key": copy["key"],
    }


def signed_renditions(record: MetadataRecord, urls: ImageUrls) -> list[SignedRendition]:
    """Return every rendition with its URL."""
    bucket, filename = record["archive"]["bucket"], record["validation"]["filename"]
    return [
        {
            "kind": one["kind"],
            "format": one["format"],
            "contentType": FORMATS[one["format"]].content_type,
            "width": one["width"],
            "height": one["height"],
            "bytes": one["bytes"],
            "key": one["key"],
            "url": urls.url(bucket, one["key"], rendition_name(filename, one["key"])),
        }
        for one in archived_renditions(record)
    ]


def rendition_name(filename: str, key: str) -> str:
    """Return the name of the file for an image made from the file called filename: photo.heic has photo-thumbnail.jpg."""
    return f"{PurePosixPath(filename).stem}-{PurePosixPath(key).name}"


def pictures(renditions: Iterable[SignedRendition]) -> list[Picture]:
    """Return the resized image and each thumbnail with the formats and sizes that a browser chooses from."""
    groups: dict[str, list[SignedRendition]] = {}
    for one in renditions:
        stem = PurePosixPath(one["key"]).stem
        groups.setdefault(RESIZED if one["kind"] == RESIZED else stem, []).append(one)
    return [_picture(name, group) for name, group in groups.items()]


def _picture(name: str, group: list[SignedRendition]) -> Picture:
    """Return the picture of a group, whose first is the largest in the format that all browsers know."""
    first = group[0]
    size = first["width"], first["height"]
    # A browser would choose a format that lacks the largest image, and show a smaller one blurred.
    formats = {one["format"] for one in group if (one["width"], one["height"]) == size} - {first["format"]}
    ordered = [*(name for name in VARIANTS if name in formats), first["format"]]
    return {
        "name": name,
        "width": first["width"],
        "height": first["height"],
        "src": first["url"],
        "sources": [_source([one for one in group if one["format"] == format_]) for format_ in ordered],
    }


def _source(images: list[SignedRendition]) -> PictureSourcesItem:
    """Return the source of one format, whose first image is the largest.

    A URL has neither spaces nor commas, which separate the entries of a srcset. HTML has no width twice in one: of images that
    are too thin for two widths, only the largest is named.
    """
    urls: dict[int, str] = {}
    for one in images:
        urls.setdefault(one["width"], one["url"])
    entries = [f"{url} {width}w" for width, url in urls.items()] if len(urls) > 1 else list(urls.values())
    return {"type": images[0]["contentType"], "srcset": ", ".join(entries)}
