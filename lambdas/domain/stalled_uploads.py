"""Stalled uploads: images that should have an outcome by now are started again, failed, or notified.

When an upload counts as stalled: STALLED_AFTER in templates/resources/sweep.py. The pauses between attempts grow, and all
attempts together take about two weeks, so that an image outlasts an outage that ends each of its executions.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, cast

from lambdas.domain import execution_history, executions, finalization, object_keys, objects, rerender_record
from lambdas.domain.outcomes import FAILED, PROCESSING, SUCCEEDED, Failure, is_final, notification_pending
from lambdas.domain.record import CLAIM, CLEARED_AT, SUPERSEDED, Record, is_begun, read_record
from lambdas.domain.rerender_record import Rerender
from lambdas.runtime import clock
from lambdas.runtime.metrics import EXECUTIONS_RESTARTED
from lambdas.runtime.telemetry import count, logger
from workflow import contracts
from workflow.contracts.durations import EXECUTION_TIMEOUT
from workflow.contracts.errors import ContractViolation

if TYPE_CHECKING:
    from lambdas.domain.back_pressure import Pace
    from lambdas.domain.upload_versions import ListedUpload
    from lambdas.runtime.settings import SweepSettings
    from workflow.contracts.payloads import MetadataRecord, PipelineInputImage

MAX_ATTEMPTS: Final = 20  # that are started without an operator
EARLY_ATTEMPTS: Final = 9  # in the first three days
LONGEST_PAUSE: Final = timedelta(hours=12)  # after an early attempt that left no outcome, before the next one
# After a later one: the last attempt begins when no dead-letter message is kept any longer, so that no outage uses them up.
LATE_PAUSE: Final = timedelta(hours=26)
EXECUTION_NOT_FOUND = "ExecutionNotFound"  # the name of an error: Step Functions knows none of the image's executions
RUNNING_STATUSES = ("RUNNING", "PENDING_REDRIVE")
FAILED_STATUSES = ("FAILED", "TIMED_OUT", "ABORTED")


def reconcile(
    image: PipelineInputImage, stored: MetadataRecord | None, late: datetime, settings: SweepSettings, pace: Pace
) -> bool:
    """Continue the processing of an upload that has stalled, and return whether anything was done.

    image is the newest version, stored the image's record. A record that was updated after late is left alone, because
    an execution may still be working on it.
    """
    if stored and not _is_late(image, stored, late):
        return False
    done = _complete_outcome(image, stored, settings)
    if stored and is_final(stored) and _is_same_version(image, stored):
        return done
    return done | _resume(image, stored, settings, pace)


def reconcile_deleted(
    image: PipelineInputImage, stored: MetadataRecord | None, late: datetime, settings: SweepSettings, pace: Pace
) -> bool:
    """Bring the record of a deleted upload to its outcome, and return whether anything was done.

    A record that was begun gets an outcome and a notification, even if it is of an older version than image. Nothing is
    started for a deleted upload.
    """
    if not stored or not _is_late(image, stored, late):
        return False
    begun: PipelineInputImage = {
        **image,
        "versionId": stored["versionId"],
        "attempt": executions.attempt(stored),
    }
    if is_final(stored):
        return _complete_outcome(begun, stored, settings)
    return _resume(begun, stored, settings, pace, max_attempts=0)


def is_complete(stored: MetadataRecord) -> bool:
    """Return whether nothing is left to do about the image: its outcome is published, and the archive holds no leftovers."""
    is_over = CLAIM not in stored and SUPERSEDED not in stored
    return is_over and is_final(stored) and not notification_pending(stored) and _is_cleared(stored)


def is_newer(upload: ListedUpload, stored: MetadataRecord) -> bool:
    """Return whether upload, which is no deleted one, has replaced the version that the record is of."""
    return is_begun(stored) and not upload.deleted and upload.image["versionId"] != stored["versionId"]


def is_valid(upload: ListedUpload) -> bool:
    """Return whether the pipeline accepts the upload; the event of any other one is a dead-letter message."""
    try:
        contracts.check("pipeline-input", {"image": upload.image})
    except ContractViolation:
        return False
    return True


def _is_late(image: PipelineInputImage, stored: MetadataRecord, late: datetime) -> bool:
    """Return whether the record is of image's key and was last updated before late."""
    return stored["key"] == image["key"] and datetime.fromisoformat(stored["updatedAt"]) <= late


def _is_same_version(image: PipelineInputImage, stored: MetadataRecord) -> bool:
    return stored["versionId"] == image["versionId"]


def _complete_outcome(image: PipelineInputImage, stored: MetadataRecord | None, settings: SweepSettings) -> bool:
    """Publish a final record's outcome if that is pending, and delete what other executions left in the archive.

    Before that, what an execution has left open is completed that made the renditions anew.
    """
    if not stored or not is_final(stored):
        return False
    pending = rerender_record.retire(settings.metadata_table, stored) | _release(image, stored, settings)
    pending |= notification_pending(stored)
    record = Record(settings.metadata_table, image, stored["execution"])
    finalization.notify(record, stored, settings)
    if _is_cleared(stored):
        return pending
    removed = _clear_archive(image, settings)
    if _are_others_over(stored):
        record.mark_cleared()
    return bool(removed) or pending


