"""What the patches of moto call in the schedule that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class Hooks(Protocol):
    """One schedule, as the patches know it."""

    def now(self) -> datetime:
        """Return the time."""

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""

    def call(self, client: Any, operation: str, do: Callable[[], Any]) -> Any:
        """Make an AWS call of whoever it is, by do."""

    def attempt(self, state: str, service: str, do: Callable[[], None]) -> None:
        """Try the task of a state, by do."""

    def invoke(self, function: str, payload: bytes) -> Any:
        """Return what function answers."""

    def retry(self) -> None:
        """Wait before a task is tried again."""

    def begin(self, execution: Any, run: Callable[[], None]) -> None:
        """Let an execution begin."""

    def branch(self, run: Callable[[], None]) -> None:
        """Let a branch of the execution at work begin."""

    def wait(self, ready: Callable[[], bool]) -> None:
        """Let others work until ready."""

    def ended(self, execution: Any) -> None:
        """Hear that an execution has ended."""

    def is_express(self) -> bool:
        """Tell whether executions may share a name."""

    def written(self, old: Any, new: Any) -> None:
        """Hear that an item of the table was written, its attributes as DynamoDB has them; None for no item."""

    def published(self, message: str, attributes: dict[str, Any]) -> None:
        """Hear that the topic was told."""
