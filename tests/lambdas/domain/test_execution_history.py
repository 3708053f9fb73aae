"""The failure in an execution's history: its state and reason, for any status of the execution."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambdas.domain.execution_history import NO_STATE, UNNAMED_ERROR, find_failure
from lambdas.domain.outcomes import Failure
from tests import aws_histories as aws
from workflow.contracts.errors import ImageRejected

Event = dict[str, Any]

TIMEOUT = {"error": "States.Timeout"}
FAULT = {"error": "MemoryError", "cause": "no room"}
REJECTION = {"error": ImageRejected.__name__, "cause": "{}"}


class History:
    """The events of an execution, in the form that Step Functions writes them."""

    def __init__(self) -> None:
        """Begin with the execution's start."""
        self.events: list[Event] = []
        self.add("ExecutionStarted")

    def add(self, kind: str, after: int | None = None, **details: str) -> int:
        """Add an event after the one with that number, or after the last, and return its own."""
        number = len(self.events) + 1
        name = "state" + kind[kind.index("State") + 5 :] if "StateE" in kind else kind[0].lower() + kind[1:]
        fields = {f"{name}EventDetails": details} if details else {}
        previous = number - 1 if after is None else after
        self.events.append({"id": number, "previousEventId": previous, "type": kind, **fields})
        return number

    def task(self, state: str, *failures: dict[str, str], after: int | None = None, kind: str = "TaskFailed") -> int:
        """Enter a task that fails so often, and return the number of its last event."""
        last = self.add("TaskStateEntered", after, name=state)
        for failure in failures:
            last = self.add(kind, self.add("TaskStarted", self.add("TaskScheduled", last)), **failure)
        return last

    def done(self, *states: str) -> "History":
        """Enter and leave tasks."""
        for state in states:
            self.add("TaskStateExited", self.add("TaskSucceeded", self.task(state)), name=state)
        return self

    def handled(self, *states: str) -> "History":
        """Enter HandleError and the states behind it."""
        for kind, state in (("Choice", "HandleError"), *(("Pass", state) for state in states)):
            self.add(f"{kind}StateEntered", name=state)
        return self


def failure(history: History, status: str = "FAILED") -> tuple[str, str]:
    """Return state and reason of the failure in history."""
    result = find_failure(history.events, status)
    return result.failed_in, result.reason


TASKS = ["ValidateImage", "ExtractMetadata", "ArchiveImage", "PublishSuccess"]


@pytest.mark.parametrize("number", range(len(TASKS)), ids=TASKS)
@pytest.mark.parametrize("kind", ["TaskFailed", "TaskTimedOut", "TaskStartFailed", "TaskSubmitFailed"])
def test_a_task_that_failed_after_its_retries(number: int, kind: str) -> None:
    """The state is the task's, after any number of retries, and the reason is the error's name."""
    history = History().done(*TASKS[:number])
    history.task(TASKS[number], FAULT, FAULT, kind=kind)
    history.handled(f"{TASKS[number]}Failed").add("ExecutionFailed", error="ProcessingFailed", cause="MemoryError")
    result = find_failure(history.events, "FAILED")
    error = json.dumps({"Error": "MemoryError", "Cause": "no room"})
    assert result == Failure(TASKS[number], "MemoryError", error)


def test_an_error_that_a_retry_corrected_does_not_count() -> None:
    """A step that failed and then succeeded is not the cause of the failure."""
    history = History()
    history.add("TaskSucceeded", history.task("ValidateImage", FAULT, FAULT))
    history.add("TaskStateExited", name="ValidateImage")
    history.task("ExtractMetadata", TIMEOUT)
    assert failure(history.handled()) == ("ExtractMetadata", "States.Timeout")


