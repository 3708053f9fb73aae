"""Functions as Lambda runs them: in a process that may die, with errors in Lambda's form."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.chaos.errors import KILLED

if TYPE_CHECKING:
    from tests.chaos.deployment import Deployment
    from tests.chaos.scheduler import Scheduler

Payload = dict[str, Any]

CONTEXT = SimpleNamespace(aws_request_id="6f0e5f3c-5b0f-4d57-a1b5-0f3f1f0d4f11")


@dataclass
class Invocation:
    """One call of a function, and its result."""

    answer: Any = None
    error: Payload | None = None
    over: bool = False


class Functions:
    """The functions of a schedule, in the versions that a deployment gives them."""

    def __init__(self, scheduler: Scheduler, deployment: Deployment) -> None:
        """Run them as actors of scheduler."""
        self._scheduler = scheduler
        self._deployment = deployment

    def invoke(self, module: str, event: Any) -> Invocation:
        """Start the handler of module on event, as an actor of its own."""
        invocation = Invocation(error=failure(KILLED, "exit status 1"))

        def run() -> None:
            try:
                handler = import_module(module).handler
                answer = self._deployment.handle(module, handler, event, CONTEXT)
                invocation.answer = json.loads(json.dumps(answer))
                invocation.error = None
            except Exception as error:  # noqa: BLE001 - Lambda's own boundary
                invocation.error = failure(type(error).__name__, str(error))
                self._scheduler.note(f"raises {type(error).__name__}")
            finally:
                invocation.over = True

        self._scheduler.spawn(module.rpartition(".")[2], run, works=True)
        return invocation


def failure(name: str, message: str) -> Payload:
    """Return Lambda's error for a function that failed."""
    return {"errorMessage": message, "errorType": name, "requestId": CONTEXT.aws_request_id, "stackTrace": []}


def module_of(function: str) -> str:
    """Return the module of the function with that logical ID."""
    return f"lambdas.{function.removesuffix('Function').lower()}"
