"""The pipeline when a function, a service or an answer fails: retried, then told as a fault of ours."""

import json
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from lambdas.domain import objects
from lambdas.domain.record import Record
from tests.fake_aws.interpreter import Handler, refusal
from tests.fake_aws.resources import TABLE
from tests.workflow import images
from tests.workflow.combinations import named, some
from tests.workflow.pipeline_graph import MAX_ATTEMPTS, longest_waits
from tests.workflow.processing import Outcome, Processing
from workflow.contracts.errors import NotConfigured
from workflow.definition import FAILED
from workflow.steps import ARCHIVE, METADATA, RESIZE, STEPS, THUMBNAIL, VALIDATE, Step

ANY, THROTTLE = "States.ALL", "Lambda.TooManyRequestsException"


def each(*kept: Step) -> pytest.MarkDecorator:
    """Return what runs a test for each step: all have the same policy, so that some of them are enough in `make test`."""
    return pytest.mark.parametrize("step", some(STEPS, *kept), ids=named)


def assert_failed(outcome: Outcome, step: Step, reason: str) -> None:
    """Assert that the picture failed everywhere, in step and for reason, and left nothing in the archive."""
    assert outcome.record is not None
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("FAILED", ["FAILED"], "FAILED")
    assert outcome.record["reason"] == outcome.notifications[0][0]["reason"] == outcome.execution.cause == reason
    assert outcome.record["failedIn"] == outcome.notifications[0][0]["failedIn"] == step.state
    assert outcome.execution.error == FAILED
    assert json.loads(outcome.record["error"])["Error"] == reason
    assert outcome.record["finishedAt"] == outcome.record["updatedAt"]
    assert not outcome.archived


def answer_lost(times: int | None = None) -> Callable[[Handler], Handler]:
    """Return a wrapper that lets a function work and loses its answer: always, or the first so many times."""
    attempts = count()

    def wrap(handler: Handler) -> Handler:
        def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
            answer = handler(event, context)
            if times is None or next(attempts) < times:
                raise ConnectionError
            return answer

        return handle

    return wrap


def failing(_: Handler) -> Handler:
    """Make a function fail, but not before the record is begun."""

    def handle(event: dict[str, Any], _: object) -> dict[str, Any]:
        Record(TABLE, event["image"], event["execution"]).begin(retention_days=90)
        raise MemoryError("no room")

    return handle


@each(*STEPS)
def test_a_fault_of_ours_is_retried_and_then_told(processing: Processing, step: Step) -> None:
    """A step that keeps failing is tried as often as its policy says, and then record and topic tell where and why.

    What is known of the error stands in the record, a branch's too.
    """
    processing.wrap(step.function, failing)
    outcome = processing.process(images.jpeg())
    assert_failed(outcome, step, "MemoryError")
    assert "no room" in (outcome.record or {})["error"]
    assert processing.interpreter.calls[step.function] == 1 + MAX_ATTEMPTS[ANY]


@pytest.mark.parametrize(
    ("step", "bug"),
    [
        (METADATA, "lambdas.metadata.read_embedded"),
        (RESIZE, "imaging.rendering.rendition.fit_inside"),
        (THUMBNAIL, "imaging.rendering.rendition.center_square"),
    ],
)
def test_a_bug_behind_the_decoder_is_a_failure(
    processing: Processing, monkeypatch: pytest.MonkeyPatch, step: Step, bug: str
) -> None:
    """A bug of ours in what follows the decoding is retried and ends FAILED, and the picture is not rejected for it."""
    monkeypatch.setattr(bug, None)
    assert_failed(processing.process(images.jpeg()), step, "TypeError")
    assert processing.interpreter.calls[step.function] == 1 + MAX_ATTEMPTS[ANY]