@pytest.mark.parametrize(
    ("failing", "other"), [("ResizeImage", "GenerateThumbnail"), ("GenerateThumbnail", "ResizeImage")]
)
def test_a_branch_that_failed(failing: str, other: str) -> None:
    """The state is in the branch that failed, even with events of the other branch in between."""
    history = History().done("ValidateImage", "ExtractMetadata")
    parallel = history.add("ParallelStateStarted", history.add("ParallelStateEntered", name="ParallelProcessing"))
    first = history.task(failing, after=parallel)
    second = history.task(other, after=parallel)
    scheduled = history.add("TaskScheduled", first)
    history.add("TaskSucceeded", history.add("TaskScheduled", second))
    last = history.add("TaskFailed", history.add("TaskStarted", scheduled), **FAULT)
    history.add("FailStateEntered", last, name=f"{failing}Failed")
    history.add("PassStateEntered", name=f"Read{failing}Failed")
    assert failure(history.handled("RecordFailure")) == (failing, "MemoryError")


def test_a_failure_that_no_event_refers_to() -> None:
    """If no event says which failure HandleError follows, it is the last one that was not retried."""
    history = History().done("ValidateImage", "ExtractMetadata")
    history.task("ResizeImage", TIMEOUT)
    history.add("TaskScheduled", history.task("GenerateThumbnail", FAULT))
    history.add("ChoiceStateEntered", 0, name="HandleError")
    assert failure(history) == ("ResizeImage", "States.Timeout")


def test_a_failure_in_error_handling_is_not_the_reason() -> None:
    """If the failure cannot be recorded, the reason is still the first failure."""
    history = History()
    history.task("ValidateImage", FAULT)
    history.handled("MarkValidateImageFailed").task("RecordFailure", {"error": "DynamoDB.InternalServerError"})
    history.add("FailStateEntered", name="Failed")
    assert failure(history) == ("ValidateImage", "MemoryError")


def test_a_rejection_that_cannot_be_recorded_is_no_reason() -> None:
    """A rejection is no failure: the write of its record failed."""
    history = History()
    history.task("ValidateImage", REJECTION)
    history.handled("ParseError", "ParseRejection").task("RecordRejection", {"error": "DynamoDB.InternalServerError"})
    history.add("FailStateEntered", name="Failed")
    assert failure(history) == ("RecordRejection", "DynamoDB.InternalServerError")


def test_an_execution_that_timed_out() -> None:
    """The state is the current one, even if an earlier attempt at it had failed."""
    history = History().done("ValidateImage")
    history.task("ExtractMetadata", FAULT)
    history.add("TaskScheduled")
    history.add("ExecutionTimedOut")
    assert failure(history, "TIMED_OUT") == ("ExtractMetadata", "States.Timeout")


@pytest.mark.parametrize(("details", "reason"), [({}, "Aborted"), ({"error": "Operator", "cause": "why"}, "Operator")])
def test_an_execution_that_was_aborted(details: dict[str, str], reason: str) -> None:
    """The reason is the error given with the stop, with its cause, or Aborted."""
    history = History().done("ValidateImage")
    history.task("ExtractMetadata")
    known: dict[str, Any] = details
    history.add("ExecutionAborted", **known)
    error = json.dumps({"Error": reason, "Cause": details.get("cause", "")})
    assert find_failure(history.events, "ABORTED") == Failure("ExtractMetadata", reason, error)


def test_events_after_the_end_are_ignored() -> None:
    """Events after the end are ignored: an emulator may retry a task after the execution was stopped."""
    history = History()
    history.task("ExtractMetadata", FAULT)
    history.add("ExecutionAborted", error="Operator")
    history.add("TaskFailed", history.add("TaskScheduled"), **FAULT)
    assert failure(history, "ABORTED") == ("ExtractMetadata", "Operator")


def test_an_execution_that_step_functions_failed() -> None:
    """Errors that no state can catch belong to the current state, also if that is tried again after another error."""
    history = History().done("ValidateImage")
    history.task("ExtractMetadata", FAULT)
    history.add("TaskScheduled")
    history.add("ExecutionFailed", error="States.DataLimitExceeded", cause="too long")
    assert failure(history) == ("ExtractMetadata", "States.DataLimitExceeded")


