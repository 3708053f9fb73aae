"""Another attempt at a picture, with the same guarantees as the first."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lambdas.domain import executions, upload_versions
from lambdas.domain.record import REJECTED, SUCCEEDED, Item, Record, is_final, notification_pending
from lambdas.domain.stalled_uploads import RUNNING_STATUSES
from lambdas.runtime import clock
from operations.stack import Stack
from workflow.contracts.errors import PreviousOutcomePending

MAX_ATTEMPTS = 50  # attempts of which the next one is looked for


class Outcome(StrEnum):
    """What became of a picture that was to be tried again."""

    STARTED = "started"
    WOULD_START = "would start"
    SUCCEEDED = "left: it has succeeded"
    REJECTED = "left: it was rejected; reprocess tries it again"
    PROCESSING = "left: it is being processed"
    UNTOLD = "left: its end has not been told yet; sweep first"
    GONE = "left: the upload was deleted"
    STRANGE = "left: not about an upload"


@dataclass(frozen=True)
class Attempt:
    """A picture or a dead letter by its id, which attempt is the next one, 0 for none, and what became of it."""

    name: str
    attempt: int
    outcome: Outcome

    @property
    def told(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {"id": self.name, "attempt": self.attempt or None, "outcome": self.outcome}


def start_next_attempt(stack: Stack, key: str, *, rejected: bool, dry_run: bool) -> Attempt:
    """Start the next attempt at the newest version of the upload at key, unless there is nothing to try.

    A picture that was rejected is tried only if rejected says so.
    """
    while (done := _try_once(stack, key, rejected=rejected, dry_run=dry_run)) is None:
        continue  # with the record as it is by now
    return done


def _try_once(stack: Stack, key: str, *, rejected: bool, dry_run: bool) -> Attempt | None:
    """Do as again does, but return None if the record changed while its executions were asked for."""
    found = next(uploads(stack, key), None)
    if found is None or found["key"] != key:
        return Attempt(key.rpartition("/")[2], 0, Outcome.GONE)
    record = Record(stack.starting.metadata_table, found, "").read()
    own = record if record and record["versionId"] == found["versionId"] else None
    if own is None:
        return _next(stack, found, record, dry_run=dry_run)
    if reason := _reason(own, rejected=rejected):
        return Attempt(found["imageId"], executions.attempt(own), reason)
    return _next(stack, {**found, "attempt": executions.attempt(own) + 1}, record, dry_run=dry_run)


def _reason(record: Item, *, rejected: bool) -> Outcome | None:
    """Return why there is nothing to try of a picture with that record, if so."""
    if not is_final(record):
        return Outcome.PROCESSING
    if record["status"] == SUCCEEDED:
        return Outcome.SUCCEEDED
    if record["status"] == REJECTED and not rejected:
        return Outcome.REJECTED
    return Outcome.UNTOLD if notification_pending(record) else None


def _next(stack: Stack, image: dict[str, Any], known: Item | None, *, dry_run: bool) -> Attempt | None:
    """Start the first attempt from image's on whose execution there has not been yet.

    Return None if the record is not as known any more: an attempt that has an execution by now may have ended there.
    """
    for number in range(image["attempt"], image["attempt"] + MAX_ATTEMPTS):
        tried = {**image, "attempt": number}
        status = executions.status(tried, stack.starting)
        if status in RUNNING_STATUSES:
            break
        if status is None:
            if not Record(stack.starting.metadata_table, image, "").is_unchanged(known):
                return None
            outcome = _started(stack, tried, dry_run=dry_run)
            return Attempt(image["imageId"], number, outcome or Outcome.PROCESSING)
    return Attempt(image["imageId"], number, Outcome.PROCESSING)


def _started(stack: Stack, image: dict[str, Any], *, dry_run: bool) -> Outcome | None:
    """Start the execution for image unless it is a dry run; None if somebody else has just done so.

    Its record is claimed first, also under STANDARD: else nobody would know of it if it failed before its first step.
    """
    if dry_run:
        return Outcome.WOULD_START
    try:
        return Outcome.STARTED if executions.claim(image, stack.starting) else None
    except PreviousOutcomePending:
        return Outcome.UNTOLD


def uploads(stack: Stack, prefix: str) -> Iterator[dict[str, Any]]:
    """Yield the newest version of each upload whose key begins with prefix, as for a first attempt."""
    yield from upload_versions.list_current_uploads(stack.upload_bucket, None, clock.now(), prefix)
