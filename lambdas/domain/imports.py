"""Imports: a source object becomes an upload, whose image is started, once for each version.

The ID of the image is derived from bucket, key and version. Its record is written before the object is copied, so that a sweep
finds an image whose import died in between, and the copy replaces nothing. So two imports of one object make one upload, whose
owner is that of the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID, uuid5

from imaging.formats import EXTENSIONS, FORMATS
from lambdas.domain import executions, grants, object_keys, objects, upload_versions
from lambdas.domain.expiry import may_have_expired
from lambdas.domain.import_sources import UNVERSIONED, Reason, SkippedError, extension_of, reason_of
from lambdas.domain.record import is_begun, read_item
from lambdas.runtime import clients, clock

if TYPE_CHECKING:
    from lambdas.domain.import_sources import Listed, SourceObject
    from lambdas.runtime.settings import ImportSettings
    from workflow.contracts.payloads import MetadataRecord, PipelineInputImage

# The namespace of the IDs of imported images; never changes.
IMAGES: Final = UUID("5b0a3d0e-4c1b-5a7e-9a53-3c9e0d7f2b11")
COPYING: Final = timedelta(hours=1)  # for which an import is given time, as the URL of an upload
# S3's codes for a copy that would replace an object, or whose source is another one by now.
REFUSED: Final = ("PreconditionFailed", "412")
CONFLICT: Final = "ConditionalRequestConflict"  # S3's code while another request writes the object, and may fail


class Outcome(StrEnum):
    """What an import did about a source object."""

    COPIED = "COPIED"
    STARTED = "STARTED"  # renditions are made anew
    ALREADY_IMPORTED = "ALREADY_IMPORTED"
    SKIPPED = "SKIPPED"
    NOT_IMPORTED = "NOT_IMPORTED"  # its batch failed before it came to the object
    BEGUN = "BEGUN"  # its batch is about to copy it, or has died


DONE: Final = (Outcome.COPIED, Outcome.STARTED, Outcome.ALREADY_IMPORTED)


@dataclass(frozen=True)
class Imported:
    """An image of an import: its ID, whether this import has copied it, and what was started, if anything."""

    image_id: str
    outcome: Outcome
    image: PipelineInputImage | None = None


def image_id(source: SourceObject) -> str:
    """Return the ID of the image of a source object: the same for each import of the same version."""
    return _id(source.bucket, source.key, source.version, source.etag)


def image_ids(bucket: str, one: Listed) -> list[str]:
    """Return the ID of the image of a listed object, as far as the list tells its version.

    Lists of buckets have ETags, also where the version counts: this is then the ID of no image.
    """
    return [_id(bucket, one.key, one.version, one.etag)] if one.version or one.etag else []


def _id(bucket: str, key: str, version: str, etag: str) -> str:
    """Return an ID by the version or, where S3 keeps none, by the ETag."""
    return str(uuid5(IMAGES, "\n".join((bucket, key, etag if version in ("", UNVERSIONED) else version))))


def import_object(source: SourceObject, owner: str, settings: ImportSettings) -> Imported:
    """Copy a source object for owner and start its image, unless that was done before; raises SkippedError."""
    found = image_id(source)
    stored = read_item(settings.metadata_table, found)
    # Another import may have written the record by now, for another owner.
    stored = stored or _announce(source, owner, found, settings)
    if stored and not is_of(stored, owner):
        raise SkippedError(Reason.OTHER_OWNER)
    if stored and is_begun(stored):
        return Imported(found, Outcome.ALREADY_IMPORTED)
    upload = _find(owner, found, settings) if stored else None
    if not upload or _is_forgotten(upload, settings):
        upload = _copy(source, owner, settings, IfNoneMatch="*")
    return _start(upload, settings)


def finish_import(found: str, owner: str, settings: ImportSettings) -> Imported | None:
    """Return what an attempt that died has made of an object that is not as it was any more; None for nothing.

    Its image is started, if that was not done.
    """
    stored = read_item(settings.metadata_table, found)
    if not stored or not is_of(stored, owner):
        return None
    if is_begun(stored):
        return Imported(found, Outcome.ALREADY_IMPORTED)
    upload = _find(owner, found, settings)
    return None if not upload or _is_forgotten(upload, settings) else _start(upload, settings)


def is_of(stored: MetadataRecord, owner: str) -> bool:
    """Return whether an image is owner's, or was until owner deleted it."""
    return owner in (stored["owner"], stored.get("deletedBy"))


