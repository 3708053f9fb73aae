"""The functions of the running schedule that the patches of moto call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    Call = Callable[[dict[str, Any]], Any]


class Hooks(Protocol):
    """One schedule, as the patches know it."""

    def now(self) -> datetime:
        """Return the time."""

    def clock(self) -> datetime:
        """Return the time on the clock of the current function's machine."""

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""

    def call(self, client: Any, operation: str, params: dict[str, Any], do: Call) -> Any:
        """Make an AWS call of any caller, with do, which takes the parameters."""

    def invoke_directly(self, params: dict[str, Any]) -> Any:
        """Return what Lambda responds to Invoke."""

    def attempt(self, state: str, service: str, do: Callable[[], None]) -> None:
        """Run an attempt of a state's task, with do."""

    def invoke(self, function: str, payload: bytes) -> Any:
        """Return the result of function."""

    def retry(self) -> None:
        """Wait before a task is tried again."""

    def begin(self, execution: Any, run: Callable[[], None]) -> None:
        """Start an execution."""

    def branch(self, run: Callable[[], None]) -> None:
        """Start a branch of the current execution."""

    def wait(self, ready: Callable[[], bool]) -> None:
        """Let other actors run until ready."""

    def ended(self, execution: Any) -> None:
        """Record that an execution has ended."""

    def is_express(self) -> bool:
        """Return whether executions may have the same name, as with EXPRESS."""

    def written(self, old: Any, new: Any) -> None:
        """Record a write of an item, with its attributes as DynamoDB has them; None for no item."""

    def published(self, message: str, attributes: dict[str, Any]) -> None:
        """Record a message that was published to the topic."""
