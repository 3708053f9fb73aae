"""Each event of an execution's history names the event that it follows.

AWS: previousEventId is the preceding event in the same branch; it shows in which state a task failed.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html

ministack: Events have a number, and no previousEventId.

Patched: An event follows the last event of its branch. Numbers are given under a lock, as branches run in threads.

Upstream: No report found.
"""

from contextvars import ContextVar
from threading import Lock
from typing import Any

from local.emulator.patch import SourcePatch

# The execution whose event was the last one here, and that event's number. A branch runs in a context of its own, which
# begins as a copy of the context that it branches off.
_LAST: ContextVar[tuple[str, int]] = ContextVar("last", default=("", 0))
_LOCK = Lock()


def append_event(execution: dict[str, Any], event: dict[str, Any]) -> None:
    """Add an event to the history of an execution, with its number and that of the event that it follows."""
    arn, events = execution["executionArn"], execution["events"]
    known, last = _LAST.get()
    with _LOCK:
        event["id"] = len(events) + 1
        event["previousEventId"] = last if known == arn else len(events)
        events.append(event)
    _LAST.set((arn, event["id"]))


PATCHES = (
    SourcePatch(
        module="ministack.services.stepfunctions",
        name="_add_event",
        found='execution["events"].append(event)',
        replacement="append_event(execution, event)",
        helpers=(append_event,),
    ),
)
