"""An image's record as rows for a person: its status and cause, its times, its objects, and what to do."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from lambdas.domain.outcomes import AWAITING_UPLOAD, FAILED, is_final, notification_pending
from lambdas.domain.stalled_uploads import RUNNING_STATUSES
from workflow.contracts.payloads import Archive, MetadataRecord

STATUS = ("status", "failedIn", "reason", "message")
BEGINNING = ("attempt", "createdAt")
FINAL_TIMES = ("finishedAt", "notifiedAt")
IDENTITY = ("owner", "deletedBy", "bucket", "key", "versionId", "execution")


def facts(record: MetadataRecord, execution_status: str | None) -> Iterator[tuple[str, str]]:
    """Yield the facts of a record, each with its name; execution_status is Step Functions' own, None if unknown."""
    yield from _named(record, STATUS)
    if cause := _cause(record.get("error", "{}")):
        yield "cause", cause
    yield from _named(record, BEGINNING)
    steps: Mapping[str, Any] = record.get("steps", {})
    yield from sorted(steps.items(), key=lambda step: str(step[1]))
    yield from _named(record, (*FINAL_TIMES, *IDENTITY))
    if execution_status:
        yield "executionStatus", execution_status
    if "archive" in record:
        yield from _archived(record["archive"])
    if advice := _advice(record, execution_status):
        yield "to do", advice


def _named(record: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield from ((name, str(record[name])) for name in names if name in record)


def _cause(error: str) -> str:
    """Return the message of the error with which an image failed, on one line; the record and the log have its traceback."""
    cause = json.loads(error).get("Cause", "")
    with suppress(ValueError, AttributeError):  # the cause is JSON from a function, a sentence from Step Functions
        cause = json.loads(cause).get("errorMessage", cause)
    return " ".join(str(cause).split())


def _archived(archive: Archive) -> Iterator[tuple[str, str]]:
    """Yield the URI of each archived object."""
    copies = [("original", archive["original"]), ("resized", archive["resized"]), ("thumbnail", archive["thumbnail"])]
    copies += [("smaller", smaller) for smaller in archive["smaller"]]
    for name, copy in copies:
        yield name, f"s3://{archive['bucket']}/{copy['key']}"
    known = {copy["key"] for _, copy in copies}
    for one in archive.get("renditions", []):
        if one["key"] not in known:
            facts = f"{one['width']} x {one['height']}, {one['bytes']:,} bytes"
            yield f"{one['kind']}, {one['format']}", f"s3://{archive['bucket']}/{one['key']} ({facts})"


def _advice(record: MetadataRecord, execution_status: str | None) -> str:
    """Return the advice for an image, "" if there is nothing to do."""
    if record["status"] == AWAITING_UPLOAD:
        return "wait: it is not uploaded, or its processing has not begun"
    if not is_final(record):
        if execution_status is None:
            return "wait: the scheduled sweep finds stalled uploads"
        return (
            ""
            if execution_status in RUNNING_STATUSES
            else "sweep: its execution has ended without writing a final status"
        )
    if notification_pending(record):
        return "sweep: the notification of its final status is pending"
    if record["status"] == FAILED:
        return f"fix the cause, then: redrive {record['imageId']}"
    return ""
