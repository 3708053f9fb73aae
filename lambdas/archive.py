"""ArchiveImage: copy the original and its renditions to the archive, and delete the staged ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imaging.formats import FORMATS
from lambdas.domain import object_keys, objects, outcomes
from lambdas.domain.archive_class import MOVED
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.settings import ArchiveSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3.type_defs import CopySourceTypeDef

    from workflow.contracts.payloads import (
        ArchivedObject,
        ArchivedRendition,
        ArchiveImageInput,
        ArchiveImageInputRenditionsResizedSmallerItem,
        ArchiveImageOutput,
        Image,
        StagedVariant,
    )

    StagedRendition = ArchiveImageInputRenditionsResizedSmallerItem

RESIZED, THUMBNAIL = "resized", "thumbnail"  # kinds of renditions


def _undo(event: ArchiveImageInput, result: ArchiveImageOutput, settings: ArchiveSettings) -> None:
    """Delete what this execution has archived of an image that has another outcome by now."""
    original = [] if "original" in event["image"] else [result["original"]["key"]]
    objects.delete_objects(settings.archive_bucket, [*original, *(one["key"] for one in result["renditions"])])


@step_handler("archive-image", ArchiveSettings, stored_as="archive", final_status=outcomes.SUCCEEDED, undo=_undo)
def handler(event: ArchiveImageInput, settings: ArchiveSettings) -> ArchiveImageOutput:
    """Archive the original and its renditions and return where they are."""
    image, bucket = event["image"], settings.archive_bucket
    folder = object_keys.archive_folder(image, event["execution"])
    original = _original(image, event["validation"]["format"], bucket, folder)
    staged = list(_staged(event))
    archived = {
        one["key"]: objects.archive(
            {"Bucket": image["bucket"], "Key": one["key"]}, bucket, f"{folder}{_name(one)}", one["contentType"]
        )
        for _, one in staged
    }
    resized, thumbnail = event["renditions"]["resized"], event["renditions"]["thumbnail"]
    result: ArchiveImageOutput = {
        "bucket": bucket,
        "original": original,
        "resized": archived[resized["key"]],
        "smaller": [archived[smaller["key"]] for smaller in resized["smaller"]],
        "thumbnail": archived[thumbnail["key"]],
        "renditions": [_rendition(kind, one, archived[one["key"]]) for kind, one in staged],
    }
    objects.delete_objects(image["bucket"], list(archived))
    return result


def _staged(event: ArchiveImageInput) -> Iterator[tuple[str, StagedRendition]]:
    """Yield every staged image with its kind. Executions that version 0.2 started have no variants."""
    resized, thumbnail = event["renditions"]["resized"], event["renditions"]["thumbnail"]
    folder = object_keys.staged_folder(event["execution"])
    for one in (resized, *resized["smaller"], *_variants(folder, resized.get("variants", []))):
        yield RESIZED, one
    for one in (thumbnail, *_variants(folder, thumbnail.get("variants", []))):
        yield THUMBNAIL, one


def _variants(folder: str, variants: list[StagedVariant]) -> Iterator[StagedRendition]:
    for one in variants:
        yield {
            "key": f"{folder}{one['name']}",
            "contentType": FORMATS[one["format"]].content_type,
            "format": one["format"],
            "width": one["width"],
            "height": one["height"],
        }


def _rendition(kind: str, staged: StagedRendition, archived: ArchivedObject) -> ArchivedRendition:
    return {
        "kind": kind,
        "format": staged["format"],
        "width": staged["width"],
        "height": staged["height"],
        "bytes": archived["size"],
        "key": archived["key"],
    }


def _name(staged: StagedRendition) -> str:
    return staged["key"].rsplit("/", 1)[-1]


def _original(image: Image, format_name: str, bucket: str, folder: str) -> ArchivedObject:
    """Archive the original, unless it is in the archive: there it stays, whose storage class may make a copy expensive."""
    format_ = FORMATS[format_name]
    if archived := image.get("original"):
        return objects.archived(bucket, archived["key"], format_.content_type)
    source: CopySourceTypeDef = {"Bucket": image["bucket"], "Key": image["key"], "VersionId": image["versionId"]}
    return objects.archive(source, bucket, f"{folder}original.{format_.extension}", format_.content_type, MOVED)
