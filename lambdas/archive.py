"""ArchiveImage: copy the original and its renditions to the archive, and delete the staged ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imaging.formats import FORMATS
from lambdas.domain import object_keys, objects, outcomes
from lambdas.domain.archive_class import MOVED
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.settings import ArchiveSettings

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CopySourceTypeDef

    from workflow.contracts.payloads import (
        ArchivedObject,
        ArchiveImageInput,
        ArchiveImageInputRenditionsThumbnail,
        ArchiveImageOutput,
        Image,
    )

    StagedObject = ArchiveImageInputRenditionsThumbnail


def _undo(_: ArchiveImageInput, result: ArchiveImageOutput, settings: ArchiveSettings) -> None:
    """Delete the archived objects of an image that has another outcome by now."""
    copies = [result["original"], result["resized"], *result["smaller"], result["thumbnail"]]
    objects.delete_objects(settings.archive_bucket, [copy["key"] for copy in copies])


@step_handler("archive-image", ArchiveSettings, stored_as="archive", final_status=outcomes.SUCCEEDED, undo=_undo)
def handler(event: ArchiveImageInput, settings: ArchiveSettings) -> ArchiveImageOutput:
    """Archive the original and its renditions and return where they are."""
    image, staged, bucket = event["image"], event["renditions"], settings.archive_bucket
    resized, thumbnail = staged["resized"], staged["thumbnail"]
    folder = object_keys.archive_folder(image, event["execution"])
    result: ArchiveImageOutput = {
        "bucket": bucket,
        "original": _archive_original(image, event["validation"]["format"], bucket, folder),
        "resized": _archive_staged(image, resized, bucket, folder),
        "smaller": [_archive_staged(image, smaller, bucket, folder) for smaller in resized["smaller"]],
        "thumbnail": _archive_staged(image, thumbnail, bucket, folder),
    }
    objects.delete_objects(
        image["bucket"], [rendition["key"] for rendition in (resized, *resized["smaller"], thumbnail)]
    )
    return result


def _archive_original(image: Image, format_name: str, bucket: str, folder: str) -> ArchivedObject:
    format_ = FORMATS[format_name]
    source: CopySourceTypeDef = {"Bucket": image["bucket"], "Key": image["key"], "VersionId": image["versionId"]}
    return objects.archive(source, bucket, f"{folder}original.{format_.extension}", format_.content_type, MOVED)


def _archive_staged(image: Image, staged: StagedObject, bucket: str, folder: str) -> ArchivedObject:
    source: CopySourceTypeDef = {"Bucket": image["bucket"], "Key": staged["key"]}
    name = staged["key"].rsplit("/", 1)[-1]
    return objects.archive(source, bucket, f"{folder}{name}", staged["contentType"])
