"""Moto's interpreter, where we repair it: a branch that is stopped ends where it is, and all threads are waited for."""

from collections import Counter
from threading import Event, Thread, current_thread, main_thread
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sns import (
    StateTaskServiceSns,
)
from moto.stepfunctions.parser.utils import TMP_THREADS

from tests.fake_aws.account import create_state_machine
from tests.fake_aws.interpreter import Interpreter, join_threads, refusal
from tests.fake_aws.resources import TOPIC, Resources
from tests.patience import PATIENCE

PUBLISH = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sns:publish",
    "Parameters": {"TopicArn": TOPIC, "Message.$": "States.JsonToString($)"},
    "TimeoutSeconds": 60,
    "End": True,
}
MACHINE = {
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Parallel",
            "Branches": [{"StartAt": name, "States": {name: PUBLISH}} for name in ("Failing", "Stopped")],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
            "End": True,
        },
        "Caught": PUBLISH,
    },
}


@pytest.fixture
def interpreter(resources: Resources, monkeypatch: pytest.MonkeyPatch) -> Interpreter:  # noqa: ARG001 - it must be there
    """Give an interpreter of two branches."""
    interpreter = Interpreter(create_state_machine(f"branches-{uuid4()}", MACHINE), {})
    interpreter.install(monkeypatch)
    return interpreter


def happened(arn: str) -> Counter[str]:
    """Return how often each type of event is in the history of an execution."""
    events = boto3.client("stepfunctions").get_execution_history(executionArn=arn)["events"]
    return Counter(event["type"] for event in events)


@pytest.mark.parametrize("place", ["_eval_execution", "_before_eval_execution", "_eval_service_task"])
def test_a_stopped_branch_ends_where_it_is(
    interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """A task whose sibling has failed takes nothing wrong for its settings, and leaves no error in the history."""
    begun, stopped = Event(), Event()
    step = getattr(StateTaskServiceSns, place)

    def wait(task: StateTaskServiceSns, **named: Any) -> None:
        if task.name == "Stopped":
            begun.set()
            assert stopped.wait(PATIENCE)
        step(task, **named)

    def fail() -> None:
        assert begun.wait(PATIENCE)
        refusal("AuthorizationError")()

    monkeypatch.setattr(StateTaskServiceSns, place, lambda task, env, **named: wait(task, env=env, **named))
    interpreter.before |= {"Failing": fail, "Caught": stopped.set}
    execution = interpreter.run({"text": "any"}, "execution")
    assert execution.status == "SUCCEEDED"
    assert interpreter.attempts == {"Failing": 1, "Stopped": 1, "Caught": 1}
    types = happened(execution.arn)
    assert (types["TaskStateEntered"], types["TaskFailed"], types["TaskStateExited"]) == (3, 1, 1)


class Hesitant(Event):
    """A thread's start that happens once the main thread waits for it."""

    def __init__(self) -> None:
        """Start without a started thread or a waiter."""
        super().__init__()
        self.begun, self.awaited = Event(), Event()

    def set(self) -> None:
        """Happen."""
        self.begun.set()
        assert self.awaited.wait(PATIENCE)
        super().set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has happened."""
        if current_thread() is main_thread():
            self.awaited.set()
        return super().wait(timeout)


def test_a_thread_that_is_about_to_start_is_waited_for() -> None:
    """A thread that is listed, and has its number, but is not started yet cannot be joined at once."""
    done, start = Event(), Hesitant()
    thread = Thread(target=done.set, daemon=True)
    vars(thread)["_started"] = start
    TMP_THREADS.append(thread)
    starter = Thread(target=thread.start, daemon=True)
    starter.start()
    assert start.begun.wait(PATIENCE)
    join_threads()
    assert done.is_set()
    starter.join(PATIENCE)
