"""Patched behaviour of Step Functions: history, names and events of executions."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.account import Account, eventually

ROLE = "arn:aws:iam::000000000000:role/any"
FAILING = "def handler(event, context): raise ValueError"
# Fails as soon as a file exists.
HELD = """
import pathlib, time
def handler(event, context):
    while not pathlib.Path({!r}).exists():
        time.sleep(0.01)
    raise ValueError
"""
NOTHING: dict[str, object] = {"Nothing": {"Type": "Succeed"}}
WAITING: dict[str, object] = {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}


def calling(function: str) -> dict[str, object]:
    """Return a final state that invokes a function."""
    call = "arn:aws:states:::lambda:invoke"
    return {"Type": "Task", "Resource": call, "Parameters": {"FunctionName": function}, "End": True}


def machine(account: Account, name: str, states: dict[str, object], kind: str = "STANDARD") -> str:
    """Create a state machine that starts at the first of its states, and return its ARN."""
    definition = json.dumps({"StartAt": next(iter(states)), "States": states})
    client = account.client("stepfunctions")
    made = client.create_state_machine(name=name, definition=definition, roleArn=ROLE, type=kind)
    return str(made["stateMachineArn"])


def started(account: Account, arn: str, name: str = "one") -> str:
    """Start an execution and return its ARN."""
    answer = account.client("stepfunctions").start_execution(stateMachineArn=arn, name=name)
    return str(answer["executionArn"])


def history(account: Account, execution: str) -> list[dict[str, Any]]:
    """Return the events of an execution, the oldest first."""
    events = account.client("stepfunctions").get_execution_history(executionArn=execution)["events"]
    return [dict(event) for event in events]


def status(account: Account, execution: str) -> str:
    """Return the status of an execution."""
    return str(account.client("stepfunctions").describe_execution(executionArn=execution)["status"])


def having(account: Account, execution: str, kind: str) -> Callable[[], bool]:
    """Return a function that returns whether the history of an execution has an event of a type."""
    return lambda: any(event["type"] == kind for event in history(account, execution))


@pytest.fixture
def release(account: Account, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Deploy the function `held`, and return what releases its invocations; the end of the test releases them too."""
    file = tmp_path / "released"
    account.deploy("held", HELD.format(str(file)))
    yield file.touch
    file.touch()
    account.client("lambda").delete_function(FunctionName="held")


def test_history_shows_in_which_state_a_task_failed(account: Account) -> None:
    """In two parallel branches, previousEventId leads from a failure to the state whose task failed."""
    account.deploy("failing", FAILING)
    branches = [
        {"StartAt": name, "States": {name: {"Type": "Pass", "Next": f"{name}ed"}, f"{name}ed": calling("failing")}}
        for name in ("Left", "Right")
    ]
    arn = machine(account, "branches", {"Both": {"Type": "Parallel", "Branches": branches, "End": True}})
    execution = started(account, arn)
    eventually(having(account, execution, "ExecutionFailed"))
    events = history(account, execution)
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    failed = [event for event in events if event["type"] == "TaskFailed"]
    assert {_state(event, events) for event in failed} == {"Lefted", "Righted"}


def _state(event: dict[str, Any], events: list[dict[str, Any]]) -> str:
    """Return the state that an event belongs to, by the events that it follows."""
    while "stateEnteredEventDetails" not in event:
        assert event["previousEventId"] < event["id"]
        event = events[event["previousEventId"] - 1]
    return str(event["stateEnteredEventDetails"]["name"])


def test_an_aborted_execution_stays_aborted(account: Account, release: Callable[[], None]) -> None:
    """A task that fails after its execution was aborted does not change the status."""
    execution = started(account, machine(account, "late", {"Call": calling("held")}))
    eventually(having(account, execution, "TaskScheduled"))
    account.client("stepfunctions").stop_execution(executionArn=execution)
    release()
    eventually(having(account, execution, "TaskFailed"))
    assert status(account, execution) == "ABORTED"
    assert not having(account, execution, "ExecutionFailed")()


def test_an_abort_has_a_reason_only_if_one_was_given(account: Account) -> None:
    """The history has error and cause of an abort if they were given, and nothing otherwise."""
    arn = machine(account, "aborted", WAITING)
    client = account.client("stepfunctions")
    reasons = [{"error": "Stopped", "cause": "by hand"}, {}]
    for number, reason in enumerate(reasons):
        client.stop_execution(executionArn=started(account, arn, str(number)), **reason)
    executions = [arn.replace("stateMachine", "execution") + f":{number}" for number in range(len(reasons))]
    (with_reason, without) = (history(account, execution)[-1] for execution in executions)
    assert with_reason["executionAbortedEventDetails"] == reasons[0]
    assert not without.get("executionAbortedEventDetails")


def test_only_express_accepts_a_name_twice(account: Account) -> None:
    """A STANDARD state machine accepts a name once, an EXPRESS one any number of times."""
    express = machine(account, "express", NOTHING, kind="EXPRESS")
    standard = machine(account, "standard", NOTHING)
    assert started(account, express) != started(account, express)
    first = started(account, standard)
    eventually(
        lambda: status(account, first) == "SUCCEEDED"
    )  # while it runs, AWS returns it for the same name and input
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        started(account, standard)


def test_only_standard_sends_status_events(account: Account) -> None:
    """EventBridge gets events about executions of a STANDARD state machine, and none of an EXPRESS one."""
    express, standard = (machine(account, kind, NOTHING, kind=kind) for kind in ("EXPRESS", "STANDARD"))
    pattern = {"source": ["aws.states"], "detail": {"status": ["SUCCEEDED"], "stateMachineArn": [express, standard]}}
    events = account.client("events")
    events.put_rule(Name="outcomes", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="outcomes", Targets=[{"Id": "queue", "Arn": account.queue("outcomes")}])
    silent = started(account, express)
    eventually(lambda: status(account, silent) == "SUCCEEDED")
    notified = started(account, standard)
    (message,) = account.received("outcomes")
    assert json.loads(message["Body"])["detail"]["executionArn"] == notified
