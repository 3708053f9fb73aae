"""A patch of moto's interpreter: a stopped branch or execution does nothing more, as in Step Functions.

Moto stops an environment from another thread: a branch when its sibling fails, an execution when it is aborted or times
out. Its own `eval` then skips each component without a word, and its caller takes from the stack what lies
there: the state's input for the seconds of a timeout, or for the parameters of a call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    Eval = Callable[[Any, Any], None]


class _Stopped(Exception):  # noqa: N818 - the name of the fact
    """The environment was stopped; moto hands an Exception on from the thread of a task to its state."""


class _Left(BaseException):
    """The same, beyond the state's Retry and Catch, which take every Exception for an error of the task."""


def install(patch: pytest.MonkeyPatch) -> None:
    """Let moto leave a state as soon as its environment is stopped, and write nothing more into the history."""
    evaluate = _leaving(EvalComponent.eval, _Stopped)
    attempt = _leaving(ExecutionState._evaluate_with_timeout, _Left)  # noqa: SLF001 - moto offers no other place
    patch.setattr(EvalComponent, "eval", _ending(evaluate))
    patch.setattr(ExecutionState, "_evaluate_with_timeout", attempt)
    patch.setattr(Program, "eval", _beginning(Program.eval))


def _leaving(step: Eval, leave: type[BaseException]) -> Eval:
    """Return step for an environment that runs: what goes wrong once it was stopped is a consequence of that."""

    def evaluate(component: Any, env: Any) -> None:
        if not env.is_running():
            raise leave
        try:
            step(component, env)
        except Exception:
            if env.is_running():
                raise
            raise leave from None

    return evaluate


def _ending(step: Eval) -> Eval:
    """Return step, which catches the exit from a state or program: its caller checks whether the environment still runs."""

    def evaluate(component: Any, env: Any) -> None:
        try:
            step(component, env)
        except (_Stopped, _Left):
            if not isinstance(component, CommonStateField | Program):
                raise

    return evaluate


def _beginning(step: Eval) -> Eval:
    """Return step, a program's, which moto cannot begin in an environment that was stopped before."""

    def evaluate(program: Any, env: Any) -> None:
        try:
            step(program, env)
        except RuntimeError:
            if env.is_running():
                raise

    return evaluate
