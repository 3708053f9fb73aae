"""Reading the history of an execution: each of its events is followed by the one that it comes after."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from workflow.graph.model import Machine
from workflow.graph.run import (
    ABORTED,
    CAUGHT,
    FAILED,
    RUNNING,
    SUCCEEDED,
    TIMED_OUT,
    Attempt,
    Event,
    Run,
    UnusableHistory,
    Visit,
    details_of,
    parsed,
    time_of,
)

ENDS = {  # of an execution
    "ExecutionSucceeded": SUCCEEDED,
    "ExecutionFailed": FAILED,
    "ExecutionAborted": ABORTED,
    "ExecutionTimedOut": TIMED_OUT,
}
TRIED = ("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled", "ParallelStateStarted", "MapStateStarted")
DONE = ("TaskSucceeded", "LambdaFunctionSucceeded", "ActivitySucceeded", "ParallelStateSucceeded", "MapStateSucceeded")
# What follows the name of the thing that failed, as in TaskFailed or LambdaFunctionTimedOut.
BROKEN = ("Failed", "TimedOut")
TIMEOUTS = ("States.Timeout", "States.HeartbeatTimeout")
WITH_INNER = ("Parallel", "Map")


def read(machine: Machine, events: Iterable[Event]) -> Run:
    """Return what events, in the order of their ids, tell of an execution of machine, as far as it has come.

    Raises UnusableHistory if events are none of an execution.
    """
    listed = sorted(events, key=lambda event: int(event["id"]))
    if not listed:
        raise UnusableHistory("the history has no events")
    return _Reader(machine, time_of(listed[0])).run(listed)


class _Reader:
    """Follows events by the one that each comes after, since branches and iterations run at once."""

    def __init__(self, machine: Machine, started: datetime) -> None:
        self._keys = {node.name: node.key for node in machine.all_nodes()}
        self._run = Run(RUNNING, started)
        self._at: dict[int, Visit | None] = {}  # the visit that each event belongs to
        self._items: dict[int, int | None] = {}  # the item of a Map that each MapIterationStarted begins with

    def run(self, events: list[Event]) -> Run:
        before = 0
        for event in events:
            before = self._follow(event, int(event.get("previousEventId", before)))
        if self._run.stopped:
            self._close(None, self._run.stopped, self._run.status)
        return self._run

    def _follow(self, event: Event, previous: int) -> int:
        """Take down what event says, and which visit it belongs to; return its id."""
        number, kind, said = int(event["id"]), str(event["type"]), details_of(event)
        if kind == "MapIterationStarted":
            self._items[number] = said.get("index")
        self._at[number] = self._visit(kind, said, time_of(event), previous)
        return number

    def _visit(self, kind: str, said: Mapping[str, Any], time: datetime, previous: int) -> Visit | None:
        """Return the visit that an event belongs to, after taking down what it says of it."""
        at = self._at.get(previous)
        if kind in ENDS:
            self._end(kind, said, time)
        elif kind == "ExecutionRedriven":
            self._run.status, self._run.stopped, self._run.error, self._run.cause = RUNNING, None, None, None
        elif kind.endswith("StateEntered"):
            return self._enter(kind.removesuffix("StateEntered"), said, time, previous)
        elif kind.endswith("StateExited"):
            return self._leave(_up(at, lambda one: one.state == said.get("name")), said, time)
        elif kind.endswith("Aborted"):
            return self._abort(at, kind.removesuffix("Aborted").removesuffix("State").removesuffix("Run"), time)
        elif kind.startswith(WITH_INNER):
            return self._inner(kind, said, _up(at, lambda one: one.kind in WITH_INNER), time)
        elif at:
            _tried(at, kind, said, time)
        return at

    def _enter(self, kind: str, said: Mapping[str, Any], time: datetime, previous: int) -> Visit:
        name, at = str(said.get("name", "")), self._at.get(previous)
        visit = Visit(self._keys.get(name, name), name, kind, time, input=_payload(said, "input"))
        if at and at.left is None and at.kind in WITH_INNER:
            visit.within, visit.iteration = at, self._items.get(previous)
        elif at:
            visit.within, visit.iteration = at.within, at.iteration
        self._run.visits.append(visit)
        if kind == "Fail":  # it is never left
            _ended(visit, time, FAILED)
        return visit

    def _leave(self, visit: Visit | None, said: Mapping[str, Any], time: datetime) -> Visit | None:
        if visit:
            visit.left, visit.output = time, _payload(said, "output")
            visit.outcome = CAUGHT if visit.error else SUCCEEDED
            # Emulators may not tell that a state in a branch was left.
            self._close(visit, time, visit.outcome)
        return visit

    def _abort(self, at: Visit | None, kind: str, time: datetime) -> Visit | None:
        """Take down that a state of a kind was aborted, because of what went wrong beside it or around it."""
        visit = _up(at, lambda one: one.kind == kind)
        if visit:
            _ended(visit, time, ABORTED)
            self._close(visit, time, ABORTED)
        return visit or at

    def _close(self, around: Visit | None, time: datetime, outcome: str) -> None:
        """Give the visits in around, or all, that nothing says the end of the outcome and the end of their last try."""
        if around and around.kind not in WITH_INNER:
            return
        for visit in self._run.visits:
            if visit.left is None and (around is None or _is_within(visit, around)):
                last = visit.attempts[-1].ended if visit.attempts and around else None
                _ended(visit, last or time, _broken(visit) or outcome)

    def _inner(self, kind: str, said: Mapping[str, Any], visit: Visit | None, time: datetime) -> Visit | None:
        """Take down what becomes of a Parallel or a Map."""
        # A Map's run tells the same as the Map; of a failed iteration its own states tell.
        if visit and not kind.startswith(("MapRun", "MapIteration")):
            _tried(visit, kind, said, time)
            if kind.endswith(BROKEN) or kind in TRIED:
                self._close(visit, time, ABORTED)
        return visit

    def _end(self, kind: str, said: Mapping[str, Any], time: datetime) -> None:
        self._run.status, self._run.stopped = ENDS[kind], time
        self._run.error, self._run.cause = said.get("error"), said.get("cause")


def _up(at: Visit | None, fits: Callable[[Visit], bool]) -> Visit | None:
    """Return the innermost open visit that fits, of at and those around it."""
    while at and not (at.left is None and fits(at)):
        at = at.within
    return at


def _is_within(visit: Visit, around: Visit) -> bool:
    return visit.within is not None and (visit.within is around or _is_within(visit.within, around))


def _broken(visit: Visit) -> str | None:
    """Return how visit ended if its last try failed."""
    if not visit.error:
        return None
    return TIMED_OUT if visit.error in TIMEOUTS else FAILED


def _ended(visit: Visit, time: datetime, outcome: str) -> None:
    visit.left, visit.outcome = time, outcome
    _end_try(visit, time)


def _end_try(visit: Visit, time: datetime) -> None:
    if visit.attempts and visit.attempts[-1].ended is None:
        visit.attempts[-1].ended = time


def _tried(visit: Visit, kind: str, said: Mapping[str, Any], time: datetime) -> None:
    if kind in TRIED:
        _end_try(visit, time)  # nothing tells when a Parallel that is tried again failed
        visit.attempts.append(Attempt(time))
        visit.error = visit.cause = None
    elif kind in DONE:
        _last(visit, time).ended = time
    elif kind.endswith(BROKEN):
        visit.error, visit.cause = str(said.get("error", kind)), said.get("cause")
        last = _last(visit, time)
        last.ended, last.error = time, visit.error


def _last(visit: Visit, time: datetime) -> Attempt:
    """Return the attempt that is under way; a history that was cut may not have told its start."""
    if not visit.attempts or visit.attempts[-1].ended:
        visit.attempts.append(Attempt(time))
    return visit.attempts[-1]


def _payload(said: Mapping[str, Any], name: str) -> Any:
    return parsed(said.get(name))
