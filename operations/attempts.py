"""The next attempt at an image, with the same guarantees as the first."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lambdas.domain import executions, upload_versions
from lambdas.domain.expiry import may_have_expired
from lambdas.domain.outcomes import DELETED, REJECTED, SUCCEEDED, is_final, notification_pending
from lambdas.domain.record import Record
from lambdas.domain.stalled_uploads import RUNNING_STATUSES
from lambdas.runtime import clock
from operations.stack import Stack
from workflow.contracts.errors import PreviousOutcomePending
from workflow.contracts.payloads import MetadataRecord, PipelineInputImage

MAX_ATTEMPTS = 50  # that are checked for one without an execution


class Outcome(StrEnum):
    """What a command did about an image or a dead-letter message."""

    STARTED = "started"
    WOULD_START = "would start"
    SUCCEEDED = "skipped: it has succeeded"
    REJECTED = "skipped: it was rejected; reprocess starts it again"
    PROCESSING = "skipped: it is being processed"
    NOTIFICATION_PENDING = "skipped: the notification of its final status is pending; run sweep first"
    DELETED = "skipped: the upload was deleted"
    EXPIRED = "skipped: its record may have expired; upload it again"
    NOT_AN_UPLOAD = "skipped: not the event of an upload"


@dataclass(frozen=True)
class Attempt:
    """The ID of an image or of a dead-letter message, the number of its next attempt (0 for none), and the outcome."""

    name: str
    number: int
    outcome: Outcome

    def to_json(self) -> dict[str, Any]:
        """Return it as `--json` prints it."""
        return {"id": self.name, "attempt": self.number or None, "outcome": self.outcome}


def start_next_attempt(stack: Stack, key: str, *, rejected: bool, dry_run: bool) -> Attempt:
    """Start the next attempt at the newest version of the upload at key, unless its record gives a reason not to.

    An image that was rejected is started only if rejected is set.
    """
    while (attempt := _try_once(stack, key, rejected=rejected, dry_run=dry_run)) is None:
        continue  # with the record as it is now
    return attempt


def _try_once(stack: Stack, key: str, *, rejected: bool, dry_run: bool) -> Attempt | None:
    """Do what start_next_attempt does, but return None if the record changed while executions were read."""
    found = next(uploads(stack, key), None)
    if found is None or found["key"] != key:
        return Attempt(key.rpartition("/")[2], 0, Outcome.DELETED)
    record = Record(stack.start_settings.metadata_table, found, "").read()
    if record and record["status"] == DELETED:
        return Attempt(found["imageId"], 0, Outcome.DELETED)
    own = record if record and record["versionId"] == found["versionId"] else None
    if record is None and may_have_expired(found, stack.start_settings.record_retention_days):
        return Attempt(found["imageId"], 0, Outcome.EXPIRED)
    if own is None:
        return _start_first_unused(stack, found, record, dry_run=dry_run)
    if reason := _reason_to_skip(own, rejected=rejected):
        return Attempt(found["imageId"], executions.attempt(own), reason)
    following: PipelineInputImage = {**found, "attempt": executions.attempt(own) + 1}
    return _start_first_unused(stack, following, record, dry_run=dry_run)


def _reason_to_skip(record: MetadataRecord, *, rejected: bool) -> Outcome | None:
    """Return why an image with that record is not started again, None if it is."""
    if not is_final(record):
        return Outcome.PROCESSING
    if record["status"] == SUCCEEDED:
        return Outcome.SUCCEEDED
    if record["status"] == REJECTED and not rejected:
        return Outcome.REJECTED
    return Outcome.NOTIFICATION_PENDING if notification_pending(record) else None


def _start_first_unused(
    stack: Stack, image: PipelineInputImage, record: MetadataRecord | None, *, dry_run: bool
) -> Attempt | None:
    """Start the first attempt, from image's on, that has no execution.

    Return None if the record has changed: an attempt that has an execution by now may have written its final status.
    """
    first = executions.attempt(image)
    for number in range(first, first + MAX_ATTEMPTS):
        candidate: PipelineInputImage = {**image, "attempt": number}
        status = executions.status(candidate, stack.start_settings)
        if status in RUNNING_STATUSES:
            break
        if status is None:
            if not dry_run:
                stack.pace.admits()
            if not Record(stack.start_settings.metadata_table, image, "").is_unchanged(record):
                return None
            return Attempt(image["imageId"], number, _start(stack, candidate, dry_run=dry_run))
    return Attempt(image["imageId"], number, Outcome.PROCESSING)


def _start(stack: Stack, image: PipelineInputImage, *, dry_run: bool) -> Outcome:
    """Start the execution for image unless it is a dry run or somebody else has just started it.

    The record is claimed first, for STANDARD workflows too: otherwise an execution that fails before its first step
    would leave no trace in the record.
    """
    if dry_run:
        return Outcome.WOULD_START
    try:
        if not executions.claim(image, stack.start_settings):
            return Outcome.PROCESSING
    except PreviousOutcomePending:
        return Outcome.NOTIFICATION_PENDING
    stack.pace.started(image)
    return Outcome.STARTED


def uploads(stack: Stack, prefix: str) -> Iterator[PipelineInputImage]:
    """Yield the newest version of each upload whose key begins with prefix, as for a first attempt."""
    yield from upload_versions.list_current_uploads(stack.upload_bucket, None, clock.now(), prefix)
