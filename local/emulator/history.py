"""Which event of an execution follows which: ministack numbers them, and does not say."""

from contextvars import ContextVar
from threading import Lock
from typing import Any

# The execution whose event was the last one here, and that event's number: a branch runs in a context of its own, which
# begins as a copy of the one that it branches off.
_LAST: ContextVar[tuple[str, int]] = ContextVar("last", default=("", 0))
_LOCK = Lock()


def append(execution: dict[str, Any], event: dict[str, Any]) -> None:
    """Add event to the history of execution, with a number of its own and that of the event that it follows."""
    arn, events = execution["executionArn"], execution["events"]
    known, last = _LAST.get()
    with _LOCK:
        event["id"] = len(events) + 1
        event["previousEventId"] = last if known == arn else len(events)
        events.append(event)
    _LAST.set((arn, event["id"]))
