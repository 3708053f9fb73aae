"""What the step handler reports about an attempt: a log line, a count, and the image."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import cast

import pytest

from lambdas.domain.step_handler import Handler, StepInput, step_handler
from lambdas.runtime.metrics import (
    IMAGES_REJECTED,
    NAMESPACE,
    SERVICE,
    STALE_ATTEMPTS,
    STEP,
    STEP_ERRORS,
    STEP_REJECTIONS,
)
from lambdas.runtime.settings import StepSettings
from templates.resources.alarms import alarms
from tests.fake_aws.account import Payload
from tests.lambdas.account import CONTEXT, Account, Context, log_lines, metric_lines
from tests.lambdas.domain.example_steps import SECRET, example, failed, found_sound, found_wrongly, rejected
from workflow import contracts
from workflow.contracts.errors import ContractViolation, ImageRejected, StaleExecution
from workflow.steps import STEPS, Step

LONGEST_NAME = contracts.resolved("validate-image.input")["properties"]["execution"]["maxLength"]


def violating(account: Account) -> Payload:
    """Return an input with image and execution that otherwise violates the contract."""
    event = account.begin(b"data")
    del event["image"]["key"]
    return event


def repeated(account: Account) -> Payload:
    """Return the input of an execution whose record is final."""
    event = account.begin(b"data")
    account.set_status(event, "REJECTED")
    return event


def begun(account: Account) -> Payload:
    """Return a sound input."""
    return account.begin(b"data", filename="My secret.jpg")


@dataclass(frozen=True)
class Result:
    """A result of an attempt, and the log line and metrics for it."""

    handler: Handler
    made: Callable[[Account], Payload]  # its input
    error: type[Exception] | None
    metrics: tuple[str, ...]
    level: str
    message: str


RESULTS = {
    "done": Result(found_sound, begun, None, (), "INFO", "ValidateImage is complete"),
    "unsound": Result(rejected, begun, ImageRejected, (STEP_REJECTIONS, IMAGES_REJECTED), "INFO", "rejected: CORRUPT"),
    "fault": Result(failed, begun, MemoryError, (STEP_ERRORS,), "ERROR", "ValidateImage failed"),
    "wrong input": Result(found_sound, violating, ContractViolation, (STEP_ERRORS,), "ERROR", "ValidateImage failed"),
    "wrong answer": Result(found_wrongly, begun, ContractViolation, (STEP_ERRORS,), "ERROR", "ValidateImage failed"),
    "late": Result(
        found_sound,
        repeated,
        StaleExecution,
        (STALE_ATTEMPTS,),
        "WARNING",
        "the image's record has its final status, or is another execution's",
    ),
}


def run_step(handler: Handler, event: Payload, error: type[Exception] | None, context: object = CONTEXT) -> None:
    """Run a step, and assert that it raises error, or nothing if it is None."""
    with pytest.raises(error) if error else nullcontext():
        handler(event, context)


@pytest.mark.parametrize("name", RESULTS)
def test_each_result_of_an_attempt_is_logged_and_counted(
    account: Account, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Each attempt is one log line: neither a rejection nor a final record is an error."""
    result = RESULTS[name]
    run_step(result.handler, result.made(account), result.error)
    output = capsys.readouterr().out
    (line,) = log_lines(output)
    assert (line["level"], line["message"]) == (result.level, result.message)
    assert ("exception" in line) == (result.level == "ERROR")
    assert [name for line in metric_lines(output) for name, number in numbers(line).items() if number] == [
        *result.metrics
    ]


