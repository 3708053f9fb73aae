"""Patches of moto's Step Functions interpreter, so that nothing there blocks or waits."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.program import program
from moto.stepfunctions.parser.asl.component.state import state as state_module
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.branch_worker import BranchWorker
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.branches_decl import BranchWorkerPool
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_lambda import (
    StateTaskServiceLambda,
)
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from lambdas.runtime import clock
from tests.fake_aws import interpreter_stop

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import pytest
    from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

    from tests.chaos.hooks import Hooks

    Here = Callable[[], Hooks]  # returns the hooks of the running schedule


def install(patch: pytest.MonkeyPatch, here: Here) -> None:
    """Patch the interpreter."""
    interpreter_stop.install(patch)
    _log_nothing(patch)
    _replace_threads(patch, here)
    _hook_executions(patch, here)
    _branch(patch, here)
    _try_tasks(patch, here)


def _log_nothing(patch: pytest.MonkeyPatch) -> None:
    """Stop the log of the whole program with each error."""
    patch.setattr(EvalComponent, "_log_exception", lambda *_, **__: None)
    patch.setattr(EvalComponent, "_log_failure_event_exception", lambda *_, **__: None)


def _replace_threads(patch: pytest.MonkeyPatch, here: Here) -> None:
    """Leave all threads to the scheduler, and let retries wait only for their turn."""
    patch.setattr(execute_state, "Thread", Inline)
    patch.setattr(program, "threading", SimpleNamespace(Thread=Inline))
    for module in (execute_state, program):
        patch.setattr(module, "TMP_THREADS", _Nothing())
    patch.setattr(retrier_decl, "time", SimpleNamespace(sleep=lambda _: here().retry()))
    patch.setattr(state_module, "StateData", _state_data)


def _state_data(**fields: str) -> dict[str, str]:
    """Return the context object's `State` with the schedule's time, as AWS writes it."""
    return {**fields, "EnteredTime": clock.timestamp()}


def _hook_executions(patch: pytest.MonkeyPatch, here: Here) -> None:
    """Let the hooks start executions, record their ends, and decide whether they may have the same name."""
    terminated = BaseExecutionWorkerCommunication.terminated
    same_name = StateMachine._handle_name_input_idempotency  # noqa: SLF001 - moto offers no other place

    def begin(worker: Any) -> None:
        here().begin(worker._execution_communication.execution, worker._execution_logic)  # noqa: SLF001 - as above

    def end(communication: Any) -> None:
        terminated(communication)
        here().ended(communication.execution)

    def known(machine: Any, name: str, text: str) -> Any:
        return None if here().is_express() else same_name(machine, name, text)

    patch.setattr(ExecutionWorker, "start", begin)
    patch.setattr(BaseExecutionWorkerCommunication, "terminated", end)
    patch.setattr(StateMachine, "_handle_name_input_idempotency", known)


def _branch(patch: pytest.MonkeyPatch, here: Here) -> None:
    """Let the hooks start branches, and let the Parallel state wait for them."""

    def branch(worker: Any) -> None:
        def run() -> None:
            if worker.env.is_running():  # it is not if its sibling failed before it could begin
                worker._program.eval(worker.env)  # noqa: SLF001 - moto offers no other place
                worker._branch_worker_comm.on_terminated(env=worker.env)  # noqa: SLF001 - as above

        here().branch(run)

    patch.setattr(BranchWorker, "start", branch)
    patch.setattr(BranchWorkerPool, "wait", lambda pool: here().wait(pool._termination_event.is_set))  # noqa: SLF001 - as above


def _try_tasks(patch: pytest.MonkeyPatch, here: Here) -> None:
    """Let the hooks run tasks and functions."""
    run_task = StateTaskService._eval_execution  # noqa: SLF001 - moto offers no other place

    def attempt(task: Any, env: Any) -> None:
        here().attempt(task.name, task.resource.service_name, lambda: run_task(task, env))

    def invoke(_: object, env: Any, *, normalised_parameters: dict[str, Any], **__: object) -> None:
        function = normalised_parameters["FunctionName"].rpartition(":")[2]
        env.stack.append({"Payload": here().invoke(function, normalised_parameters["Payload"])})

    patch.setattr(StateTaskService, "_eval_execution", attempt)
    patch.setattr(StateTaskServiceLambda, "_eval_service_task", invoke)


_NO_DETAILS: EventDetails = {}  # type: ignore[typeddict-item]  # moto's type asks for those of every event


def is_running(execution: Any) -> bool:
    """Return whether an execution is running."""
    env = execution.exec_worker.env
    return env is not None and bool(env.is_running())


def stop(execution: Any, time: datetime, *, timed_out: bool) -> None:
    """Stop an execution from outside: by its time limit, or as StopExecution does."""
    worker = execution.exec_worker
    kind = HistoryEventType.ExecutionTimedOut if timed_out else HistoryEventType.ExecutionAborted
    worker.env.event_manager.add_event(
        context=worker.env.event_history_context, event_type=kind, event_details=_NO_DETAILS
    )
    if timed_out:
        worker.env.set_timed_out()
    else:
        worker.env.set_stop(stop_date=time, cause=None, error=None)
    worker._execution_communication.terminated()  # noqa: SLF001 - moto offers no other place


class Inline:
    """A replacement of Thread that does its work at once when it is started."""

    def __init__(self, target: Callable[..., None], args: tuple[Any, ...] = (), **_: object) -> None:
        """Keep the work for the start."""
        self._work = partial(target, *args)

    def start(self) -> None:
        """Do the work."""
        self._work()

    def join(self, timeout: float | None = None) -> None:
        """Return at once."""

    def is_alive(self) -> bool:
        """Record that it is done."""
        return False


class _Nothing(list[Any]):
    """A list that keeps nothing."""

    def append(self, _: Any) -> None:
        """Discard the item."""
