"""What the history of an execution tells of each state: how long, how often tried, what came in and out, what failed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Event = Mapping[str, Any]

SUCCEEDED, CAUGHT, FAILED, RUNNING = "succeeded", "caught", "failed", "running"
ABORTED, TIMED_OUT = "aborted", "timed out"


@dataclass
class Attempt:
    """One try of a task."""

    started: datetime
    ended: datetime | None = None
    error: str | None = None


@dataclass
class Visit:
    """One stay in a state; times are UTC, payloads are read where they are JSON and None where nothing tells them."""

    key: str  # the node's
    state: str
    kind: str
    entered: datetime
    within: "Visit | None" = None  # the Parallel or Map in which it was
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
        """How long it took, None while that is not known."""
        return (self.left - self.entered).total_seconds() if self.left else None


@dataclass
class Run:
    """One execution."""

    status: str
    started: datetime
    stopped: datetime | None = None
    visits: list[Visit] = field(default_factory=list)
    error: str | None = None
    cause: str | None = None


class UnusableHistory(ValueError):  # noqa: N818 - it is the history that is
    """A text is no execution's history, or there is none to be had; the message says where and what to do."""


def time_of(event: Event) -> datetime:
    """Return when event was: of a datetime, ISO 8601 as the AWS CLI prints it, or seconds since 1970."""
    time = event["timestamp"]
    if isinstance(time, datetime):
        return time.astimezone(UTC)
    return (
        datetime.fromtimestamp(time, UTC)
        if isinstance(time, int | float)
        else datetime.fromisoformat(time).astimezone(UTC)
    )


def details_of(event: Event) -> Mapping[str, Any]:
    """Return what event says beside its type, which stands in a field named after that."""
    found = [value for name, value in event.items() if name.endswith("EventDetails") and isinstance(value, Mapping)]
    return found[0] if found else {}


def parsed(text: Any) -> Any:
    """Return what text says if it is JSON, a text that is none as it is, and None of what is no text."""
    if not isinstance(text, str):
        return None
    try:
        return json.loads(text)
    except ValueError:  # Step Functions cuts what is long
        return text
