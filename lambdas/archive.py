"""ArchiveImage: original, resized images and thumbnail copied to the archive, and the staged ones removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imaging.formats import FORMATS
from lambdas.domain import object_keys, objects, record
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.settings import ArchiveSettings

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CopySourceTypeDef


def _undo(_: dict[str, Any], found: dict[str, Any], environment: ArchiveSettings) -> None:
    """Take away what was archived for a picture that has another end by now."""
    archived = [found["original"], found["resized"], *found["smaller"], found["thumbnail"]]
    objects.delete_objects(environment.archive_bucket, [copy["key"] for copy in archived])


@step_handler("archive-image", ArchiveSettings, found_as="archive", end=record.SUCCEEDED, undo=_undo)
def handler(event: dict[str, Any], environment: ArchiveSettings) -> dict[str, Any]:
    """Archive the pictures and return where they lie."""
    image, staged = event["image"], event["renditions"]
    folder = object_keys.archive_folder(image, event["execution"])
    archived = {
        "original": _archive_original(image, event["validation"]["format"], environment.archive_bucket, folder),
        "resized": _archive_staged(image, staged["resized"], environment.archive_bucket, folder),
        "smaller": [
            _archive_staged(image, smaller, environment.archive_bucket, folder)
            for smaller in staged["resized"]["smaller"]
        ],
        "thumbnail": _archive_staged(image, staged["thumbnail"], environment.archive_bucket, folder),
    }
    waiting = [staged["resized"], *staged["resized"]["smaller"], staged["thumbnail"]]
    objects.delete_objects(image["bucket"], [rendition["key"] for rendition in waiting])
    return {"bucket": environment.archive_bucket, **archived}


def _archive_original(image: dict[str, Any], format_name: str, bucket: str, folder: str) -> dict[str, Any]:
    found = FORMATS[format_name]
    source: CopySourceTypeDef = {"Bucket": image["bucket"], "Key": image["key"], "VersionId": image["versionId"]}
    return objects.archive(source, bucket, f"{folder}original.{found.extension}", found.content_type)


def _archive_staged(image: dict[str, Any], staged: dict[str, Any], bucket: str, folder: str) -> dict[str, Any]:
    source: CopySourceTypeDef = {"Bucket": image["bucket"], "Key": staged["key"]}
    name = staged["key"].rsplit("/", 1)[-1]
    return objects.archive(source, bucket, f"{folder}{name}", staged["contentType"])
