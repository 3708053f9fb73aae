"""The versions of uploaded objects, as S3 lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.domain.object_keys import UPLOADS, parse_upload_key
from lambdas.runtime import clients

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mypy_boto3_s3.type_defs import ObjectVersionTypeDef, PaginatorConfigTypeDef

    from workflow.contracts.payloads import PipelineInputImage

SHORT_PAGE = 10  # versions and delete markers that are listed to find the newest version of one key; most keys have one


@dataclass(frozen=True)
class ListedUpload:
    """The newest version of an upload, as the input of a first attempt, when it was made, and whether a delete marker hides it."""

    image: PipelineInputImage
    modified: datetime
    deleted: bool


def newest_version(bucket: str, key: str) -> str | None:
    """Return the id of the newest version of the object at key, or None if there is none.

    A delete marker is no version: the pipeline completes an upload that was begun, even if it is deleted meanwhile.
    """
    first = next(_list_versions(bucket, key, page=SHORT_PAGE), None)  # keys that key is a prefix of come later
    return first["VersionId"] if first and first["Key"] == key else None


def find_upload(bucket: str, key: str) -> ListedUpload | None:
    """Return the newest version of the upload at key as list_uploads does, or None if there is none."""
    first = next(_list_versions(bucket, key, page=SHORT_PAGE), None)
    return next(read_version(bucket, first), None) if first and first["Key"] == key else None


def list_current_uploads(
    bucket: str, since: datetime | None, until: datetime, prefix: str = UPLOADS
) -> Iterator[PipelineInputImage]:
    """Yield the uploads that list_uploads yields, without those that were deleted."""
    yield from (upload.image for upload in list_uploads(bucket, since, until, prefix) if not upload.deleted)


def list_uploads(bucket: str, since: datetime | None, until: datetime, prefix: str = UPLOADS) -> Iterator[ListedUpload]:
    """Yield the newest version of each upload under prefix that was written from since on and before until."""
    key = ""
    for version in _list_versions(bucket, prefix):
        if version["Key"] == key:
            continue
        key = version["Key"]
        if version["LastModified"] < until and (since is None or version["LastModified"] >= since):
            yield from read_version(bucket, version)


def _list_versions(bucket: str, prefix: str, page: int | None = None) -> Iterator[ObjectVersionTypeDef]:
    """Yield the versions under prefix as S3 orders them: by key, then the newest first. Delete markers are left out."""
    paging: PaginatorConfigTypeDef = {"PageSize": page} if page else {}
    paginator = clients.s3().get_paginator("list_object_versions")
    for answer in paginator.paginate(Bucket=bucket, Prefix=prefix, PaginationConfig=paging):
        yield from answer.get("Versions", [])


def read_version(bucket: str, version: ObjectVersionTypeDef) -> Iterator[ListedUpload]:
    """Yield a version as S3 lists it, unless its key is not one of an upload."""
    try:
        owner, image_id = parse_upload_key(version["Key"])
    except ValueError:
        return
    image: PipelineInputImage = {
        "imageId": image_id,
        "owner": owner,
        "bucket": bucket,
        "key": version["Key"],
        "versionId": version["VersionId"],
        "attempt": 1,
        "size": version["Size"],
        "uploadedAt": version["LastModified"].strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    yield ListedUpload(image, version["LastModified"], deleted=not version["IsLatest"])
