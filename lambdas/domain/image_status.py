"""The document about one image that users read: status, times, what was found, and URLs of the images in the archive."""

from __future__ import annotations

import json
import os
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast

from lambdas.domain.image_renditions import pictures, rendition_name, signed_renditions
from lambdas.domain.open_records import KEYS
from lambdas.domain.outcomes import FAILED, NOTIFIED_AT, REJECTED, SUCCEEDED
from lambdas.domain.record import CLAIM, CLEARED_AT, EXPIRES_AT, SUPERSEDED
from lambdas.runtime.clock import rfc3339
from lambdas.runtime.settings import VERSION
from workflow.contracts.errors import INTERNAL_ERROR_MESSAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.domain.image_urls import ImageUrls
    from workflow.contracts.payloads import (
        ArchivedObject,
        ExtractMetadataOutput,
        ImageInGlacier,
        ImageListResponseImagesItem,
        ImageStatusResponse,
        ImageStatusResponseRenditions,
        MetadataRecord,
        SignedImage,
        SignedRendition,
    )

COPIED = ("imageId", "status", "createdAt", "updatedAt", "finishedAt", "announced")  # from the record
SUMMARY = ("imageId", "status", "createdAt", "finishedAt")  # of those, what a list has
RENAMED = {"dominantColour": "dominantColor"}  # since version 0.1, whose records stay
NOT_SHOWN = (NOTIFIED_AT, CLEARED_AT, EXPIRES_AT, CLAIM, SUPERSEDED, *KEYS)  # these change after the final status


def describe(record: MetadataRecord, urls: ImageUrls) -> ImageStatusResponse:
    """Return the document for a record. It holds nothing that is for operators, such as the cause of a failure."""
    known = _facts(record, COPIED) | {"steps": record.get("steps", {})}
    if "metadata" in record:
        known["metadata"] = _metadata(record["metadata"])
    if record["status"] == SUCCEEDED:
        known |= {"renditions": _renditions(record, urls), "urlsExpireAt": rfc3339(urls.expires_at)}
    return cast("ImageStatusResponse", known)


def summarize(record: MetadataRecord, urls: ImageUrls) -> ImageListResponseImagesItem:
    """Return what a list shows of a record: less of the same document, with the thumbnail only."""
    known = _facts(record, SUMMARY)
    if appearance := _metadata(record["metadata"]).get("appearance") if "metadata" in record else None:
        known["appearance"] = appearance
    if record["status"] == SUCCEEDED:
        known["thumbnail"] = _image(record, record["archive"]["thumbnail"], record["thumbnail"], urls)
    return cast("ImageListResponseImagesItem", known)


def digest(record: MetadataRecord, urls: ImageUrls) -> str:
    """Return a digest that differs where the documents differ, and stays while their URLs are valid."""
    shown: dict[str, object] = {name: value for name, value in record.items() if name not in NOT_SHOWN}
    if record["status"] == SUCCEEDED:
        shown["urls"] = [rfc3339(urls.expires_at), urls.as_download, _is_hidden(record, urls)]
    return sha256(json.dumps([shown, os.environ.get(VERSION)], sort_keys=True).encode()).hexdigest()[:32]


def _facts(record: MetadataRecord, names: tuple[str, ...]) -> dict[str, object]:
    """Return the attributes called names, the name of the file, and why the image did not succeed."""
    facts: dict[str, object] = {name: value for name, value in record.items() if name in names}
    named: Mapping[str, Any] = record.get("validation") or record.get("announced") or record
    if "filename" in named:
        facts["filename"] = named["filename"]
    if record["status"] == REJECTED:
        facts |= {"reason": record["reason"], "message": record["message"]}
    if record["status"] == FAILED:
        facts["message"] = INTERNAL_ERROR_MESSAGE
    return facts


def _metadata(found: ExtractMetadataOutput) -> dict[str, object]:
    """Return the metadata of a record with the names that the contract has now."""
    appearance = {RENAMED.get(name, name): value for name, value in found.get("appearance", {}).items()}
    return {**found, **({"appearance": appearance} if appearance else {})}


def _renditions(record: MetadataRecord, urls: ImageUrls) -> ImageStatusResponseRenditions:
    archive, images = record["archive"], signed_renditions(record, urls)
    by_key = {one["key"]: one for one in images}
    resized, thumbnail, *smaller = (
        _shown(by_key[copy["key"]]) for copy in (archive["resized"], archive["thumbnail"], *archive["smaller"])
    )
    return {
        "original": _original(record, urls),
        "resized": resized,
        "smaller": smaller,
        "thumbnail": thumbnail,
        "images": images,
        "pictures": pictures(images),
    }


def _shown(one: SignedRendition) -> SignedImage:
    return {
        "contentType": one["contentType"],
        "width": one["width"],
        "height": one["height"],
        "size": one["bytes"],
        "url": one["url"],
    }


def _original(record: MetadataRecord, urls: ImageUrls) -> SignedImage | ImageInGlacier:
    """Return the original with its URL, or with the storage class from which no URL reads it."""
    archived, validation = record["archive"]["original"], record["validation"]
    if not _is_hidden(record, urls):
        return _image(record, archived, validation, urls, validation["filename"])
    return {
        "contentType": archived["contentType"],
        "width": validation["width"],
        "height": validation["height"],
        "size": archived["size"],
        "storageClass": urls.archive_class.name,
    }


def _is_hidden(record: MetadataRecord, urls: ImageUrls) -> bool:
    """Return whether the original may be in a glacier before the URLs expire."""
    archived_at = datetime.fromisoformat(record.get("finishedAt", record["updatedAt"]))
    return urls.archive_class.hides(record["archive"]["original"]["size"], archived_at, urls.expires_at)


def _image(
    record: MetadataRecord, archived: ArchivedObject, size: Mapping[str, Any], urls: ImageUrls, name: str = ""
) -> SignedImage:
    name = name or rendition_name(record["validation"]["filename"], archived["key"])
    return {
        "contentType": archived["contentType"],
        "width": size["width"],
        "height": size["height"],
        "size": archived["size"],
        "url": urls.url(record["archive"]["bucket"], archived["key"], name),
    }
