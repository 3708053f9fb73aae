"""The schedules with outages can fail: without any one part of the policy, a sound image does not succeed."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lambdas import sweep
from lambdas.domain import stalled_uploads, step_handler
from tests.chaos.outages import world
from tests.chaos.outages.outage import LENGTHS
from tests.chaos.outages.runner import run
from tests.chaos.outages.schedule import Case
from tests.chaos.runner import ready
from tests.effort import times
from tests.fake_aws import interpreter
from workflow.definition import states_language

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.heavy


@dataclass(frozen=True)
class Guard:
    """A part of the policy, how to remove it, and an outage that shows its absence."""

    name: str
    remove: Callable[[pytest.MonkeyPatch], None]
    case: Case


def _as_any_error(patch: pytest.MonkeyPatch) -> None:
    """Retry the errors of services as any other error."""

    def impatient(value: Any) -> Any:
        if isinstance(value, list):
            return [impatient(item) for item in value]
        if isinstance(value, dict):
            retriers = {"Retry": [value["Retry"][0], value["Retry"][-1]]} if "Retry" in value else {}
            return {name: impatient(item) for name, item in value.items()} | retriers
        return value

    patch.setattr(interpreter, "states_language", lambda: impatient(states_language()))


def _short_executions(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(world, "states_language", lambda: {"TimeoutSeconds": 35 * 60})


def _nameless_errors(patch: pytest.MonkeyPatch) -> None:
    """Let botocore's ClientError leave the functions."""
    patch.setattr(step_handler, "named_by_code", nullcontext)


def _dead_letters_fail(patch: pytest.MonkeyPatch) -> None:
    """Fail the image of a dead-letter message at once."""
    patch.setattr(sweep, "DEAD_LETTER_AGE", timedelta())


def _attempts_in_a_row(patch: pytest.MonkeyPatch) -> None:
    """Let the waits between attempts not grow; the sweep finds the images, since S3 still lists them."""

    def same(_: int, settings: Any) -> timedelta:
        return timedelta(seconds=settings.stalled_after_seconds)

    patch.setattr(stalled_uploads, "longest_silence", same)


STANDARD, EXPRESS = False, True
GUARDS = [
    Guard("patient retries", _as_any_error, Case(("sns", "dynamodb"), LENGTHS["15 minutes"], STANDARD, seed=2)),
    Guard("time for the execution", _short_executions, Case(("s3",), LENGTHS["6 hours"], STANDARD, seed=2)),
    Guard(
        "errors with the code as their name", _nameless_errors, Case(("s3",), LENGTHS["15 minutes"], STANDARD, seed=2)
    ),
    Guard(
        "dead letters that are tried again",
        _dead_letters_fail,
        Case(("stepfunctions",), LENGTHS["6 hours"], STANDARD, seed=6),
    ),
    Guard("growing waits", _attempts_in_a_row, Case(("s3",), LENGTHS["3 days"], EXPRESS, seed=4)),
]


@pytest.mark.share(1)
@pytest.mark.parametrize("guard", GUARDS[:: times(3, 1)], ids=lambda guard: guard.name)
def test_without_a_guard_a_sound_image_does_not_succeed(guard: Guard) -> None:
    """Without the guard the case violates the statement about outages; with it, it holds."""
    with pytest.MonkeyPatch.context() as patch:
        guard.remove(patch)
        with ready() as runner:
            violations = run(runner, guard.case).violations
    assert any(violation.startswith("outage:") for violation in violations), violations
