"""What ministack tells of executions, repaired: their history, their names, and who hears of their ends."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.account import Account, eventually

ROLE = "arn:aws:iam::000000000000:role/any"
FAILING = "def handler(event, context): raise ValueError"
# Fails as soon as a file is there.
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
    """Give the state that calls a function and ends."""
    call = "arn:aws:states:::lambda:invoke"
    return {"Type": "Task", "Resource": call, "Parameters": {"FunctionName": function}, "End": True}


def machine(account: Account, name: str, states: dict[str, object], kind: str = "STANDARD") -> str:
    """Make a state machine that begins with the first of its states, and give its ARN."""
    definition = json.dumps({"StartAt": next(iter(states)), "States": states})
    client = account.client("stepfunctions")
    made = client.create_state_machine(name=name, definition=definition, roleArn=ROLE, type=kind)
    return str(made["stateMachineArn"])


def started(account: Account, arn: str, name: str = "one") -> str:
    """Start an execution and give its ARN."""
    answer = account.client("stepfunctions").start_execution(stateMachineArn=arn, name=name)
    return str(answer["executionArn"])


def history(account: Account, execution: str) -> list[dict[str, Any]]:
    """Give the events of an execution, the first one first."""
    events = account.client("stepfunctions").get_execution_history(executionArn=execution)["events"]
    return [dict(event) for event in events]


def status(account: Account, execution: str) -> str:
    """Give how an execution stands."""
    return str(account.client("stepfunctions").describe_execution(executionArn=execution)["status"])


def having(account: Account, execution: str, kind: str) -> Callable[[], bool]:
    """Give a look at whether the history of an execution has an event of a kind."""
    return lambda: any(event["type"] == kind for event in history(account, execution))


@pytest.fixture
def release(account: Account, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Deploy the function `held`, and give what lets its calls go on; they do so in any case once the test is over."""
    file = tmp_path / "released"
    account.deploy("held", HELD.format(str(file)))
    yield file.touch
    file.touch()
    account.client("lambda").delete_function(FunctionName="held")


def test_history_tells_in_which_state_a_task_failed(account: Account) -> None:
    """Of two branches at once, the events that a failure follows lead back to the state whose task failed."""
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
    """Return the state in which event happened, by the events that it follows."""
    while "stateEnteredEventDetails" not in event:
        assert event["previousEventId"] < event["id"]
        event = events[event["previousEventId"] - 1]
    return str(event["stateEnteredEventDetails"]["name"])


def test_an_aborted_execution_stays_aborted(account: Account, release: Callable[[], None]) -> None:
    """A task that fails after its execution was aborted does not make that one a failed one."""
    execution = started(account, machine(account, "late", {"Call": calling("held")}))
    eventually(having(account, execution, "TaskScheduled"))
    account.client("stepfunctions").stop_execution(executionArn=execution)
    release()
    eventually(having(account, execution, "TaskFailed"))
    assert status(account, execution) == "ABORTED"
    assert not having(account, execution, "ExecutionFailed")()


def test_an_execution_is_aborted_for_no_reason_but_a_given_one(account: Account) -> None:
    """The history says why an execution was aborted if somebody said so, and nothing otherwise."""
    arn = machine(account, "aborted", WAITING)
    client = account.client("stepfunctions")
    said = [{"error": "Stopped", "cause": "by hand"}, {}]
    for number, reason in enumerate(said):
        client.stop_execution(executionArn=started(account, arn, str(number)), **reason)
    executions = [arn.replace("stateMachine", "execution") + f":{number}" for number in range(len(said))]
    (told, untold) = (history(account, execution)[-1] for execution in executions)
    assert told["executionAbortedEventDetails"] == said[0]
    assert not untold.get("executionAbortedEventDetails")


def test_only_express_takes_a_name_twice(account: Account) -> None:
    """A name is good for one execution of a STANDARD machine, and for any number of an EXPRESS one."""
    express = machine(account, "express", NOTHING, kind="EXPRESS")
    standard = machine(account, "standard", NOTHING)
    assert started(account, express) != started(account, express)
    first = started(account, standard)
    eventually(lambda: status(account, first) == "SUCCEEDED")  # AWS takes the name of one that runs for a repeat
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        started(account, standard)


def test_only_standard_tells_how_executions_end(account: Account) -> None:
    """EventBridge hears of the ends of a STANDARD machine's executions, and of no EXPRESS one's."""
    express, standard = (machine(account, kind, NOTHING, kind=kind) for kind in ("EXPRESS", "STANDARD"))
    pattern = {"source": ["aws.states"], "detail": {"status": ["SUCCEEDED"], "stateMachineArn": [express, standard]}}
    events = account.client("events")
    events.put_rule(Name="ends", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="ends", Targets=[{"Id": "queue", "Arn": account.queue("ends")}])
    silent = started(account, express)
    eventually(lambda: status(account, silent) == "SUCCEEDED")
    told = started(account, standard)
    (message,) = account.received("ends")
    assert json.loads(message["Body"])["detail"]["executionArn"] == told
