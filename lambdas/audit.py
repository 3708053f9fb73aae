"""AuditUploads: bring uploads that no sweep would find into the index of open records, by the rows of an inventory.

It starts nothing: the next sweep does, at its pace. A batch may be repeated at any time.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, cast

from lambdas.domain import grants, inventories, open_records, stalled_uploads, tombstones
from lambdas.domain.expiry import may_have_expired
from lambdas.domain.open_records import SINCE
from lambdas.domain.outcomes import DELETED, NOTIFIED_AT
from lambdas.domain.record import CLAIM, CLEARED_AT, SUPERSEDED, is_begun
from lambdas.domain.record_batches import with_items
from lambdas.domain.stalled_uploads import is_valid
from lambdas.runtime import clock
from lambdas.runtime.service_errors import named_by_code
from lambdas.runtime.settings import AuditSettings
from lambdas.runtime.telemetry import log_errors, logger, set_log_keys, trace
from workflow import contracts
from workflow.contracts.durations import LATE_UPLOAD
from workflow.contracts.errors import ContractViolation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.domain.upload_versions import ListedUpload
    from workflow.contracts.payloads import AuditUploadsInput, AuditUploadsOutput, MetadataRecord

INPUT: Final = "audit-uploads.input"
# Of a record; the rest is most of it, and takes most of the time to read.
READ: Final = (
    *("imageId", "status", "key", "versionId", "execution", "updatedAt", "attempt", "earlier"),
    *(SINCE, NOTIFIED_AT, CLEARED_AT, CLAIM, SUPERSEDED),
)
# S3 may date an upload by its beginning. What was there before a deletion, the deletion has removed.
BEFORE_DELETION: Final = timedelta(seconds=LATE_UPLOAD)


class Finding(StrEnum):
    """What was wrong with a record, and is put right."""

    MISSING = "missing"  # there was none
    UNINDEXED = "unindexed"  # the index did not have it
    UNDELETED = "undeleted"  # its image is deleted, and has an upload again


class RecordsUnreadError(Exception):
    """DynamoDB has not returned all records; another attempt reads them again."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Audit a batch of rows, and return how many records had which finding.

    Raises ContractViolation for a row that cannot be read, and RecordsUnreadError, after all other rows are done.
    """
    set_log_keys(requestId=context.aws_request_id)
    with log_errors(), named_by_code(), trace("AuditUploads"):
        contracts.check(INPUT, event)
        done = _Batch(AuditSettings.read()).run(cast("AuditUploadsInput", event))
        contracts.check("audit-uploads.output", done)
        return cast("dict[str, Any]", done)


class _Batch:
    """A batch of rows of an inventory."""

    def __init__(self, settings: AuditSettings) -> None:
        self._settings = settings
        self._late = clock.now() - timedelta(seconds=settings.stalled_after_seconds)
        self._unreadable: list[ContractViolation] = []

    def run(self, batch: AuditUploadsInput) -> AuditUploadsOutput:
        """Put the records of all rows right."""
        table = self._settings.metadata_table
        uploads = list(self._uploads(batch))
        read = list(with_items(uploads, lambda one: one.image["imageId"], table, READ))
        found = Counter(finding for upload, item in read if (finding := self._repair(upload, item)))
        logger().info("audited a batch", extra={"rows": len(batch["items"]), "findings": dict(found)})
        if self._unreadable:
            raise self._unreadable[0]
        if len(read) < len(uploads):
            raise RecordsUnreadError(f"{len(uploads) - len(read)} of {len(uploads)} records were not returned")
        return {
            "uploads": len(uploads),
            "missing": found[Finding.MISSING],
            "unindexed": found[Finding.UNINDEXED],
            "undeleted": found[Finding.UNDELETED],
        }

    def _uploads(self, batch: AuditUploadsInput) -> Iterator[ListedUpload]:
        """Yield the uploads that should have an outcome by now. A row that cannot be read keeps no other one back."""
        for number, row in enumerate(batch["items"]):
            try:
                upload = inventories.parse_row(cast("dict[str, str]", row), self._settings.upload_bucket)
            except (KeyError, ValueError) as error:
                requirement = "has no row of an inventory with the columns and forms that the template asks for"
                self._unreadable.append(
                    ContractViolation(INPUT, f"$.items[{number}]", type(error).__name__, requirement)
                )
                continue
            if upload and upload.modified < self._late:
                yield upload

    def _repair(self, upload: ListedUpload, item: MetadataRecord | None) -> Finding | None:
        """Put the record of an upload right, and return what was wrong with it, if anything was."""
        table = self._settings.metadata_table
        if item is None:
            if upload.deleted or not is_valid(upload) or self._may_have_expired(upload):
                return None
            grants.await_found(table, upload.image)
            return Finding.MISSING
        if item["status"] == DELETED:
            if upload.modified <= datetime.fromisoformat(item["updatedAt"]) - BEFORE_DELETION:
                return None
            tombstones.bring_forward(table, item)
            return Finding.UNDELETED
        if open_records.is_open(item) or not _is_to_look_at(upload, item):
            return None
        open_records.reopen(table, item)
        return Finding.UNINDEXED

    def _may_have_expired(self, upload: ListedUpload) -> bool:
        return may_have_expired(upload.image, self._settings.record_retention_days)


def _is_to_look_at(upload: ListedUpload, item: MetadataRecord) -> bool:
    """Return whether a sweep has to look at the record: it is not complete, or its upload was replaced since."""
    if item["key"] != upload.image["key"]:
        return False
    if not is_begun(item):
        return not upload.deleted
    return not stalled_uploads.is_complete(item) or stalled_uploads.is_newer(upload, item)
