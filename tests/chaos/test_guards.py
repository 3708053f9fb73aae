"""The chaos tests can fail: without any one guard, some schedule violates the guard's statement."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from lambdas import finalize, sqs_trigger, sweep
from lambdas.domain import executions, objects
from lambdas.domain.record import Record
from lambdas.runtime import clients
from tests.chaos.actor_guards import ACTOR_GUARDS
from tests.chaos.deletion_guards import DELETION_GUARDS
from tests.chaos.faults import Fault
from tests.chaos.guard import Guard
from tests.chaos.runner import Runner, ready
from tests.effort import times
from tests.fake_aws import interpreter
from workflow.contracts.errors import StaleExecution
from workflow.definition import states_language

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.heavy

SCHEDULES = 300  # at most, in which the absence of a guard must be found
ALWAYS = "attribute_exists(#status) OR attribute_not_exists(#status)"


def _random_name(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(executions, "name", lambda image: f"{image['imageId']}-{uuid4().hex}-{executions.attempt(image)}")


def _no_condition_of_functions(patch: pytest.MonkeyPatch) -> None:
    update = Record._update  # noqa: SLF001 - the only place of the condition

    def unconditional(record: Record, attributes: dict[str, Any], *sets: str, condition: str, **more: Any) -> None:
        del condition
        update(record, attributes, *sets, condition=ALWAYS, **more)

    patch.setattr(Record, "_update", unconditional)


def _no_condition_of_graph(patch: pytest.MonkeyPatch) -> None:
    def without(value: Any) -> Any:
        if isinstance(value, list):
            return [without(item) for item in value]
        if isinstance(value, dict):
            return {name: without(item) for name, item in value.items() if name != "ConditionExpression"}
        return value

    patch.setattr(interpreter, "states_language", lambda: without(states_language()))


def _no_partial_batches(patch: pytest.MonkeyPatch) -> None:
    handler = sqs_trigger.handler

    def all_done(event: dict[str, Any], context: Any) -> dict[str, Any]:
        handler(event, context)
        return {"batchItemFailures": []}

    patch.setattr(sqs_trigger, "handler", all_done)


def _archive_not_repeatable(patch: pytest.MonkeyPatch) -> None:
    def copied(source: Any, bucket: str, key: str, content_type: str) -> dict[str, Any]:
        clients.s3().copy_object(
            CopySource=source, Bucket=bucket, Key=key, ContentType=content_type, MetadataDirective="REPLACE"
        )
        size = clients.s3().head_object(Bucket=bucket, Key=key)["ContentLength"]
        return {"key": key, "contentType": content_type, "size": size}

    patch.setattr(objects, "archive", copied)


def _nothing(*_: object) -> dict[str, Any]:
    return {}


def _no_sweep(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sweep, "handler", _nothing)


def _no_finalization(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(finalize, "handler", _nothing)
    _no_sweep(patch)


def _any_version_follows(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Record, "_may_replace", lambda *_: True)


def _record_read_once(patch: pytest.MonkeyPatch) -> None:
    """Start another attempt by the record as it was before the executions were described."""
    patch.setattr(Record, "is_unchanged", lambda *_: True)


def _deleted_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Let the sweep ignore deleted uploads, also those with a record."""
    patch.setattr("lambdas.domain.stalled_uploads.reconcile_deleted", lambda *_: False)


def _no_clearing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(objects, "delete_prefix", lambda *_: 0)


def _notification_not_awaited(patch: pytest.MonkeyPatch) -> None:
    """Replace records whose notification is pending."""
    patch.setattr("lambdas.domain.record.notification_pending", lambda _: False)


def _success_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Let a late copy of a step delete its objects, also if its execution has succeeded."""
    patch.setattr(StaleExecution, "__init__", lambda late, message, **_: Exception.__init__(late, message))
    patch.setattr(StaleExecution, "succeeded", False, raising=False)


GUARDS = [
    Guard("execution names that follow from the version", _random_name, "once", {Fault.EVENT_TWICE: 1}),
    Guard("conditions of the functions' writes", _no_condition_of_functions, "4 order", {Fault.ZOMBIE: 0.3}),
    Guard("conditions of the graph's writes", _no_condition_of_graph, "4 order", {Fault.ZOMBIE: 0.7}, start=40),
    Guard("partial batch responses", _no_partial_batches, "messages", {}),
    Guard(
        "an archive step that can be repeated",
        _archive_not_repeatable,
        "5 reasons",
        {Fault.KILLED_AFTER: 0.04},
    ),
    Guard("the sweep", _no_sweep, "1 one outcome", {Fault.EVENT_LOST: 0.5}),
    Guard("finalization by event", _no_finalization, "1 one outcome", {Fault.ABORTED: 0.1}),
    Guard("the check for the newest version", _any_version_follows, "4 order", {Fault.MESSAGE_TWICE: 0.3}, start=4),
    Guard(
        "the record read again before another attempt",
        _record_read_once,
        "4 order",
        {Fault.EVENT_LOST: 1, Fault.TWO_SWEEPS: 1, Fault.CALL_OUTDATED: 0.3},
        start=500,
    ),
    Guard(
        "the outcome of a deleted upload that was begun",
        _deleted_forgotten,
        "1 one outcome",
        {Fault.ABORTED: 0.3, Fault.STATUS_LOST: 1},
        start=70,
    ),
    Guard("removal of leftovers", _no_clearing, "2 archive", {Fault.ABORTED: 0.1}),
    Guard(
        "an older success whose objects stay",
        _success_forgotten,
        "2 archive",
        {Fault.TWO_COPIES: 0.8, Fault.CALL_OUTDATED: 0.1},
        start=22,
    ),
    Guard(
        "the notification of an outcome before it is replaced",
        _notification_not_awaited,
        "3 notifications",
        {Fault.TASK_FAILS: 0.6},
        start=39,
    ),
]


@contextmanager
def without(guard: Guard) -> Iterator[Runner]:
    """Give a runner of schedules without the guard."""
    with pytest.MonkeyPatch.context() as patch:
        guard.remove(patch)
        with ready() as runner:
            yield runner


@pytest.mark.share(4)
@pytest.mark.parametrize(
    "guard", [*GUARDS, *ACTOR_GUARDS, *DELETION_GUARDS][:: times(3, 1)], ids=lambda guard: guard.name
)
def test_without_a_guard_its_statement_is_violated(guard: Guard) -> None:
    """Without the guard, a schedule violates its statement."""
    other: dict[int, list[str]] = {}
    with without(guard) as runner:
        for seed in range(guard.start, guard.start + SCHEDULES):
            violations = runner.run(seed, guard.faults).violations
            if any(violation.startswith(guard.statement) for violation in violations):
                return
            if violations:
                other[seed] = violations
    pytest.fail(
        f"{SCHEDULES} schedules did not find it; but seed {min(other)}: {other[min(other)]}"
        if other
        else f"{SCHEDULES} schedules found nothing"
    )
