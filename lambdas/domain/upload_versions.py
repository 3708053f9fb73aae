"""The versions of uploaded objects, as S3 lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.domain.object_keys import UPLOADS, parse_upload_key
from lambdas.runtime import clients

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mypy_boto3_s3.type_defs import ObjectVersionTypeDef, PaginatorConfigTypeDef

SHORT_PAGE = 10  # versions and markers that are listed at once to find one key's newest version: there is one as a rule


@dataclass(frozen=True)
class ListedUpload:
    """The newest version of an upload as the pipeline takes it for a first attempt, and whether a deletion hides it."""

    image: dict[str, Any]
    deleted: bool


def newest_version(bucket: str, key: str) -> str | None:
    """Return the id of the newest version of the object at key, deleted or not.

    It orders versions, and a deletion is none: a version that was begun goes its way to its end, whoever hides it.
    """
    first = next(_list_versions(bucket, key, page=SHORT_PAGE), None)  # a longer key would come later
    return first["VersionId"] if first and first["Key"] == key else None


def list_current_uploads(
    bucket: str, since: datetime | None, until: datetime, prefix: str = UPLOADS
) -> Iterator[dict[str, Any]]:
    """Yield as listed does the uploads that are there: of one that was deleted nothing is to be started."""
    yield from (one.image for one in list_uploads(bucket, since, until, prefix) if not one.deleted)


def list_uploads(bucket: str, since: datetime | None, until: datetime, prefix: str = UPLOADS) -> Iterator[ListedUpload]:
    """Yield the newest version of each upload under prefix written from since on and before until."""
    key = ""
    for version in _list_versions(bucket, prefix):
        if version["Key"] == key:
            continue
        key = version["Key"]
        if version["LastModified"] < until and (since is None or version["LastModified"] >= since):
            yield from _read_version(bucket, version)


def _list_versions(bucket: str, prefix: str, page: int | None = None) -> Iterator[ObjectVersionTypeDef]:
    """Yield the versions under prefix, key by key, the newest first, as S3 lists them; markers of deletions are left out."""
    paging: PaginatorConfigTypeDef = {"PageSize": page} if page else {}
    pages = (
        clients.s3()
        .get_paginator("list_object_versions")
        .paginate(Bucket=bucket, Prefix=prefix, PaginationConfig=paging)
    )
    yield from (version for found in pages for version in found.get("Versions", []))


def _read_version(bucket: str, version: ObjectVersionTypeDef) -> Iterator[ListedUpload]:
    """Yield the version, unless its key is not one of an upload."""
    try:
        owner, image_id = parse_upload_key(version["Key"])
    except ValueError:
        return
    image = {
        "imageId": image_id,
        "owner": owner,
        "bucket": bucket,
        "key": version["Key"],
        "versionId": version["VersionId"],
        "attempt": 1,
        "size": version["Size"],
        "uploadedAt": version["LastModified"].strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    yield ListedUpload(image, deleted=not version["IsLatest"])
