"""The pipeline on moto's Step Functions interpreter: the real graph and handlers, without any real waiting."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from itertools import count
from threading import Event, RLock
from types import SimpleNamespace
from typing import Any, Final
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.config import DefaultConfig
from moto.dynamodb.responses import DynamoHandler
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.common.retry.max_attempts_decl import MaxAttemptsDecl, MaxAttemptsOutcome
from moto.stepfunctions.parser.asl.component.state import state as state_module
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.utils import TMP_THREADS

from tests.fake_aws import interpreter_cache, interpreter_stop
from tests.fake_aws.account import create_state_machine
from tests.patience import PATIENCE
from workflow.definition import states_language

Payload = dict[str, Any]
Handler = Callable[[Payload, Any], Payload]

MOTO: Final[DefaultConfig] = {
    "core": {"reset_boto3_session": False},  # the tests share one session
    "stepfunctions": {"execute_state_machine": True},
    "lambda": {"use_docker": False},
}
# Days of retries take seconds of the processor each time, and are alike.
MOST_RETRIES = 40
_HEAD: Any = {"HTTPStatusCode": 400, "RequestId": "of-the-refusal"}


def substituted(definition: dict[str, Any], **values: str) -> dict[str, Any]:
    """Return definition with each `${Name}` replaced by its value, as CloudFormation does on deployment."""
    text = json.dumps(definition)
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", value)
    filled: dict[str, Any] = json.loads(text)
    return filled


def deploy(substitutions: dict[str, str]) -> str:
    """Create the pipeline's state machine and return its ARN; substitutions stand for the template's."""
    return create_state_machine("pipeline", substituted(states_language(), **substitutions))


@dataclass(frozen=True)
class Execution:
    """One finished execution."""

    arn: str
    name: str
    status: str
    error: str | None
    cause: str | None


class Interpreter:
    """A state machine in moto, whose functions, service calls and waits a test can replace."""

    def __init__(self, machine: str, functions: dict[str, Handler]) -> None:
        """Run the state machine with that ARN with functions, by logical ID."""
        self.functions = functions
        self.before: dict[str, Callable[[], object]] = {}  # by state: called at each attempt of its task, may raise
        self.attempts: dict[str, int] = defaultdict(int)  # by state: how often its task was tried
        self.calls: dict[str, int] = defaultdict(int)  # by function: how often it was invoked
        self.most_retries = MOST_RETRIES  # of a task, whatever its retriers say
        self.waits: list[float] = []  # seconds that the retries would have waited
        self._client = boto3.client("stepfunctions")
        self._machine = machine

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Patch moto to use the functions, service calls and waits of this interpreter."""

        def invoke(_: object, arn: str, __: object, body: str, ___: object, headers: dict[str, str]) -> bytes:
            return self._invoke(arn.rpartition(":")[2], json.loads(body), headers)

        interpreter_stop.install(patch)
        interpreter_cache.install(patch)
        run_task = StateTaskService._eval_execution  # noqa: SLF001 - moto offers no other place

        def attempt(task: StateTaskService, env: Any) -> None:
            self.attempts[task.name] += 1
            self.before.get(task.name, lambda: None)()
            run_task(task, env)

        patch.setattr(LambdaSimpleBackend, "invoke", invoke)
        patch.setattr(StateTaskService, "_eval_execution", attempt)
        patch.setattr(retrier_decl, "time", SimpleNamespace(sleep=self.waits.append))
        patch.setattr(execute_state, "threading", SimpleNamespace(Event=_PatientEvent))
        patch.setattr(state_module, "StateData", _state_data)
        patch.setattr(DynamoHandler, "call_action", _one_at_a_time(DynamoHandler.call_action))
        patch.setattr(MaxAttemptsDecl, "_eval_body", self._bounded(MaxAttemptsDecl._eval_body))  # noqa: SLF001 - the same

    def _bounded(self, evaluate: Callable[[MaxAttemptsDecl, Any], None]) -> Callable[[MaxAttemptsDecl, Any], None]:
        """Return evaluate, which says whether a retrier retries once more, with the limit of this interpreter."""

        def bounded(attempts: MaxAttemptsDecl, env: Any) -> None:
            evaluate(attempts, env)
            if attempts._access_attempt_number(env) >= self.most_retries:  # noqa: SLF001 - it has nothing public
                env.stack[-1] = MaxAttemptsOutcome.EXHAUSTED

        return bounded

    def _invoke(self, function: str, event: Payload, headers: dict[str, str]) -> bytes:
        """Answer as Lambda does, errors included."""
        request = str(uuid4())
        self.calls[function] += 1
        try:
            answer = self.functions[function](event, SimpleNamespace(aws_request_id=request))
        except Exception as error:  # noqa: BLE001 - Lambda's own boundary
            headers["x-amz-function-error"] = "Unhandled"
            answer = {
                "errorMessage": str(error),
                "errorType": type(error).__name__,
                "requestId": request,
                "stackTrace": [],
            }
        return json.dumps(answer).encode()

    def run(self, payload: Payload, name: str) -> Execution:
        """Start an execution called name and return it once it and all its threads have ended."""
        self._client.start_execution(stateMachineArn=self._machine, name=name, input=json.dumps(payload))
        return self.ended(name)

    def ended(self, name: str) -> Execution:
        """Return the execution called name, which was started, once all threads have ended."""
        join_threads()
        arn = f"{self._machine.replace(':stateMachine:', ':execution:')}:{name}"
        found = self._client.describe_execution(executionArn=arn)
        return Execution(found["executionArn"], found["name"], found["status"], found.get("error"), found.get("cause"))


def _one_at_a_time(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return call for one thread at a time: moto checks a condition, writes and answers in three steps, DynamoDB in one."""
    lock = RLock()

    @wraps(call)
    def locked(*arguments: Any, **named: Any) -> Any:
        with lock:
            return call(*arguments, **named)

    return locked


def refusal(code: str, times: int | None = None) -> Callable[[], None]:
    """Return a function that makes a service refuse a task with the error code: always, or the first times attempts."""
    attempts = count()

    def refuse() -> None:
        if times is None or next(attempts) < times:
            raise ClientError({"Error": {"Code": code, "Message": "Refused."}, "ResponseMetadata": _HEAD}, "Call")

    return refuse


def _state_data(**fields: str) -> dict[str, str]:
    """Return the context object's `State`; its time is written as AWS does, where moto writes `+00:00`."""
    entered = datetime.fromisoformat(fields["EnteredTime"]).isoformat(timespec="milliseconds")
    return {**fields, "EnteredTime": entered.replace("+00:00", "Z")}


class _PatientEvent(Event):
    """The event with which moto waits for an attempt, without TimeoutSeconds, which a busy machine could exceed."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the attempt has ended, without a time limit."""
        del timeout
        return super().wait(PATIENCE)


def join_threads(patience: float = PATIENCE) -> None:
    """Wait until no thread of the interpreter runs: a branch outlives the failure of its sibling.

    Moto lists a thread before it starts it, and a thread has its number before it may be joined.
    """
    while TMP_THREADS:
        thread = TMP_THREADS.pop()
        assert thread._started.wait(PATIENCE), "a thread is not started"  # noqa: SLF001 - nothing public waits for that
        thread.join(patience)
        assert not thread.is_alive(), "an execution hangs"