def _start(upload: PipelineInputImage, settings: ImportSettings) -> Imported:
    executions.start(upload, settings)
    return Imported(upload["imageId"], Outcome.COPIED, upload)


def _find(owner: str, found: str, settings: ImportSettings) -> PipelineInputImage | None:
    """Return the upload of an image, also if it is deleted; None if there is none."""
    upload = upload_versions.find_upload(settings.upload_bucket, object_keys.upload_key(owner, found))
    return upload.image if upload else None


def _is_forgotten(upload: PipelineInputImage, settings: ImportSettings) -> bool:
    """Return whether an upload without a record that was begun is of an import whose record has expired.

    An execution for this version would have the name of its execution, and not start. The object is copied again.
    """
    return may_have_expired(upload, settings.record_retention_days)


def _announce(source: SourceObject, owner: str, found: str, settings: ImportSettings) -> MetadataRecord | None:
    """Write the record of an image that is about to be uploaded, unless there is one, and return that."""
    key, expires = object_keys.upload_key(owner, found), clock.now() + COPYING
    grant = grants.Grant(owner, found, settings.upload_bucket, key, expires)
    announced: Any = {
        "filename": filename(source.key, found),
        "contentType": content_type(source.key),
        "size": source.size,
        "expiresAt": clock.rfc3339(expires),
    }
    return grants.await_upload(settings.metadata_table, grant, announced)


def filename(key: str, otherwise: str) -> str:
    """Return the file's name in a source key, or otherwise if the contract of names refuses it."""
    name = key.rpartition("/")[2]
    return name if 0 < len(name.encode()) <= objects.MAX_FILENAME and name.isprintable() else otherwise


def content_type(key: str) -> str:
    """Return the media type that a source key promises; the content decides."""
    return EXTENSIONS.get(extension_of(key), FORMATS["JPEG"]).content_type


def _copy(source: SourceObject, owner: str, settings: ImportSettings, **condition: Literal["*"]) -> PipelineInputImage:
    """Copy a source object for owner and return the upload, or that which is there if condition says so; raises SkippedError."""
    from botocore.exceptions import ClientError

    try:
        version = _copied(source, owner, settings, **condition)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in (*REFUSED, CONFLICT) and condition and (upload := _find(owner, image_id(source), settings)):
            return _copy(source, owner, settings) if _is_forgotten(upload, settings) else upload
        if reason := Reason.CHANGED if code in REFUSED else reason_of(error, versioned=bool(source.version)):
            raise SkippedError(reason) from error
        raise
    return _image(source, owner, version, settings)


def _copied(source: SourceObject, owner: str, settings: ImportSettings, **condition: Any) -> str:
    """Copy a source object and return the version of the copy."""
    found = image_id(source)
    place: Any = {"Bucket": source.bucket, "Key": source.key}
    if source.version:
        place["VersionId"] = source.version
    answer = clients.s3().copy_object(
        CopySource=place,
        CopySourceIfMatch=source.etag,
        Bucket=settings.upload_bucket,
        Key=object_keys.upload_key(owner, found),
        ContentType=content_type(source.key),
        MetadataDirective="REPLACE",
        Metadata=objects.upload_metadata(filename(source.key, found)),
        TaggingDirective="REPLACE",  # without tags: nothing may read the tags of a source
        **condition,
    )
    return answer["VersionId"]


def _image(source: SourceObject, owner: str, version: str, settings: ImportSettings) -> PipelineInputImage:
    found = image_id(source)
    return {
        "imageId": found,
        "owner": owner,
        "bucket": settings.upload_bucket,
        "key": object_keys.upload_key(owner, found),
        "versionId": version,
        "attempt": 1,
        "size": source.size,
        "uploadedAt": clock.timestamp(),
    }
