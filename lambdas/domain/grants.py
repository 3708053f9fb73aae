"""The record of an image from its upload URL on, until an execution begins it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from lambdas.domain import conditional_writes, open_records
from lambdas.domain.outcomes import AWAITING_UPLOAD
from lambdas.domain.record import EXPIRES_AT
from lambdas.runtime import clock
from workflow.contracts.durations import LATE_UPLOAD

if TYPE_CHECKING:
    from workflow.contracts.payloads import MetadataRecord, MetadataRecordAnnounced

# An upload that has begun before its URL expires may take hours, and its event may be late. Afterwards its execution begins
# a record of its own.
KEPT = timedelta(seconds=LATE_UPLOAD)
NEW = "attribute_not_exists(#status)"
# A version before this one that a stack is rolled back to takes such a record for an older version's, and replaces it.
NONE = "none"


@dataclass(frozen=True)
class Grant:
    """A URL for the upload of one image."""

    owner: str
    image_id: str
    bucket: str
    key: str
    expires: datetime


def await_upload(table: str, grant: Grant, announced: MetadataRecordAnnounced) -> MetadataRecord | None:
    """Write the record of an image that may be uploaded, unless there is one, and return that.

    A call may be repeated after a lost response.
    """
    now = clock.timestamp()
    item = {
        "imageId": grant.image_id,
        "owner": grant.owner,
        "status": AWAITING_UPLOAD,
        "bucket": grant.bucket,
        "key": grant.key,
        "versionId": NONE,
        "execution": NONE,
        "createdAt": now,
        "updatedAt": now,
        EXPIRES_AT: int((grant.expires + KEPT).timestamp()),
        **open_records.opened(grant.image_id, now),
        "filename": announced["filename"],
        "announced": announced,
    }
    return cast("MetadataRecord | None", conditional_writes.put(table, item, NEW, {}))
