"""The pipeline when a function, a service or a response fails: it is retried, then published as an internal error."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.domain import objects
from lambdas.domain.record import Record
from lambdas.runtime.sandbox import client
from tests.effort import times
from tests.fake_aws.interpreter import Handler, refusal
from tests.fake_aws.resources import TABLE
from tests.workflow import images
from tests.workflow.combinations import named, some
from tests.workflow.pipeline_graph import MAX_ATTEMPTS, longest_waits
from tests.workflow.processing import Outcome, Processing
from workflow.contracts.errors import NotConfigured
from workflow.definition import FAILED
from workflow.steps import ARCHIVE, METADATA, RESIZE, STEPS, THUMBNAIL, VALIDATE, Step

ANY, THROTTLE, TIMEOUT = "States.ALL", "Lambda.TooManyRequestsException", "States.Timeout"


def each(*kept: Step) -> pytest.MarkDecorator:
    """Return the parametrization of a test over steps: all have the same policy, so that some are enough in `make test`."""
    return pytest.mark.parametrize("step", some(STEPS, *kept), ids=named)


def assert_failed(outcome: Outcome, step: Step, reason: str) -> None:
    """Assert that the image failed everywhere, in step and for reason, and left nothing in the archive."""
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
                raise OSError
            return answer

        return handle

    return wrap


def failing(_: Handler) -> Handler:
    """Make a function fail, but not before the record is begun."""

    def handle(event: dict[str, Any], _: object) -> dict[str, Any]:
        Record(TABLE, event["image"], event["execution"]).begin(retention_days=90)
        raise MemoryError("no room")

    return handle


@pytest.mark.share(2)
@each(*STEPS)
def test_an_internal_error_is_retried_and_then_published(processing: Processing, step: Step) -> None:
    """A step that keeps failing is tried as often as its policy states; then record and notification name state and reason.

    What is known of the error stands in the record, a branch's too.
    """
    processing.wrap(step.function, failing)
    outcome = processing.process(images.jpeg())
    assert_failed(outcome, step, "MemoryError")
    assert "no room" in (outcome.record or {})["error"]
    assert processing.interpreter.calls[step.function] == 1 + MAX_ATTEMPTS[ANY]


OPERATIONS_WITH_A_BUG = """
from imaging import operations
from imaging.operations import load

def run(name, data, arguments):
    if name == {operation!r}:
        raise TypeError("a bug")
    return operations.run(name, data, arguments)
