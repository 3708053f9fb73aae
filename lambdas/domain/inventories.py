"""Inventories: the rows that S3 Inventory writes of the upload bucket, and the uploads that they name."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_plus

from lambdas.domain.import_sources import UNVERSIONED
from lambdas.domain.upload_versions import read_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.domain.upload_versions import ListedUpload

FLAGS: Final = {"true": True, "false": False}


def parse_row(row: Mapping[str, str], bucket: str) -> ListedUpload | None:
    """Return the version of an upload that a row names; None if it names another bucket, key, or a delete marker.

    Raises KeyError for a column that is missing, and ValueError for a value of another form.
    """
    if row["Bucket"] != bucket or _flag(row, "IsDeleteMarker"):
        return None
    modified = datetime.fromisoformat(row["LastModifiedDate"])
    if modified.tzinfo is None:
        raise ValueError("the time has no zone")
    listed = read_version(
        bucket,
        {
            "Key": unquote_plus(row["Key"]),  # S3 encodes the keys in an inventory as in URLs
            "VersionId": row["VersionId"] or UNVERSIONED,
            "IsLatest": _flag(row, "IsLatest"),
            "Size": int(row["Size"]),
            "LastModified": modified,
        },
    )
    return next(listed, None)


def _flag(row: Mapping[str, str], name: str) -> bool:
    if (text := row[name]) not in FLAGS:
        raise ValueError("it is neither true nor false")
    return FLAGS[text]
