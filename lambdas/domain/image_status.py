"""The document about one image that users read: status, times, what was found, and URLs of the images in the archive."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from lambdas.domain.outcomes import FAILED, NOTIFIED_AT, REJECTED, SUCCEEDED
from lambdas.domain.record import CLEARED_AT, EXPIRES_AT
from lambdas.runtime.clock import rfc3339
from lambdas.runtime.settings import VERSION
from workflow.contracts.errors import INTERNAL_ERROR_MESSAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.domain.image_urls import ImageUrls
    from workflow.contracts.payloads import (
        ArchivedObject,
        ExtractMetadataOutput,
        ImageStatusResponse,
        ImageStatusResponseRenditions,
        MetadataRecord,
        SignedImage,
    )

COPIED = ("imageId", "status", "createdAt", "updatedAt", "finishedAt")  # from the record
RENAMED = {"dominantColour": "dominantColor"}  # since version 0.1, whose records stay
NOT_SHOWN = (NOTIFIED_AT, CLEARED_AT, EXPIRES_AT)  # these change after the final status


def describe(record: MetadataRecord, urls: ImageUrls) -> ImageStatusResponse:
    """Return the document for a record. It holds nothing that is for operators, such as the cause of a failure."""
    known: dict[str, object] = {name: value for name, value in record.items() if name in COPIED}
    known["steps"] = record.get("steps", {})
    if "metadata" in record:
        known["metadata"] = _metadata(record["metadata"])
    if "validation" in record:
        known["filename"] = record["validation"]["filename"]
    return cast("ImageStatusResponse", known | _outcome(record, urls))


def _metadata(found: ExtractMetadataOutput) -> dict[str, object]:
    """Return the metadata of a record with the names that the contract has now."""
    appearance = {RENAMED.get(name, name): value for name, value in found.get("appearance", {}).items()}
    return {**found, **({"appearance": appearance} if appearance else {})}


def digest(record: MetadataRecord, urls: ImageUrls) -> str:
    """Return a digest that differs where the documents differ, and stays while their URLs are valid."""
    shown: dict[str, object] = {name: value for name, value in record.items() if name not in NOT_SHOWN}
    if record["status"] == SUCCEEDED:
        shown["urls"] = [rfc3339(urls.expires_at), urls.as_download]
    return sha256(json.dumps([shown, os.environ.get(VERSION)], sort_keys=True).encode()).hexdigest()[:32]


def _outcome(record: MetadataRecord, urls: ImageUrls) -> dict[str, object]:
    """Return the members that the final status adds."""
    if record["status"] == SUCCEEDED:
        return {"renditions": _renditions(record, urls), "urlsExpireAt": rfc3339(urls.expires_at)}
    if record["status"] == REJECTED:
        return {"reason": record["reason"], "message": record["message"]}
    return {"message": INTERNAL_ERROR_MESSAGE} if record["status"] == FAILED else {}


def _renditions(record: MetadataRecord, urls: ImageUrls) -> ImageStatusResponseRenditions:
    archive, resized, filename = record["archive"], record["resized"], record["validation"]["filename"]

    def image(archived: ArchivedObject, size: Mapping[str, Any], name: str = "") -> SignedImage:
        return {
            "contentType": archived["contentType"],
            "width": size["width"],
            "height": size["height"],
            "size": archived["size"],
            "url": urls.url(archive["bucket"], archived["key"], name or rendition_name(filename, archived["key"])),
        }

    return {
        "original": image(archive["original"], record["validation"], filename),
        "resized": image(archive["resized"], resized),
        "smaller": [image(*pair) for pair in zip(archive["smaller"], resized["smaller"], strict=True)],
        "thumbnail": image(archive["thumbnail"], record["thumbnail"]),
    }


def rendition_name(filename: str, key: str) -> str:
    """Return the name of the file for an image made from the file called filename: photo.heic has photo-thumbnail.jpg."""
    return f"{PurePosixPath(filename).stem}-{PurePosixPath(key).name}"