def _release(image: PipelineInputImage, stored: MetadataRecord, settings: SweepSettings) -> bool:
    """Release the claim of an execution that does not run any more, and delete what it has left; return whether it did."""
    name = stored.get(CLAIM, "")
    if not name or executions.status_of(name, settings) in RUNNING_STATUSES:
        return False
    rerender = Rerender(settings.metadata_table, image, name)
    rerender.release()
    finalization.remove_leftovers(rerender, rerender.read(), settings)
    return True


def _is_cleared(stored: MetadataRecord) -> bool:
    """Return whether the archive is known to hold no leftovers of the image.

    A rejection comes before anything is archived, unless another execution had the record earlier.
    """
    return CLEARED_AT in stored or (stored["status"] != FAILED and "earlier" not in stored)


def _are_others_over(stored: MetadataRecord) -> bool:
    """Return whether no execution can run any more that had the record before: one may wait for a service for days."""
    created = datetime.fromisoformat(stored["createdAt"])
    return clock.now() - created > timedelta(seconds=EXECUTION_TIMEOUT)


def _clear_archive(image: PipelineInputImage, settings: SweepSettings) -> int:
    """Delete the archived objects of executions that did not succeed, and return their number."""
    # In this order: an execution archives while it owns the record, or has claimed it. A folder that is there before the record
    # is read, and whose execution has neither then, will never be of use.
    folders = set(
        objects.list_folders(settings.archive_bucket, object_keys.image_folder(image["owner"], image["imageId"]))
    )
    stored = read_record(settings.metadata_table, image["imageId"]) if folders else None
    if not stored:
        return 0
    current = [stored["execution"]] if stored["status"] in (PROCESSING, SUCCEEDED) else []
    current += [stored["rerender"]] if CLAIM in stored else []
    kept = {object_keys.archive_folder(image, name) for name in (*stored.get("earlier", []), *current)}
    return sum(objects.delete_prefix(settings.archive_bucket, folder) for folder in sorted(folders - kept))


def _resume(
    image: PipelineInputImage,
    stored: MetadataRecord | None,
    settings: SweepSettings,
    pace: Pace,
    max_attempts: int = MAX_ATTEMPTS,
) -> bool:
    """Continue an open image: wait for a running execution, fail after a failed one, start an attempt after a lost one."""
    own = stored if stored and _is_same_version(image, stored) else None
    first = executions.attempt(own or image)
    for number in range(first, max(first, max_attempts) + 1):
        candidate: PipelineInputImage = {**image, "attempt": number}
        status = executions.status(candidate, settings)
        if status in RUNNING_STATUSES:
            return False
        if status in FAILED_STATUSES:
            arn = executions.arn(candidate, settings.state_machine_arn)
            return _fail(candidate, execution_history.read_failure(arn, str(status)), settings)
        begun = own is not None and number == first
        if own and begun and status is None and _is_waiting(own, settings):
            return False
        if status is None and not begun and number <= max_attempts:
            return pace.admits() and _is_unchanged(candidate, stored, settings) and _restart(candidate, settings, pace)
    return _is_unchanged(candidate, stored, settings) and _fail(candidate, _not_found(own), settings)


def longest_silence(attempt: int, settings: SweepSettings) -> timedelta:
    """Return how long an attempt may leave its record alone before the next one: twice as long for each, up to a limit."""
    doublings = min(attempt - 1, MAX_ATTEMPTS)
    longest = LONGEST_PAUSE if attempt <= EARLY_ATTEMPTS else LATE_PAUSE
    return min(timedelta(seconds=settings.stalled_after_seconds << doublings), longest)


def _is_waiting(own: MetadataRecord, settings: SweepSettings) -> bool:
    """Return whether it is too early for an attempt after the one that owns the record, whose execution is not known."""
    since = datetime.fromisoformat(own["updatedAt"])
    return clock.now() - since < longest_silence(executions.attempt(own), settings)


def _is_unchanged(image: PipelineInputImage, stored: MetadataRecord | None, settings: SweepSettings) -> bool:
    """Return whether the image's record is still as stored; if not, an execution works on it and the next sweep looks.

    This is asked after the executions' statuses. An execution writes its outcome before it succeeds. If it has succeeded
    and the record does not have its outcome now, it never owned the record; only then may another attempt start.
    """
    return Record(settings.metadata_table, image, executions.name(image)).is_unchanged(stored)


def _restart(image: PipelineInputImage, settings: SweepSettings, pace: Pace) -> bool:
    started = executions.start(image, settings)
    if started:
        pace.started(image)
        logger().warning("started again", extra={"attempt": executions.attempt(image)})
        count(EXECUTIONS_RESTARTED)
    return started


def _fail(image: PipelineInputImage, failure: Failure, settings: SweepSettings) -> bool:
    finalization.finalize(Record(settings.metadata_table, image, executions.name(image)), failure, settings)
    return True


def _not_found(stored: MetadataRecord | None) -> Failure:
    """Return the failure of an image none of whose executions is known any more: in the first step that is not complete."""
    steps = contracts.schema("metadata-record")["properties"]["steps"]["properties"]
    complete = cast("dict[str, str]", stored.get("steps", {})) if stored else {}
    failed_in = next((step for step in steps if step not in complete), list(steps)[-1])
    cause = "Step Functions knows none of the image's executions."
    return Failure(failed_in, EXECUTION_NOT_FOUND, json.dumps({"Error": EXECUTION_NOT_FOUND, "Cause": cause}))
