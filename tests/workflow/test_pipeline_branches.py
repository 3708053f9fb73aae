"""The pipeline when one or both branches of ParallelProcessing fail: what is published, and about which branch."""

import json
from collections.abc import Callable
from threading import Event
from typing import Any
from uuid import uuid4

import pytest

from imaging.errors import Reason
from tests.fake_aws.account import create_state_machine
from tests.fake_aws.interpreter import Handler, Interpreter
from tests.patience import PATIENCE
from tests.workflow import images
from tests.workflow.combinations import combined, named
from tests.workflow.processing import Outcome, Processing
from tests.workflow.proof.deployed_machine import fail_with
from workflow.contracts.errors import ImageRejected, StaleExecution
from workflow.definition import BRANCH_SEPARATOR, NO_CAUSE, states_language
from workflow.steps import RESIZE, THUMBNAIL, Step

BRANCHES = (RESIZE, THUMBNAIL)
REJECTION = ImageRejected(Reason.CORRUPT, "The image cannot be decoded.")
FAULT = MemoryError("no room")
ALL = "States.ALL"
NAMES = ("Lambda.TooManyRequestsException", "States.Timeout", "MemoryError", "$.a")
CAUSES = ("x" * 32_768, "one: two: three", "Rate exceeded.", '{"a": 1}', "")

ORDERS = {"rejected": (REJECTION, FAULT), "failed": (FAULT, REJECTION)}  # by the one that is first

each_branch = pytest.mark.parametrize("step", BRANCHES, ids=named)


def recorded_error(outcome: Outcome) -> dict[str, Any]:
    """Return the error in the record of a failure; assert that notification and execution agree with it."""
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("FAILED", ["FAILED"], "FAILED")
    record = outcome.record or {}
    ((message, _),) = outcome.notifications
    assert (message["failedIn"], message["reason"]) == (record["failedIn"], record["reason"])
    assert outcome.execution.cause == record["reason"]
    assert not outcome.archived
    found: dict[str, Any] = json.loads(record["error"])
    assert (found["failedIn"], found["Error"]) == (record["failedIn"], record["reason"])
    return found


@pytest.mark.share(2)
@pytest.mark.parametrize(("step", "name", "cause"), combined(BRANCHES, NAMES, CAUSES), ids=named)
def test_a_failed_branch_keeps_name_and_cause(processing: Processing, step: Step, name: str, cause: str) -> None:
    """Name and cause of an error leave a branch unchanged, however long, together with the branch's name."""
    processing.interpreter.before[step.state] = fail_with({"Error": name, "Cause": cause})
    outcome = processing.process(images.jpeg())
    assert recorded_error(outcome) == {"Error": name, "Cause": cause, "failedIn": step.state}


@pytest.mark.usefixtures("processing")
@each_branch
def test_a_failed_branch_without_a_cause_says_so(step: Step) -> None:
    """An error without a cause is published as well.

    The run starts after the branch's Catch, since moto's Catch always gives a cause.
    """
    (branch,) = (
        one for one in states_language()["States"]["ParallelProcessing"]["Branches"] if one["StartAt"] == step.state
    )
    (start,) = (catcher["Next"] for catcher in branch["States"][step.state]["Catch"] if ALL in catcher["ErrorEquals"])
    del branch["States"][step.state]
    machine = create_state_machine(f"{step.state}-{uuid4()}", {**branch, "StartAt": start})
    execution = Interpreter(machine, {}).run({"error": {"Error": "Lambda.Unknown"}}, "alone")
    assert (execution.status, execution.error, execution.cause) == (
        "FAILED",
        f"{step.state}{BRANCH_SEPARATOR}Lambda.Unknown",
        NO_CAUSE,
    )


def test_of_two_failed_branches_one_is_published(processing: Processing) -> None:
    """Where both branches fail, name, cause and state are those of one of them, and are not mixed."""
    errors = {RESIZE.state: MemoryError("no room"), THUMBNAIL.state: ConnectionError("no way")}
    for step in BRANCHES:
        processing.break_function(step.function, errors[step.state])
    found = recorded_error(processing.process(images.jpeg()))
    assert found["Error"] == type(errors[found["failedIn"]]).__name__
    assert str(errors[found["failedIn"]]) in found["Cause"]


def after(event: Event, begun: Event) -> Callable[[Handler], Handler]:
    """Return a wrapper that sets begun and runs the function only after event is set."""

    def wrap(handler: Handler) -> Handler:
        def handle(given: dict[str, Any], context: object) -> dict[str, Any]:
            begun.set()
            assert event.wait(PATIENCE)
            return handler(given, context)

        return handle

    return wrap


@pytest.mark.share(1)
@pytest.mark.parametrize(("step", "order"), combined(BRANCHES, [*ORDERS]), ids=named)
def test_of_a_rejection_and_a_failure_the_first_is_published(processing: Processing, step: Step, order: str) -> None:
    """The branch that fails first decides the image's outcome; the other one changes nothing."""
    first, second = ORDERS[order]
    (other,) = {*BRANCHES} - {step}
    begun, recorded = Event(), Event()
    processing.break_function(step.function, first)
    processing.break_function(other.function, second)
    processing.wrap(other.function, after(recorded, begun))
    processing.interpreter.before[step.state] = lambda: begun.wait(PATIENCE)
    kind = "Rejection" if first is REJECTION else "Failure"
    processing.interpreter.before[f"Publish{kind}"] = recorded.set
    outcome = processing.process(images.jpeg())
    if first is REJECTION:
        assert (outcome.status, outcome.announced) == ("REJECTED", ["REJECTED"])
        assert outcome.execution.status == "SUCCEEDED"
    else:
        assert recorded_error(outcome)["failedIn"] == step.state
    assert processing.interpreter.calls[other.function] == 1


@pytest.mark.share(1)
@each_branch
def test_a_stale_execution_in_a_branch_is_no_failure(processing: Processing, step: Step) -> None:
    """The error of a stale execution is ignored in a branch too."""
    processing.break_function(step.function, StaleExecution("the record is final"))
    outcome = processing.process(images.jpeg())
    assert (outcome.announced, outcome.execution.status) == ([], "SUCCEEDED")
