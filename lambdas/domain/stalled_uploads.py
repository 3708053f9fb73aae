"""What becomes of an upload that should have its end by now."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lambdas.domain import execution_history, executions, finalization, object_keys, objects
from lambdas.domain.record import (
    CLEARED_AT,
    FAILED,
    PROCESSING,
    SUCCEEDED,
    Failure,
    Item,
    Record,
    is_final,
    notification_pending,
)
from lambdas.runtime.metrics import EXECUTIONS_RESTARTED
from lambdas.runtime.telemetry import count, logger
from workflow import contracts

if TYPE_CHECKING:
    from lambdas.runtime.settings import SweepSettings

Image = dict[str, Any]

MAX_ATTEMPTS = 3  # that are begun without an operator
EXECUTION_NOT_FOUND = "ExecutionNotFound"  # as an error's name: nobody knows what became of the execution
RUNNING_STATUSES = ("RUNNING", "PENDING_REDRIVE")
FAILED_STATUSES = ("FAILED", "TIMED_OUT", "ABORTED")


def reconcile(image: Image, found: Item | None, late: datetime, environment: SweepSettings) -> bool:
    """Bring an upload to its end if nobody else does, and tell whether anything was done.

    image is the newest version, found the picture's record; what was written after late is still being worked on.
    """
    if found and not _is_late(image, found, late):
        return False
    done = _tidied(image, found, environment)
    if found and is_final(found) and _is_of(image, found):
        return done
    return done | _resume(image, found, environment)


def reconcile_deleted(image: Image, found: Item | None, late: datetime, environment: SweepSettings) -> bool:
    """Bring what was begun of a deleted upload to its end as look_at does, and tell whether anything was done.

    What was begun is owed an end that is notified, be it an older version than image; nothing is started any more.
    """
    if not found or not _is_late(image, found, late):
        return False
    begun = {**image, "versionId": found["versionId"], "attempt": executions.attempt(found)}
    return _tidied(begun, found, environment) if is_final(found) else _resume(begun, found, environment, most=0)


def _is_late(image: Image, found: Item, late: datetime) -> bool:
    """Tell whether the record is of image's key, and nobody is still writing it."""
    return bool(found["key"] == image["key"] and datetime.fromisoformat(found["updatedAt"]) <= late)


def _is_of(image: Image, found: Item) -> bool:
    """Tell whether the record is of image's version."""
    return bool(found["versionId"] == image["versionId"])


def _tidied(image: Image, found: Item | None, environment: SweepSettings) -> bool:
    """Tell the record's end if it may not have been told, and remove what others than it archived."""
    if not found or not is_final(found):
        return False
    told = notification_pending(found)
    record = Record(environment.metadata_table, image, found["execution"])
    finalization.notify(record, found, environment)
    if _clean(found):
        return told
    removed = _clear(image, environment)
    record.cleared()
    return bool(removed) or told


def _clean(found: Item) -> bool:
    """Tell whether nothing can be in the archive that should not be: once looked at it is so for good.

    Not only has the record ended by then, but every execution from before that, for the sweep waits as long.
    """
    # A rejection comes before anything is archived. Unless, that is, another execution had the record earlier.
    return CLEARED_AT in found or (found["status"] != FAILED and "earlier" not in found)


def _clear(image: Image, environment: SweepSettings) -> int:
    """Remove what executions archived that did not succeed, and return how many objects that were."""
    # In this order: an execution archives once it has the record, so that what is there now and whose record another
    # has afterwards will never be of use.
    there = list(objects.list_folders(environment.archive_bucket, object_keys.image_folder(image)))
    found = Record(environment.metadata_table, image, "").read() if there else None
    if not found:
        return 0
    kept = {*found.get("earlier", []), *([found["execution"]] if found["status"] in (PROCESSING, SUCCEEDED) else [])}
    strange = set(there) - {object_keys.archive_folder(image, name) for name in kept}
    return sum(objects.delete_prefix(environment.archive_bucket, folder) for folder in sorted(strange))


def _resume(image: Image, found: Item | None, environment: SweepSettings, most: int = MAX_ATTEMPTS) -> bool:
    """Bring an open picture on: wait for what runs, settle what failed, start anew what vanished, up to most attempts."""
    own = found if found and _is_of(image, found) else None
    first = executions.attempt(own or image)
    for attempt in range(first, max(first, most) + 1):
        tried = {**image, "attempt": attempt}
        status = executions.status(tried, environment)
        if status in RUNNING_STATUSES:
            return False
        if status in FAILED_STATUSES:
            arn = executions.arn(tried, environment.state_machine_arn)
            return _fail(tried, execution_history.read_failure(arn, str(status)), environment)
        begun = own is not None and attempt == first
        if status is None and not begun and attempt <= most:
            return _unchanged(tried, found, environment) and _restarted(tried, environment)
    return _unchanged(tried, found, environment) and _fail(tried, _vanished(own), environment)


def _unchanged(image: Image, found: Item | None, environment: SweepSettings) -> bool:
    """Tell whether the picture's record is still as found has it; if not, somebody works on it, and the next sweep looks.

    Asked after the executions' statuses. An execution writes its end before it succeeds, so that one which has succeeded
    and whose end the record does not have now never had the record: only then may another attempt take its place.
    """
    return Record(environment.metadata_table, image, executions.name(image)).is_unchanged(found)


def _restarted(image: Image, environment: SweepSettings) -> bool:
    started = executions.start(image, environment)
    if started:
        logger().warning("started again", extra={"attempt": image["attempt"]})
        count(EXECUTIONS_RESTARTED)
    return started


def _fail(image: Image, failure: Failure, environment: SweepSettings) -> bool:
    record = Record(environment.metadata_table, image, executions.name(image))
    finalization.finalize(record, failure, environment)
    return True


def _vanished(found: Item | None) -> Failure:
    """Return the failure of a picture whose executions all vanished: in the first step that has not been done."""
    steps = contracts.schema("metadata-record")["properties"]["steps"]["properties"]
    done = found["steps"] if found else {}
    waiting = next((step for step in steps if step not in done), list(steps)[-1])
    return Failure(
        waiting,
        EXECUTION_NOT_FOUND,
        json.dumps({"Error": EXECUTION_NOT_FOUND, "Cause": "Its executions left no trace."}),
    )
