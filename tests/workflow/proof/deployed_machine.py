"""A machine on moto's interpreter with stubs for all that it calls, and the observable result of a run."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from itertools import count
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto.stepfunctions.parser import quotas
from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.intrinsic.function.statesfunction.json_manipulation import json_to_string
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_dynamodb import (
    StateTaskServiceDynamoDB,
)
from moto.stepfunctions.parser.asl.component.state.fail import state_fail

from tests.asl.check.membership import compact
from tests.fake_aws import interpreter_cache
from tests.fake_aws.account import ACCOUNT, REGION, create_state_machine
from tests.fake_aws.interpreter import Execution, Handler, Interpreter, Payload, substituted
from tests.fake_aws.resources import TABLE, TOPIC
from tests.fake_aws.stores import step_functions
from workflow.steps import STEPS

SUBSTITUTIONS = {"Partition": "aws", "MetadataTable": TABLE, "NotificationTopic": TOPIC} | {
    step.function: f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{step.function}" for step in STEPS
}
FUNCTIONS = {step.state: step.function for step in STEPS}

# The payloads in an event of the history, and their kinds as Proof.sizes calls them.
SEEN = {
    "stateEnteredEventDetails": ("input", "input"),
    "stateExitedEventDetails": ("output", "output"),
    "taskScheduledEventDetails": ("parameters", "parameters"),
    "taskSucceededEventDetails": ("output", "result"),
}
FAILED = ("taskFailedEventDetails", "executionFailedEventDetails")


class Script:
    """The input of a run, and the behavior of its stubs."""

    def __init__(self, payload: Payload, answers: dict[str, Payload | Exception], errors: dict[str, Payload]) -> None:
        """Start with payload; answers has a result or exception for each state, errors the error of each state that always fails."""
        self.payload = payload
        self.answers = answers
        self.errors = errors

    def __repr__(self) -> str:
        """Return the whole script for the report of a failed run, with long strings abridged."""
        return f"Script({abridged(self.payload)}, {abridged(self.answers)}, {abridged(self.errors)})"


@dataclass(frozen=True)
class SeenPayload:
    """A payload that was seen at a state."""

    state: str
    kind: str
    payload: Any
    size: int  # bytes, as Step Functions counts them


@dataclass(frozen=True)
class Run:
    """One finished run."""

    execution: Execution
    sights: list[SeenPayload]
    errors: list[tuple[str, str, str]]  # all errors in the history: state, name and cause
    received: list[tuple[str, Payload]]  # inputs of functions, by state


class DeployedMachine:
    """A machine deployed into moto, to be run again and again."""

    def __init__(self, machine: dict[str, Any], patch: pytest.MonkeyPatch) -> None:
        """Deploy machine, with its placeholders filled."""
        patch_like_aws(patch)
        interpreter_cache.install(patch)
        self._table = boto3.resource("dynamodb").Table(TABLE)
        self._machine = create_state_machine(f"machine-{next(_NUMBERS)}", substituted(machine, **SUBSTITUTIONS))
        self._interpreter = Interpreter(self._machine, {})
        self._interpreter.install(patch)

    def play(self, script: Script) -> Run:
        """Run script with an execution name of the greatest length, for a picture whose record is open and belongs to the execution."""
        name = f"{next(_NUMBERS):080}"
        image_id = script.payload["image"]["imageId"]
        self._table.put_item(Item={"imageId": image_id, "execution": name, "status": "PROCESSING"})
        received: list[tuple[str, Payload]] = []
        for state, answer in script.answers.items():
            self._interpreter.functions[FUNCTIONS[state]] = function_stub(state, answer, received)
        self._interpreter.before = {state: fail_with(error) for state, error in script.errors.items()}
        execution = self._interpreter.run(script.payload, name)
        history = step_functions().get_execution_history(execution.arn)  # a request takes long for it
        return _run(execution, history["events"], received)


@contextmanager
def deployed(machine: dict[str, Any]) -> Iterator[DeployedMachine]:
    """Deploy machine, and remove the patches of moto afterwards."""
    log = logging.getLogger("moto.stepfunctions")
    level = log.level
    log.setLevel(logging.CRITICAL)  # it logs its program with each error
    with pytest.MonkeyPatch.context() as patch:
        yield DeployedMachine(machine, patch)
    log.setLevel(level)


def abridged(value: Any) -> str:
    """Return value as Python writes it, but only the two ends of long strings and how much is between."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name!r}: {abridged(one)}' for name, one in value.items())}}}"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:30]}<{len(text) - 60} more>{text[-30:]}"


def function_stub(state: str, answer: Payload | Exception, received: list[tuple[str, Payload]]) -> Handler:
    """Return the function of state, which records its input and returns or raises answer."""

    def handle(event: Payload, _: object) -> Payload:
        received.append((state, event))
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handle


_NUMBERS = count(1)


def fail_with(error: Payload) -> Callable[[], None]:
    """Return a function that makes a task fail with the Error and Cause of error, as a Catch would see them."""
    found = {name.lower(): text for name, text in error.items()}
    place: Any = SimpleNamespace(next_state_name="", event_history_context=SimpleNamespace(source_event_id=0))
    details: Any = {"taskFailedEventDetails": found}

    def fail() -> None:
        raise FailureEventException(FailureEvent(place, _Name(error["Error"]), HistoryEventType.TaskFailed, details))

    return fail


class _Name(ErrorName):
    """An error's name; moto's own class refuses those that begin with `States.`."""


def _run(execution: Execution, history: list[Any], received: list[tuple[str, Payload]]) -> Run:
    sights: list[SeenPayload] = []
    errors: list[tuple[str, str, str]] = []
    states: dict[int, str] = {}  # by number of the event
    read = cache(_read)  # what leaves a state enters the next one
    for event in history:
        named = event.get("stateEnteredEventDetails", {}) | event.get("stateExitedEventDetails", {})
        states[event["id"]] = state = named.get("name") or states.get(event["previousEventId"], "")
        sights += [
            SeenPayload(state, kind, *read(event[details][field]))
            for details, (field, kind) in SEEN.items()
            if details in event
        ]
        failed = [event[details] for details in FAILED if details in event]
        errors += [(state, one.get("error", ""), one.get("cause", "")) for one in failed]
    return Run(execution, sights, errors, received)


def _read(text: str) -> tuple[Any, int]:
    payload = json.loads(text)
    return payload, len(compact(payload))


def patch_like_aws(patch: pytest.MonkeyPatch) -> None:
    """Let moto measure and write JSON as AWS does, without escapes, and let Fail have an error name with `States.`.

    An error that a script gives to DynamoDB keeps its name; moto would rename it.
    """
    patch.setattr(StateTaskServiceDynamoDB, "_from_error", _from_error(StateTaskServiceDynamoDB._from_error))  # noqa: SLF001
    patch.setattr(quotas, "to_json_str", lambda value: compact(value).decode())
    patch.setattr(json_to_string, "json", SimpleNamespace(dumps=partial(json.dumps, ensure_ascii=False)))
    patch.setattr(state_fail, "CustomErrorName", _Name)


def _from_error(named: Callable[..., FailureEvent]) -> Callable[..., FailureEvent]:
    def name(task: StateTaskService, env: Any, ex: Exception) -> FailureEvent:
        return ex.failure_event if isinstance(ex, FailureEventException) else named(task, env=env, ex=ex)

    return name
