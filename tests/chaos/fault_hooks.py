"""The hooks of a schedule: they let other actors run, and inject faults."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from botocore.response import StreamingBody
from moto.stepfunctions.parser.asl.component.state.exec.state_task.lambda_eval_utils import LambdaFunctionErrorException

from tests.chaos import errors
from tests.chaos.faults import CALL, FUNCTION, INCOMPLETE, TASK, Fault
from tests.chaos.incomplete_answers import IncompleteAnswers
from tests.chaos.invocations import failure, module_of
from tests.chaos.scheduler import vanish

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.chaos.context import Context
    from tests.chaos.hooks import Call
    from tests.chaos.invocations import Functions
    from tests.chaos.world import World

MAX_SKEW = 90  # seconds
INCOMPLETE_FAULTS = {fault for kinds in INCOMPLETE.values() for fault in kinds}
NOT_TWICE = "StartExecution"  # under EXPRESS, which starts another one; the SDK repeats it as any other call


class FaultHooks:
    """The hooks of one schedule."""

    def __init__(self, context: Context, world: World, functions: Functions) -> None:
        """Inject faults into the actors in world, and record events in the journal."""
        self._scheduler = context.scheduler
        self._faults = context.faults
        self._world = world
        self._functions = functions
        self._journal = context.journal
        self._incomplete = IncompleteAnswers(context)

    def now(self) -> datetime:
        """Return the world's time."""
        return self._world.now()

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self._world.tick(seconds)

    def is_express(self) -> bool:
        """Return whether executions may have the same name, as with EXPRESS."""
        return self._world.express

    def clock(self) -> datetime:
        """Return the time on the clock of the current function's machine."""
        actor = self._scheduler.actor
        if actor.skew is None:
            wrong = actor.works and self._faults.draw({Fault.CLOCK_SKEWED: 1}, often=2)
            actor.skew = self._scheduler.random.uniform(-MAX_SKEW, MAX_SKEW) if wrong else 0
        return self.now() + timedelta(seconds=actor.skew)

    def call(self, client: Any, operation: str, params: dict[str, Any], do: Call) -> Any:
        """Make an AWS call, perhaps with a fault; calls of the test and of the interpreter have none."""
        self._world.tick()
        if not self._scheduler.works():
            return do(params)
        self._scheduler.pause(operation)
        fault = self._faults.draw(INCOMPLETE.get(operation, {}), often=4) or self._faults.draw(CALL)
        if fault is Fault.CALL_TWICE and self._world.express and operation == NOT_TWICE:
            fault = None
        if fault:
            self._scheduler.note(operation, fault)
        _before(fault, client, operation, self._kill)
        answer = self._answered(fault, client, operation, params, do)
        pause = self._scheduler.linger if fault is Fault.CALL_OUTDATED else self._scheduler.pause
        pause(f"{operation} is done")
        if fault is Fault.CALL_ANSWER_LOST:
            raise errors.timed_out()
        if fault is Fault.KILLED_AFTER:
            self._kill()
        return answer

    def _answered(self, fault: Fault | None, client: Any, operation: str, params: dict[str, Any], do: Call) -> Any:
        """Return the answer of the call; of the second, if the SDK repeats it because the first answer was lost."""
        if fault in INCOMPLETE_FAULTS:
            if operation == "DescribeExecution":
                return self._incomplete.describe(client, params, do, self.now())
            return self._incomplete.answer(fault, operation, params, do)
        answer = do(params)
        if fault is Fault.CALL_TWICE:
            self._scheduler.pause("repeated")
            answer = do(params)
        return answer

    def _kill(self) -> None:
        self._scheduler.actor.gone = True
        vanish()

    def invoke_directly(self, params: dict[str, Any]) -> Any:
        """Invoke a function as Lambda's API does, and return the response."""
        invocation = self._functions.invoke(module_of(params["FunctionName"]), json.loads(params["Payload"]))
        self._scheduler.wait(lambda: invocation.over)
        payload = json.dumps(invocation.error or invocation.answer).encode()
        failed = {"FunctionError": "Unhandled"} if invocation.error else {}
        return {"StatusCode": 200, "Payload": StreamingBody(BytesIO(payload), len(payload)), **failed}

    def attempt(self, state: str, service: str, do: Callable[[], None]) -> None:
        """Run an attempt of a state's task, perhaps with a fault."""
        self._scheduler.pause(state)
        fault = self._faults.draw(TASK)
        if fault:
            self._scheduler.note(state, fault)
        if fault is Fault.TASK_THROTTLED:
            raise errors.task_throttled(service)
        if fault is Fault.TASK_FAILS:
            raise errors.task_failed(service)
        if fault is Fault.TASK_TIMES_OUT:
            raise TimeoutError
        do()
        self._scheduler.pause(f"{state} is done")
        if fault is Fault.TASK_ANSWER_LOST:
            raise errors.task_failed(service)
        if fault is Fault.TASK_ANSWER_LATE:
            raise TimeoutError

    def invoke(self, function: str, payload: bytes) -> Any:
        """Return the result of function; if it fails, raises the error that the interpreter expects."""
        fault = self._faults.draw(FUNCTION)
        if fault:
            self._scheduler.note(function, fault)
        if fault is Fault.OUT_OF_MEMORY:
            raise _function_error(failure(errors.OUT_OF_MEMORY, "out of memory"))
        if fault is Fault.TIMED_OUT_AT_ONCE:
            raise _function_error(failure(errors.FUNCTION_TIMED_OUT, "timed out"))
        invocation = self._functions.invoke(module_of(function), json.loads(payload))
        if fault is Fault.TWO_COPIES:
            self._functions.invoke(module_of(function), json.loads(payload))
        if fault is Fault.ZOMBIE:
            self._scheduler.pause(f"{function} is given up")
            raise _function_error(failure(errors.KILLED, "given up"))
        self._scheduler.wait(lambda: invocation.over)
        if invocation.error:
            raise _function_error(invocation.error)
        return invocation.answer

    def retry(self) -> None:
        """Let other actors run before a task is retried."""
        self._scheduler.pause("retry")

    def wait(self, ready: Callable[[], bool]) -> None:
        """Let other actors run until ready."""
        self._scheduler.wait(ready)

    def begin(self, execution: Any, run: Callable[[], None]) -> None:
        """Start an execution."""
        self._journal.began(execution, self._scheduler.actor, self._world.now())
        self._scheduler.spawn("execution", run, group=execution)

    def branch(self, run: Callable[[], None]) -> None:
        """Start a branch of the current execution."""
        self._scheduler.spawn("branch", run, group=self._scheduler.actor.group)

    def ended(self, execution: Any) -> None:
        """Record that an execution has ended, and emit its status event."""
        self._scheduler.note(f"execution {execution.status}")
        self._world.emit_status(execution)

    def written(self, old: Any, new: Any) -> None:
        """Record a write of an item of the table."""
        self._journal.written(old, new, len(self._scheduler.trace))

    def published(self, message: str, attributes: dict[str, Any]) -> None:
        """Record a message that was published to the topic."""
        self._journal.published(message, attributes)


def _before(fault: Fault | None, client: Any, operation: str, kill: Callable[[], None]) -> None:
    """Raise the error of a fault before the call has any effect."""
    if fault is Fault.CALL_FAILS:
        raise errors.failed(client, operation)
    if fault is Fault.CALL_THROTTLED:
        raise errors.throttled(client, operation)
    if fault is Fault.CALL_LOST:
        raise errors.timed_out()
    if fault is Fault.KILLED_BEFORE:
        kill()


def _function_error(error: dict[str, Any]) -> LambdaFunctionErrorException:
    return LambdaFunctionErrorException("Unhandled", json.dumps(error))
