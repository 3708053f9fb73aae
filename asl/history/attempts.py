"""What an event changes in a visit: its attempts, their errors, and its outcome."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from asl.history.trace import FAILED, RUNNING, TIMED_OUT, Attempt, Visit

STARTED_EVENTS = (
    "TaskScheduled",
    "LambdaFunctionScheduled",
    "ActivityScheduled",
    "ParallelStateStarted",
    "MapStateStarted",
)
SUCCEEDED_EVENTS = (
    "TaskSucceeded",
    "LambdaFunctionSucceeded",
    "ActivitySucceeded",
    "ParallelStateSucceeded",
    "MapStateSucceeded",
)
# How types of failure events end, as in TaskFailed or LambdaFunctionTimedOut.
FAILURES = ("Failed", "TimedOut")
TIMEOUTS = ("States.Timeout", "States.HeartbeatTimeout")
WITH_INNER = ("Parallel", "Map")


def innermost(visit: Visit | None, matches: Callable[[Visit], bool]) -> Visit | None:
    """Return the innermost visit that is not over and matches, of visit and those around it."""
    return next((one for one in enclosing(visit) if one.left is None and matches(one)), None)


def enclosing(visit: Visit | None) -> Iterator[Visit]:
    """Yield visit, the one around it, and so on."""
    while visit:
        yield visit
        visit = visit.within


def is_within(visit: Visit, around: Visit) -> bool:
    """Return True if visit was in around, at any depth."""
    return any(one is around for one in enclosing(visit.within))


def failure_outcome(visit: Visit) -> str | None:
    """Return the outcome of visit if its last attempt failed; a Parallel or a Map has no timeout of its own."""
    if not visit.error:
        return None
    return TIMED_OUT if visit.error in TIMEOUTS and visit.kind not in WITH_INNER else FAILED


def record_failure(visit: Visit, error: Any, cause: Any, time: datetime) -> None:
    """Record why visit failed, and end its running attempt."""
    visit.error, visit.cause = str(error), cause
    if visit.attempts and visit.attempts[-1].ended is None:
        visit.attempts[-1].ended, visit.attempts[-1].error = time, visit.error


def record_end(visit: Visit, time: datetime, outcome: str) -> None:
    """Record when visit ended and its outcome, and end its running attempt."""
    visit.left, visit.outcome = time, outcome
    _end_attempt(visit, time)


def _end_attempt(visit: Visit, time: datetime) -> None:
    if visit.attempts and visit.attempts[-1].ended is None:
        visit.attempts[-1].ended = time


def record_event(visit: Visit, kind: str, details: Mapping[str, Any], time: datetime) -> None:
    """Record an event of an attempt; a visit that was over continues with another attempt."""
    if kind in STARTED_EVENTS:
        _end_attempt(visit, time)  # no event says when a Parallel that is retried failed
        visit.attempts.append(Attempt(time))
        visit.error = visit.cause = visit.left = None
        visit.outcome = RUNNING
    elif kind in SUCCEEDED_EVENTS:
        _running_attempt(visit, time).ended = time
        visit.error = visit.cause = None  # those of a Parallel that was redriven
    elif kind.endswith(FAILURES):
        _running_attempt(visit, time)
        record_failure(visit, details.get("error") or kind, details.get("cause"), time)


def _running_attempt(visit: Visit, time: datetime) -> Attempt:
    """Return the running attempt; a truncated history may lack its start."""
    if not visit.attempts or visit.attempts[-1].ended:
        visit.attempts.append(Attempt(time))
    return visit.attempts[-1]
