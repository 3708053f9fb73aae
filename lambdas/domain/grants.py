"""The record of an image from its upload URL on, until an execution begins it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from lambdas.domain import conditional_writes, open_records
from lambdas.domain.outcomes import AWAITING_UPLOAD
from lambdas.domain.record import EXPIRES_AT
from lambdas.runtime import clock
from workflow.contracts.durations import DEAD_LETTER_RETENTION, LATE_UPLOAD

if TYPE_CHECKING:
    from workflow.contracts.payloads import MetadataRecord, MetadataRecordAnnounced, PipelineInputImage

# An upload that has begun before its URL expires may take hours, and its event may be late. Afterwards its execution begins
# a record of its own.
KEPT = timedelta(seconds=LATE_UPLOAD)
# An upload that was found without a record waits for a sweep as long as its message would have.
FOUND = timedelta(seconds=DEAD_LETTER_RETENTION)
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
    since, kept = clock.timestamp(), grant.expires + KEPT
    named = {"filename": announced["filename"], "announced": announced}
    return _put(table, {**_item(grant, since, kept), **named})


def await_found(table: str, image: PipelineInputImage) -> None:
    """Write the record of an upload that was found without one, unless there is one by now: the next sweep looks at it.

    It is as old as its upload, and names no file.
    """
    owner, image_id, bucket, key = (image[name] for name in ("owner", "imageId", "bucket", "key"))
    uploaded = datetime.fromisoformat(image["uploadedAt"])
    grant = Grant(owner, image_id, bucket, key, uploaded)
    _put(table, _item(grant, clock.rfc3339(uploaded), clock.now() + FOUND))


def _item(grant: Grant, since: str, kept: datetime) -> dict[str, object]:
    """Return a record that is open since then, and that DynamoDB deletes after it was kept."""
    return {
        "imageId": grant.image_id,
        "owner": grant.owner,
        "status": AWAITING_UPLOAD,
        "bucket": grant.bucket,
        "key": grant.key,
        "versionId": NONE,
        "execution": NONE,
        "createdAt": since,
        "updatedAt": since,
        EXPIRES_AT: int(kept.timestamp()),
        **open_records.opened(grant.image_id, since),
    }


def _put(table: str, item: dict[str, object]) -> MetadataRecord | None:
    """Write a record, unless there is one, and return that."""
    return cast("MetadataRecord | None", conditional_writes.put(table, item, NEW, {}))
