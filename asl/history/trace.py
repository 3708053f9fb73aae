"""The trace of an execution: its visits of states, with their times, attempts, payloads and errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asl.documents import parse_json

Event = Mapping[str, Any]

SUCCEEDED, CAUGHT, FAILED, RUNNING = "succeeded", "caught", "failed", "running"
ABORTED, TIMED_OUT = "aborted", "timed out"


@dataclass
class Attempt:
    """One attempt of a task."""

    started: datetime
    ended: datetime | None = None
    error: str | None = None


@dataclass
class Visit:
    """One visit of a state; times are UTC, payloads are parsed JSON, and None where no event has them."""

    state: str
    kind: str
    entered: datetime
    within: "Visit | None" = None  # the Parallel or Map around it
    iteration: int | None = None
    left: datetime | None = None
    input: Any = None
    output: Any = None
    attempts: list[Attempt] = field(default_factory=list)
    error: str | None = None
    cause: str | None = None
    outcome: str = RUNNING

    @property
    def seconds(self) -> float | None:
        """The duration, None while it is not known."""
        return (self.left - self.entered).total_seconds() if self.left else None


@dataclass
class Trace:
    """One execution."""

    status: str
    started: datetime
    stopped: datetime | None = None
    visits: list[Visit] = field(default_factory=list)
    error: str | None = None
    cause: str | None = None


class InvalidHistoryError(ValueError):
    """A file is not the history of an execution, or there is no history; the message says what to do."""


def event_time(event: Event) -> datetime:
    """Return the time of event, whose timestamp is a datetime, ISO 8601 as the AWS CLI prints it, or seconds since 1970."""
    time = event["timestamp"]
    if isinstance(time, datetime):
        return time.astimezone(UTC)
    return (
        datetime.fromtimestamp(time, UTC)
        if isinstance(time, int | float)
        else datetime.fromisoformat(time).astimezone(UTC)
    )


def event_details(event: Event) -> Mapping[str, Any]:
    """Return the details of event, which are in a field named after its type."""
    found = [value for name, value in event.items() if name.endswith("EventDetails") and isinstance(value, Mapping)]
    return found[0] if found else {}


def parse_payload(text: Any) -> Any:
    """Return text as parsed JSON, as it is if it is not JSON, or None if it is not a string."""
    if not isinstance(text, str):
        return None
    try:
        return parse_json(text)
    except ValueError:  # Step Functions truncates long payloads
        return text