"""


@pytest.fixture(
    params=[(METADATA, "describe"), (RESIZE, "resize"), (THUMBNAIL, "crop")][:: times(3, 1)], ids=lambda one: one[1]
)
def step_with_a_bug(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Step]:
    """Let the sandbox run operations of which one has a bug, and return its step."""
    step, operation = request.param
    module = tmp_path / f"bug_in_{operation}.py"
    module.write_text(OPERATIONS_WITH_A_BUG.format(operation=operation), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(client, "OPERATIONS", module.stem)
    yield step
    client.stop()


def test_a_bug_behind_the_decoder_is_a_failure(processing: Processing, step_with_a_bug: Step) -> None:
    """A bug in the code after the decoder is retried and ends FAILED; the image is not rejected for it."""
    step = step_with_a_bug
    assert_failed(processing.process(images.jpeg()), step, "SandboxError")
    assert processing.interpreter.calls[step.function] == 1 + MAX_ATTEMPTS[ANY]


@pytest.mark.share(1)
@each(VALIDATE, RESIZE)
def test_a_transient_error_is_retried_with_success(processing: Processing, step: Step) -> None:
    """A step that fails as often as its policy allows succeeds in the end, with the same result."""
    processing.break_function(step.function, MemoryError("no room"), times=MAX_ATTEMPTS[ANY])
    outcome = processing.process(images.jpeg())
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("SUCCEEDED", ["SUCCEEDED"], "SUCCEEDED")
    waits = processing.interpreter.waits
    assert all(0 <= wait <= longest for wait, longest in zip(waits, longest_waits(ANY), strict=True))


@pytest.mark.share(2)
@each(*STEPS)
def test_a_step_whose_response_is_lost_is_repeated(processing: Processing, step: Step) -> None:
    """A step that did its work but whose response was lost can repeat it."""
    processing.wrap(step.function, answer_lost(times=1))
    outcome = processing.process(images.jpeg())
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("SUCCEEDED", ["SUCCEEDED"], "SUCCEEDED")
    assert outcome.staged == []


def test_a_success_whose_response_is_lost_stays_a_success(processing: Processing) -> None:
    """An archived image is never stored or published as failed, even if the response never arrives."""
    processing.wrap(ARCHIVE.function, answer_lost())
    outcome = processing.process(images.jpeg())
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("SUCCEEDED", [], "FAILED")


@pytest.mark.share(1)
@each(METADATA, THUMBNAIL)
def test_a_throttle_is_retried_for_longer(processing: Processing, step: Step) -> None:
    """A step that Lambda throttles is retried more often, and its function runs once."""
    code = THROTTLE.partition(".")[2]
    processing.interpreter.most_retries = MAX_ATTEMPTS[THROTTLE]
    processing.interpreter.before[step.state] = refusal(code, times=MAX_ATTEMPTS[THROTTLE])
    assert processing.process(images.jpeg()).status == "SUCCEEDED"
    assert processing.interpreter.attempts[step.state] == 1 + MAX_ATTEMPTS[THROTTLE] > 1 + MAX_ATTEMPTS[ANY]
    assert processing.interpreter.calls[step.function] == 1
    waits = processing.interpreter.waits
    assert all(0 <= wait <= longest for wait, longest in zip(waits, longest_waits(THROTTLE), strict=True))


@pytest.mark.share(1)
@each(RESIZE, ARCHIVE)
def test_an_update_of_a_function_is_retried_for_longer(processing: Processing, step: Step) -> None:
    """A step whose function is being updated, its code newer than its variables, is retried more often than others."""
    processing.break_function(step.function, NotConfigured("it is not set"), times=5 * MAX_ATTEMPTS[ANY])
    outcome = processing.process(images.jpeg())
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("SUCCEEDED", ["SUCCEEDED"], "SUCCEEDED")


def test_an_endless_throttle_is_a_failure(processing: Processing) -> None:
    """A step that Lambda keeps throttling fails with the name of that error, and its function never runs."""
    processing.interpreter.before[RESIZE.state] = refusal(THROTTLE.partition(".")[2])
    assert_failed(processing.process(images.jpeg()), RESIZE, THROTTLE)
    assert processing.interpreter.calls[RESIZE.function] == 0


@pytest.mark.share(1)
@pytest.mark.parametrize("step", some(STEPS[1:], THUMBNAIL, ARCHIVE), ids=named)
def test_an_endless_timeout_is_a_failure(processing: Processing, step: Step) -> None:
    """A task that times out is retried as a throttled one, and then recorded as States.Timeout."""

    def time_out() -> None:
        raise TimeoutError

    processing.interpreter.before[step.state] = time_out
    processing.interpreter.most_retries = 1 + MAX_ATTEMPTS[TIMEOUT]
    assert_failed(processing.process(images.jpeg()), step, "States.Timeout")
    assert processing.interpreter.attempts[step.state] == 1 + MAX_ATTEMPTS[TIMEOUT] == 1 + MAX_ATTEMPTS[THROTTLE]


def refusing_s3(code: str, status: int, times: int | None = None) -> Callable[..., str]:
    """Return objects.stage, which S3 refuses with a code that its model does not have: always, or the first so many times."""
    stage, attempts = objects.stage, count()

    def refused(*of: Any) -> str:
        if times is None or next(attempts) < times:
            error: Any = {"Code": code, "Message": "Refused."}
            head: Any = {"HTTPStatusCode": status}
            raise ClientError({"Error": error, "ResponseMetadata": head}, "PutObject")
        return stage(*of)

    return refused


def test_a_refusal_of_s3_is_published_with_its_code(processing: Processing, monkeypatch: pytest.MonkeyPatch) -> None:
    """What S3 refuses for good is the reason of the failure, under S3's own code, after the retries of a bug."""
    monkeypatch.setattr(objects, "stage", refusing_s3("KMS.DisabledException", 400))
    outcome = processing.process(images.jpeg())
    assert outcome.record is not None
    assert outcome.record["reason"] == outcome.notifications[0][0]["reason"] == "KMS.DisabledException"
    assert outcome.record["failedIn"] in {RESIZE.state, THUMBNAIL.state}


@pytest.mark.share(1)
@pytest.mark.parametrize(("code", "status"), [("SlowDown", 503), ("ServiceUnavailable", 503), ("SomethingNew", 500)])
def test_a_slow_s3_is_waited_for(
    processing: Processing, monkeypatch: pytest.MonkeyPatch, code: str, status: int
) -> None:
    """An error of S3 that passes is retried more often than a bug, whatever its code is, and the image succeeds."""
    monkeypatch.setattr(objects, "stage", refusing_s3(code, status, times=4 * (1 + MAX_ATTEMPTS[ANY])))
    assert processing.process(images.jpeg()).status == "SUCCEEDED"


def test_a_broken_contract_is_not_retried(processing: Processing, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step whose result violates its contract fails at once: a retry would give the same."""
    stage = objects.stage
    monkeypatch.setattr(objects, "stage", lambda *of: stage(*of) if of[2].startswith("thumbnail") else "")
    assert_failed(processing.process(images.jpeg()), RESIZE, "ContractViolation")
    assert processing.interpreter.waits == []
