"""Guards against what others do: operators, clients who delete, incomplete answers, months that pass, a deployment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from lambdas import audit
from lambdas.domain import executions, expiry, stalled_uploads, upload_versions
from lambdas.domain.record import Record
from operations import attempts
from tests.chaos import deployment
from tests.chaos.deployment import released_definition
from tests.chaos.faults import Fault
from tests.chaos.guard import Guard
from tests.fake_aws import interpreter
from workflow.contracts.errors import NotConfigured
from workflow.definition import states_language

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from lambdas.domain.upload_versions import ListedUpload


def _no_claim(patch: pytest.MonkeyPatch) -> None:
    """Let operators start attempts without a record."""
    start = executions._start  # noqa: SLF001 - what claim does after it has written the record
    others = {name: getattr(executions, name) for name in ("attempt", "status")}
    patch.setattr(attempts, "executions", SimpleNamespace(claim=start, **others))


def _record_read_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Record, "is_unchanged", lambda *_: True)


def _markers_ignored(patch: pytest.MonkeyPatch) -> None:
    """Let sweeps and operators take every upload for one that S3 shows."""
    listed, found = upload_versions.list_uploads, upload_versions.find_upload

    def shown(*arguments: Any) -> Iterator[ListedUpload]:
        yield from (replace(upload, deleted=False) for upload in listed(*arguments))

    def seen(*arguments: Any) -> ListedUpload | None:
        return (upload := found(*arguments)) and replace(upload, deleted=False)

    patch.setattr(upload_versions, "list_uploads", shown)
    patch.setattr(upload_versions, "find_upload", seen)


def _expiry_ignored(patch: pytest.MonkeyPatch) -> None:
    """Take an old upload without a record for one that was never started."""
    patch.setattr(expiry, "MARGIN", -timedelta(days=3650))


def _update_not_awaited(patch: pytest.MonkeyPatch) -> None:
    """Retry the error of a function that is being updated as any other error."""

    def without(value: Any) -> Any:
        if isinstance(value, list):
            return [without(item) for item in value if item != NotConfigured.__name__]
        if isinstance(value, dict):
            return {name: without(item) for name, item in value.items()}
        return value

    released = without(released_definition())
    patch.setattr(deployment, "released_definition", lambda: released)
    patch.setattr(interpreter, "states_language", lambda: without(states_language()))


def _incompatible(patch: pytest.MonkeyPatch) -> None:
    """Let the release's definition pass less than today's functions need."""

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: without(item) for name, item in value.items() if name != "validation.$"}
        return [without(item) for item in value] if isinstance(value, list) else value

    released = without(released_definition())
    patch.setattr(deployment, "released_definition", lambda: released)


def _no_audit(patch: pytest.MonkeyPatch) -> None:
    """Let the audit put nothing right."""
    patch.setattr(audit._Batch, "_repair", lambda *_: None)  # noqa: SLF001 - the work of one row


def _newer_versions_ignored(patch: pytest.MonkeyPatch) -> None:
    """Take the record of an older version for that of the upload."""
    patch.setattr(stalled_uploads, "is_newer", lambda *_: False)


ACTOR_GUARDS = [
    Guard(
        "the record that an operator's attempt begins with",
        _no_claim,
        "1 one outcome",
        {Fault.REDRIVE: 0.1, Fault.ABORTED: 0.2},
        start=6,
    ),
    Guard(
        "the record read again after a stale read",
        _record_read_once,
        "4 order: sweep",
        {Fault.READ_STALE: 0.7, Fault.OPERATORS_SWEEP: 0.1},
    ),
    Guard(
        "delete markers that hide uploads",
        _markers_ignored,
        "4 order: sweep",
        {Fault.EVENT_LOST: 0.7, Fault.UPLOAD_DELETED: 0.1},
    ),
    Guard("the age of an upload without a record", _expiry_ignored, "4 order: sweep", {Fault.MONTHS: 1}, start=83),
    Guard("the audit of uploads without a record", _no_audit, "1 one outcome", {Fault.EVENT_LOST: 0.7}),
    Guard("newer versions of complete images", _newer_versions_ignored, "4 order", {Fault.EVENT_LOST: 0.7}),
    Guard("retries of a function that is updated", _update_not_awaited, "5 reasons", {Fault.DEPLOYED: 1}, start=8),
    Guard("a definition that stays compatible", _incompatible, "5 reasons", {Fault.DEPLOYED: 1}),
]