@pytest.mark.share(2)
@pytest.mark.parametrize("name", RESULTS)
def test_an_attempt_is_counted_for_its_step_when_it_began(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Every number of an attempt is of its step and of the time at which it began, because alarms subtract them."""
    event = RESULTS[name].made(account)
    began = time.time_ns() // 1_000_000 - 60_000  # milliseconds
    monkeypatch.setattr(time, "time_ns", lambda: began * 1_000_000)
    run_step(RESULTS[name].handler, event, RESULTS[name].error)
    lines = metric_lines(capsys.readouterr().out)
    assert {line["_aws"]["Timestamp"] for line in lines} == {began}
    assert {line.get(STEP) for line in lines if IMAGES_REJECTED not in numbers(line)} == {"ValidateImage"}


def numbers(line: Payload) -> dict[str, float]:
    """Return the value of each metric in a line."""
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    return {metric["Name"]: sum(line[metric["Name"]]) for metric in directive["Metrics"]}


@pytest.mark.parametrize("step_", STEPS, ids=lambda step: step.state)
def test_metrics_that_alarms_subtract_are_zero_before_the_work(
    account: Account, capsys: pytest.CaptureFixture[str], step_: Step
) -> None:
    """A function that is killed in its work has published 0 for the metrics that an alarm subtracts.

    CloudWatch does not document the result of an expression with a metric that was never published.
    """
    del account

    @step_handler(step_.contract, StepSettings, stored_as="nothing")
    def killed(event: StepInput, settings: StepSettings) -> Payload:
        raise SystemExit(f"{len(event)} {settings}")

    with pytest.raises(SystemExit):
        killed(example(step_.contract), CONTEXT)
    found = {
        (name, line[STEP]): number
        for line in metric_lines(capsys.readouterr().out)
        for name, number in numbers(line).items()
    }
    taken_off = {(one.name, one.dimensions[STEP]) for alarm in alarms() for one in alarm.subtract}
    assert found == dict.fromkeys([one for one in taken_off if one[1] == step_.state], 0)
    assert found


@pytest.mark.parametrize("name", RESULTS)
def test_every_line_has_image_execution_and_request(
    account: Account, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Log and counts can be searched by image, execution or request; they hold neither key nor owner nor file name."""
    event = RESULTS[name].made(account)
    run_step(RESULTS[name].handler, event, RESULTS[name].error)
    output = capsys.readouterr().out
    wanted = {
        "imageId": event["image"]["imageId"],
        "execution": event["execution"],
        "requestId": CONTEXT.aws_request_id,
    }
    assert [line for line in map(json.loads, output.splitlines()) if not wanted.items() <= line.items()] == []
    secrets = [SECRET, "secret", event["image"]["owner"], event["image"].get("key", SECRET)]
    assert not [word for word in secrets if word in output]


def test_an_internal_error_is_logged_with_its_traceback(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    """The line about an internal error holds its name and where it was raised."""
    run_step(failed, account.begin(b"data"), MemoryError)
    (line,) = log_lines(capsys.readouterr().out)
    assert line["exception_name"] == "MemoryError"
    assert "in failed" in line["exception"]


def test_a_rejection_is_counted_by_its_step_alone(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    """The step is a dimension; image, execution, request and reason are metadata, which makes no further metric."""
    event = account.begin(b"data")
    run_step(rejected, event, ImageRejected)
    (line,) = (line for line in metric_lines(capsys.readouterr().out) if numbers(line).get(STEP_REJECTIONS))
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE
    assert [set(names) for names in directive["Dimensions"]] == [{SERVICE, STEP}]
    assert (line[STEP], line["reason"], line[STEP_REJECTIONS]) == ("ValidateImage", "CORRUPT", [1.0])
    assert (line["imageId"], line["execution"]) == (event["image"]["imageId"], event["execution"])


def damaged(account: Account) -> Iterator[object]:
    """Yield inputs without a valid image id or execution."""
    event = account.begin(b"data")
    yield from ({}, [], None, "image", {"image": None}, {"image": []}, {"image": SECRET, "execution": SECRET})
    yield {"execution": [SECRET], "image": {**event["image"], "imageId": SECRET}}
    yield {"execution": "x" * (LONGEST_NAME + 1), "image": {"imageId": f"{event['image']['imageId']}\n"}}


def test_a_warm_function_forgets_the_previous_image(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    """A line about an input without an image does not hold the previous one's id, and no unchecked value."""
    before = account.begin(b"data")
    for event in damaged(account):
        found_sound(before, CONTEXT)
        capsys.readouterr()
        run_step(found_sound, cast("Payload", event), ContractViolation, Context("another-request"))
        output = capsys.readouterr().out
        for line in map(json.loads, output.splitlines()):
            assert not {"imageId", "execution"} & line.keys()
            assert line["requestId"] == "another-request"
        assert not [word for word in (SECRET, *before["image"].values(), before["execution"]) if word in output]


def test_each_image_has_its_own_id_in_the_log(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines about each image hold its own id, also in a warm function."""
    events = [account.begin(b"data") for _ in range(3)]
    for event in events:
        found_sound(event, CONTEXT)
    lines = log_lines(capsys.readouterr().out)
    assert [line["imageId"] for line in lines] == [event["image"]["imageId"] for event in events]


def test_known_ids_are_logged_before_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    """For an input that violates its contract, the line holds whichever of image and execution is valid."""
    event = example("validate-image")
    event["execution"] = event["execution"].ljust(LONGEST_NAME, "0")
    run_step(found_sound, {"execution": event["execution"]}, ContractViolation)
    run_step(found_sound, {"image": event["image"]}, ContractViolation)
    first, second = log_lines(capsys.readouterr().out)
    assert (first["execution"], "imageId" in first) == (event["execution"], False)
    assert (second["imageId"], "execution" in second) == (event["image"]["imageId"], False)


def test_log_line_has_the_trace_id(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A log line has the ID of the trace."""
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-65a1b2c3-0123456789abcdef01234567;Parent=53995c3f42cd8ad8;Sampled=0")
    found_sound(account.begin(b"data"), CONTEXT)
    (line,) = log_lines(capsys.readouterr().out)
    assert line["xray_trace_id"] == "1-65a1b2c3-0123456789abcdef01234567"
