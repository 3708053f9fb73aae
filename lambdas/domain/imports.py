"""Imports: a source object becomes an upload, whose image is started, once for each version.

The ID of the image is derived from bucket, key and version. Its record is written before the object is copied, so that a sweep
finds an image whose import died in between, and the copy replaces nothing. So two imports of one object make one upload.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

from imaging.formats import EXTENSIONS, FORMATS
from lambdas.domain import executions, grants, object_keys, objects, upload_versions
from lambdas.domain.import_sources import Reason, SkippedError, extension_of, reason_of
from lambdas.domain.record import is_begun, read_item
from lambdas.runtime import clients, clock

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

    from lambdas.domain.import_sources import SourceObject
    from lambdas.runtime.settings import ImportSettings
    from workflow.contracts.payloads import PipelineInputImage

IMAGES: Final = UUID(
    "5b0a3d0e-4c1b-5a7e-9a53-3c9e0d7f2b11"
)  # the namespace of the IDs of imported images; never changes
COPYING: Final = timedelta(hours=1)  # for which an import is given time, as the URL of an upload
# S3's codes for a copy that would replace an object, or whose source is another one by now.
REFUSED: Final = ("PreconditionFailed", "412", "ConditionalRequestConflict")


class Outcome(StrEnum):
    """What an import did about a source object."""

    COPIED = "COPIED"
    ALREADY_IMPORTED = "ALREADY_IMPORTED"
    SKIPPED = "SKIPPED"


DONE: Final = (Outcome.COPIED, Outcome.ALREADY_IMPORTED)


@dataclass(frozen=True)
class Imported:
    """An image of an import: its ID, whether this import has copied it, and what was started, if anything."""

    image_id: str
    outcome: Outcome
    image: PipelineInputImage | None = None


def image_id(source: SourceObject) -> str:
    """Return the ID of the image of a source object: the same for each import of the same version."""
    return str(uuid5(IMAGES, "\n".join((source.bucket, source.key, source.version or source.etag))))


def import_object(source: SourceObject, owner: str, settings: ImportSettings) -> Imported:
    """Copy a source object for owner and start its image, unless that was done before; raises SkippedError."""
    found = image_id(source)
    stored = read_item(settings.metadata_table, found)
    if stored and is_begun(stored):
        return Imported(found, Outcome.ALREADY_IMPORTED)
    key = object_keys.upload_key(stored["owner"] if stored else owner, found)
    if not stored:
        _announce(source, owner, found, settings)
    version = stored and upload_versions.newest_version(settings.upload_bucket, key)
    image = _image(found, key, version or _copy(source, key, settings.upload_bucket), source, settings)
    executions.start(image, settings)
    return Imported(found, Outcome.COPIED, image)


def _announce(source: SourceObject, owner: str, found: str, settings: ImportSettings) -> None:
    """Write the record of an image that is about to be uploaded."""
    key, expires = object_keys.upload_key(owner, found), clock.now() + COPYING
    grant = grants.Grant(owner, found, settings.upload_bucket, key, expires)
    announced: Any = {
        "filename": filename(source.key, found),
        "contentType": content_type(source.key),
        "size": source.size,
        "expiresAt": clock.rfc3339(expires),
    }
    grants.await_upload(settings.metadata_table, grant, announced)


def filename(key: str, otherwise: str) -> str:
    """Return the file's name in a source key, or otherwise if the contract of names refuses it."""
    name = key.rpartition("/")[2]
    return name if 0 < len(name.encode()) <= objects.MAX_FILENAME and name.isprintable() else otherwise


def content_type(key: str) -> str:
    """Return the media type that a source key promises; the content decides."""
    return EXTENSIONS.get(extension_of(key), FORMATS["JPEG"]).content_type


def _copy(source: SourceObject, key: str, bucket: str) -> str:
    """Copy a source object to key, unless there is an object, and return the version; raises SkippedError."""
    from botocore.exceptions import ClientError

    place: Any = {"Bucket": source.bucket, "Key": source.key}
    if source.version:
        place["VersionId"] = source.version
    try:
        answer = clients.s3().copy_object(
            CopySource=place,
            CopySourceIfMatch=source.etag,
            Bucket=bucket,
            Key=key,
            IfNoneMatch="*",
            ContentType=content_type(source.key),
            MetadataDirective="REPLACE",
            Metadata=objects.upload_metadata(filename(source.key, object_keys.parse_upload_key(key)[1])),
            TaggingDirective="REPLACE",  # without tags: nothing may read the tags of a source
        )
    except ClientError as error:
        return _after_refusal(error, source, bucket, key)
    return answer["VersionId"]


def _after_refusal(error: ClientError, source: SourceObject, bucket: str, key: str) -> str:
    """Return the version that another import has copied meanwhile; raises SkippedError, or error if it may pass."""
    if error.response["Error"]["Code"] in REFUSED:
        if version := upload_versions.newest_version(bucket, key):
            return version
        raise SkippedError(Reason.CHANGED) from error
    if reason := reason_of(error, versioned=bool(source.version)):
        raise SkippedError(reason) from error
    raise error


def _image(found: str, key: str, version: str, source: SourceObject, settings: ImportSettings) -> PipelineInputImage:
    return {
        "imageId": found,
        "owner": object_keys.parse_upload_key(key)[0],
        "bucket": settings.upload_bucket,
        "key": key,
        "versionId": version,
        "attempt": 1,
        "size": source.size,
        "uploadedAt": clock.timestamp(),
    }
