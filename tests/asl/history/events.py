"""Histories of executions, in the format of AWS."""

from typing import Any

from asl.history.trace import Trace, Visit

BEGIN = 1_800_000_000.0  # seconds since 1970


def visit(run: Trace, state: str) -> Visit:
    """Return the only visit of state."""
    (found,) = [one for one in run.visits if one.state == state]
    return found


class History:
    """Events in the format of AWS, each later than the one before."""

    def __init__(self) -> None:
        """Begin without events."""
        self.events: list[dict[str, Any]] = []

    def add(self, kind: str, after: int | None = None, **details: Any) -> int:
        """Add an event, one second later, and return its ID."""
        number = len(self.events) + 1
        event = {"id": number, "previousEventId": number - 1 if after is None else after, "type": kind}
        self.events.append({**event, "timestamp": BEGIN + number, "someEventDetails": details})
        return number