@each(VALIDATE, RESIZE)
def test_a_fault_that_passes_is_got_over(processing: Processing, step: Step) -> None:
    """A step that fails as often as its policy forgives succeeds in the end, as if nothing had been."""
    processing.break_function(step.function, MemoryError("no room"), times=MAX_ATTEMPTS[ANY])
    outcome = processing.process(images.jpeg())
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("SUCCEEDED", ["SUCCEEDED"], "SUCCEEDED")
    waits = processing.interpreter.waits
    assert all(0 <= wait <= longest for wait, longest in zip(waits, longest_waits(ANY), strict=True))


@each(*STEPS)
def test_a_lost_answer_is_asked_for_again(processing: Processing, step: Step) -> None:
    """A step that did its work but whose answer was lost can repeat it."""
    processing.wrap(step.function, answer_lost(times=1))
    outcome = processing.process(images.jpeg())
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("SUCCEEDED", ["SUCCEEDED"], "SUCCEEDED")
    assert outcome.staged == []


def test_a_success_stays_one_when_its_answer_is_lost_for_good(processing: Processing) -> None:
    """A picture that is archived is never recorded or told as failed, even if the workflow never hears of it."""
    processing.wrap(ARCHIVE.function, answer_lost())
    outcome = processing.process(images.jpeg())
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("SUCCEEDED", [], "FAILED")


@each(METADATA, THUMBNAIL)
def test_a_throttle_is_waited_out(processing: Processing, step: Step) -> None:
    """A step that Lambda throttles is retried more patiently, and its function runs once."""
    code = THROTTLE.partition(".")[2]
    processing.interpreter.before[step.state] = refusal(code, times=MAX_ATTEMPTS[THROTTLE])
    assert processing.process(images.jpeg()).status == "SUCCEEDED"
    assert processing.interpreter.attempts[step.state] == 1 + MAX_ATTEMPTS[THROTTLE] > 1 + MAX_ATTEMPTS[ANY]
    assert processing.interpreter.calls[step.function] == 1
    waits = processing.interpreter.waits
    assert all(0 <= wait <= longest for wait, longest in zip(waits, longest_waits(THROTTLE), strict=True))


@each(RESIZE, ARCHIVE)
def test_an_update_under_way_is_waited_out(processing: Processing, step: Step) -> None:
    """A step whose function is being updated, its code newer than its variables, is retried as patiently as a throttle."""
    processing.break_function(step.function, NotConfigured("it is not set"), times=MAX_ATTEMPTS[THROTTLE])
    outcome = processing.process(images.jpeg())
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("SUCCEEDED", ["SUCCEEDED"], "SUCCEEDED")


def test_an_endless_throttle_is_a_failure(processing: Processing) -> None:
    """A step that Lambda throttles for good fails with the throttle's name, and its function never runs."""
    processing.interpreter.before[RESIZE.state] = refusal(THROTTLE.partition(".")[2])
    assert_failed(processing.process(images.jpeg()), RESIZE, THROTTLE)
    assert processing.interpreter.calls[RESIZE.function] == 0


@pytest.mark.parametrize("step", some(STEPS[1:], THUMBNAIL, ARCHIVE), ids=named)
def test_a_timeout_is_a_fault_of_ours(processing: Processing, step: Step) -> None:
    """A task that times out is retried and then recorded as States.Timeout."""

    def time_out() -> None:
        raise TimeoutError

    processing.interpreter.before[step.state] = time_out
    assert_failed(processing.process(images.jpeg()), step, "States.Timeout")
    assert processing.interpreter.attempts[step.state] == 1 + MAX_ATTEMPTS[ANY]


def test_a_broken_contract_is_not_retried(processing: Processing, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step whose result breaks its contract fails at once: a retry would give the same."""
    stage = objects.stage
    monkeypatch.setattr(objects, "stage", lambda *of: stage(*of) if of[2].startswith("thumbnail") else "")
    assert_failed(processing.process(images.jpeg()), RESIZE, "ContractViolation")
    assert processing.interpreter.waits == []
