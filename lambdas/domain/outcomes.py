"""An image's status, its outcome, and what is known of a failure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workflow.contracts.payloads import MetadataRecord

AWAITING_UPLOAD = "AWAITING_UPLOAD"  # of a record that no execution has begun: to the pipeline, there is none
PROCESSING = "PROCESSING"
SUCCEEDED = "SUCCEEDED"
REJECTED = "REJECTED"
FAILED = "FAILED"
DELETED = "DELETED"  # of a tombstone: see lambdas.domain.tombstones
NOTIFIED_AT = "notifiedAt"  # the record's attribute for when the outcome was published


@dataclass(frozen=True)
class Failure:
    """Why an image failed."""

    failed_in: str  # the name of a state
    reason: str  # the name of an error
    error: str  # JSON: the error and its cause

    def attributes(self) -> dict[str, object]:
        """Return the attributes of the record that hold it."""
        return {"failedIn": self.failed_in, "reason": self.reason, "error": self.error}


def is_final(item: MetadataRecord) -> bool:
    """Return whether the record has its final status."""
    return item["status"] not in (AWAITING_UPLOAD, PROCESSING)


def notification_pending(item: MetadataRecord) -> bool:
    """Return whether the record has a final status that may not have been published.

    A record without an attempt was written by a version that did not keep the time of the notification.
    """
    return NOTIFIED_AT not in item and "attempt" in item and is_final(item)
