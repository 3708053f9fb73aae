"""The sixth statement: a delete wins in the end, and nothing is left of a deleted image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.domain.object_keys import STAGED
from lambdas.domain.outcomes import AWAITING_UPLOAD, DELETED, PROCESSING
from tests.chaos.operators import REDRIVE, REPROCESS, SWEEP
from tests.fake_aws.resources import ARCHIVE, UPLOADS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.account import Account
    from tests.chaos.journal import Entry, Journal


def violations(account: Account, records: dict[str, dict[str, Any]], journal: Journal) -> Iterator[str]:
    """Yield what has come back or is left of images that are deleted, and who has started them again."""
    deleted = {image_id for image_id, record in records.items() if record["status"] == DELETED}
    for image_id in journal.deleted - deleted:
        yield f"{image_id} was answered as deleted, and is {records.get(image_id, {}).get('status', 'gone')}"
    for old, new in journal.writes:
        if came_back(old, new):
            yield f"{old and old.image_id} came back: {new}"
    left = {*account.all_keys(UPLOADS), *account.all_keys(ARCHIVE)}
    yield from (f"left of a deleted image: {key}" for key in sorted(left) if _image_of(key) in deleted)
    for execution, starter, *_, after_deletion in journal.starts:
        if after_deletion and starter in (SWEEP, REDRIVE, REPROCESS):
            yield f"{starter} started {execution.name} though its image was deleted"
    yield from _noise(account, journal)


def _noise(account: Account, journal: Journal) -> Iterator[str]:
    """Yield executions that failed, which is an alarm, because their image was deleted before they had an outcome."""
    outcomes = {new.execution for _, new in journal.writes if new and new.status not in (AWAITING_UPLOAD, PROCESSING)}
    taken = {old.execution for old, new in journal.writes if old and new and new.status == DELETED}
    for execution in journal.executions:
        if execution.status == "FAILED" and execution.name in taken - outcomes and account.runs_current(execution):
            yield f"{execution.name} failed, because its image was deleted: {execution.error}, {execution.cause}"


def came_back(old: Entry | None, new: Entry | None) -> bool:
    """Return whether a write replaces or removes a tombstone; DynamoDB itself removes an expired one without a write."""
    return old is not None and old.status == DELETED and (new is None or new[:-1] != old[:-1] or new.status != DELETED)


def _image_of(key: str) -> str:
    """Return the id of the image that an object is of."""
    parts = key.split("/")
    return parts[1][:36] if key.startswith(STAGED) else (parts[2] if key.startswith("uploads/") else parts[1])
