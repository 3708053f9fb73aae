"""What an event changes in a visit: its tries, how they failed, and how it ended."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from asl.history.trace import FAILED, RUNNING, TIMED_OUT, Attempt, Visit

TRIED = ("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled", "ParallelStateStarted", "MapStateStarted")
DONE = ("TaskSucceeded", "LambdaFunctionSucceeded", "ActivitySucceeded", "ParallelStateSucceeded", "MapStateSucceeded")
# What follows the name of the thing that failed, as in TaskFailed or LambdaFunctionTimedOut.
BROKEN = ("Failed", "TimedOut")
TIMEOUTS = ("States.Timeout", "States.HeartbeatTimeout")
WITH_INNER = ("Parallel", "Map")


def up(at: Visit | None, fits: Callable[[Visit], bool]) -> Visit | None:
    """Return the innermost open visit that fits, of at and those around it."""
    return next((one for one in outwards(at) if one.left is None and fits(one)), None)


def outwards(visit: Visit | None) -> Iterator[Visit]:
    """Yield a visit, the one around it, and so on."""
    while visit:
        yield visit
        visit = visit.within


def is_within(visit: Visit, around: Visit) -> bool:
    """Tell whether visit was part of around, at any depth."""
    return any(one is around for one in outwards(visit.within))


def broken(visit: Visit) -> str | None:
    """Return how visit ended if its last try failed; a Parallel or a Map has no time of its own to run out of."""
    if not visit.error:
        return None
    return TIMED_OUT if visit.error in TIMEOUTS and visit.kind not in WITH_INNER else FAILED


def fail(visit: Visit, error: Any, cause: Any, time: datetime) -> None:
    """Take down why visit failed, and end the try that is under way."""
    visit.error, visit.cause = str(error), cause
    if visit.attempts and visit.attempts[-1].ended is None:
        visit.attempts[-1].ended, visit.attempts[-1].error = time, visit.error


def end(visit: Visit, time: datetime, outcome: str) -> None:
    """Take down when and how visit ended, and its last try with it."""
    visit.left, visit.outcome = time, outcome
    _end_try(visit, time)


def _end_try(visit: Visit, time: datetime) -> None:
    if visit.attempts and visit.attempts[-1].ended is None:
        visit.attempts[-1].ended = time


def tried(visit: Visit, kind: str, said: Mapping[str, Any], time: datetime) -> None:
    """Take down what an event of that kind says of a try; a visit that had ended goes on with another one."""
    if kind in TRIED:
        _end_try(visit, time)  # nothing tells when a Parallel that is tried again failed
        visit.attempts.append(Attempt(time))
        visit.error = visit.cause = visit.left = None
        visit.outcome = RUNNING
    elif kind in DONE:
        _last(visit, time).ended = time
        visit.error = visit.cause = None  # of a Parallel that was redriven
    elif kind.endswith(BROKEN):
        _last(visit, time)
        fail(visit, said.get("error") or kind, said.get("cause"), time)


def _last(visit: Visit, time: datetime) -> Attempt:
    """Return the attempt that is under way; a history that was cut may not have told its start."""
    if not visit.attempts or visit.attempts[-1].ended:
        visit.attempts.append(Attempt(time))
    return visit.attempts[-1]