def test_an_error_that_a_state_has_caught_is_not_the_reason() -> None:
    """An error after which the execution went on is not why Step Functions has failed it in a later state."""
    history = History()
    history.task("ValidateImage", TIMEOUT)
    history.task("ExtractMetadata")
    history.add("ExecutionFailed", error="States.DataLimitExceeded", cause="too long")
    assert failure(history) == ("ExtractMetadata", "States.DataLimitExceeded")


def test_an_execution_that_never_ran() -> None:
    """If no state was entered, the pipeline itself is named."""
    for history, status, reason in ((History(), "ABORTED", "Aborted"), (History(), "TIMED_OUT", "States.Timeout")):
        assert failure(history, status) == (NO_STATE, reason)
    assert find_failure([], "FAILED") == Failure(
        NO_STATE, UNNAMED_ERROR, json.dumps({"Error": UNNAMED_ERROR, "Cause": ""})
    )


NAMES = st.sampled_from([*TASKS, "HandleError", "ParallelProcessing", "RecordFailure", "Failed", ""])
ERRORS = st.sampled_from(["", "MemoryError", "States.Timeout", ImageRejected.__name__])
KINDS = st.sampled_from(
    [
        *("TaskStateEntered", "PassStateEntered", "ChoiceStateEntered", "FailStateEntered", "TaskStateExited"),
        *("TaskFailed", "TaskTimedOut", "TaskStartFailed", "TaskSubmitFailed", "TaskScheduled", "TaskSucceeded"),
        *("ExecutionStarted", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted", "SomethingNew"),
    ]
)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Draw events in any order, each after any before it, some without their details."""
    history = History()
    for kind in draw(st.lists(KINDS, max_size=12)):
        after = draw(st.integers(0, len(history.events)))
        details = {"name": draw(NAMES)} if "StateE" in kind else {"error": draw(ERRORS), "cause": draw(st.text())}
        known: dict[str, Any] = details if draw(st.booleans()) else {}
        history.add(kind, after, **known)
    return history.events[draw(st.integers(0, 2)) :]


@example(events=History().handled().events, status="FAILED")  # without a failure
@given(events=histories(), status=st.sampled_from(["FAILED", "TIMED_OUT", "ABORTED"]))
def test_every_history_gives_a_state_and_a_reason(events: list[Event], status: str) -> None:
    """Any history is accepted, and the result names only what is in it."""
    result = find_failure(events, status)
    entered = {event.get("stateEnteredEventDetails", {}).get("name") for event in events} - {"", None}
    assert result.failed_in in entered | {NO_STATE}
    assert result.reason
    assert json.loads(result.error)["Error"] == result.reason


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (aws.branch_failed, ("ResizeImage", "MemoryError")),
        (aws.both_branches_failed, ("ResizeImage", "MemoryError")),
        (aws.branch_broken_off, ("ResizeImage", "States.Runtime")),
        (aws.parallel_broken_off, ("ParallelProcessing", "States.Runtime")),
        (aws.item_timed_out, ("Check", "States.Timeout")),
        (aws.items_in_turn, ("Check", "MemoryError")),
        (aws.run_of_items_failed, ("Read the file", "States.ItemReaderFailed")),
        (aws.evaluation_failed, ("Pause", "States.QueryEvaluationError")),
        (aws.evaluation_failed_for_an_item, ("Check", "States.QueryEvaluationError")),
        (aws.branch_failed_within_a_branch, ("A", "MemoryError")),
    ],
)
def test_histories_of_aws(history: Callable[[], list[Event]], expected: tuple[str, str]) -> None:
    """If branches or items end at the same time, the reason is the failure that ended their Parallel or Map."""
    reason = find_failure(history(), "FAILED")
    assert (reason.failed_in, reason.reason) == expected


def test_a_stopped_execution_of_aws() -> None:
    """The end of a stopped execution refers to its first event: the state is the one that was entered last."""
    happened = [*aws.branch_failed()[:9], {"id": 10, "previousEventId": 0, "type": "ExecutionAborted"}]
    reason = find_failure(happened, "ABORTED")
    assert (reason.failed_in, reason.reason) == ("GenerateThumbnail", "Aborted")
