"""Another attempt at a picture, with the same guarantees as the first."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from lambdas import clock, execution, storage
from lambdas.record import SUCCEEDED, Item, Record, ended, untold
from lambdas.unsettled import RUNNING
from operations.stack import Stack

MOST = 50  # attempts of which the next one is looked for


class Outcome(StrEnum):
    """What became of a picture that was to be tried again."""

    STARTED = "started"
    WOULD_START = "would start"
    SUCCEEDED = "left: it has succeeded"
    PROCESSING = "left: it is being processed"
    UNTOLD = "left: its end has not been told yet; sweep first"
    GONE = "left: no version of the upload is there any more"
    STRANGE = "left: not about an upload"


@dataclass(frozen=True)
class Attempt:
    """A picture, which attempt is the next one, and what became of it."""

    image_id: str
    attempt: int
    outcome: Outcome

    @property
    def told(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return asdict(self)


def again(stack: Stack, key: str, *, dry_run: bool) -> Attempt:
    """Start the next attempt at the newest version of the upload at key, unless there is nothing to try."""
    found = next(uploads(stack, key), None)
    if found is None or found["key"] != key:
        return Attempt(key.rpartition("/")[2], 0, Outcome.GONE)
    record = Record(stack.starting.metadata_table, found, "").read()
    own = record if record and record["versionId"] == found["versionId"] else None
    if own and (reason := _reason(own)):
        return Attempt(found["imageId"], own.get("attempt", 1), reason)
    return _next(stack, {**found, "attempt": own.get("attempt", 1) + 1 if own else 1}, dry_run=dry_run)


def _reason(record: Item) -> Outcome | None:
    """Return why there is nothing to try of a picture with that record, if so."""
    if not ended(record):
        return Outcome.PROCESSING
    if record["status"] == SUCCEEDED:
        return Outcome.SUCCEEDED
    return Outcome.UNTOLD if untold(record) else None


def _next(stack: Stack, image: dict[str, Any], *, dry_run: bool) -> Attempt:
    """Start the first attempt from image's on whose execution there has not been yet."""
    for number in range(image["attempt"], image["attempt"] + MOST):
        tried = {**image, "attempt": number}
        status = execution.status(tried, stack.starting)
        if status in RUNNING:
            return Attempt(image["imageId"], number, Outcome.PROCESSING)
        if status is None and dry_run:
            return Attempt(image["imageId"], number, Outcome.WOULD_START)
        if status is None and execution.start(tried, stack.starting):
            return Attempt(image["imageId"], number, Outcome.STARTED)
    return Attempt(image["imageId"], number, Outcome.PROCESSING)


def uploads(stack: Stack, prefix: str) -> Iterator[dict[str, Any]]:
    """Yield the newest version of each upload whose key begins with prefix."""
    yield from storage.uploads(stack.upload_bucket, None, clock.now(), prefix)
