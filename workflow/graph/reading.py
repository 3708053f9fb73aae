"""Reading the history of an execution: each of its events is followed by the one that it comes after."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from workflow.graph.model import Machine
from workflow.graph.run import (
    CAUGHT,
    FAILED,
    RUNNING,
    SUCCEEDED,
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
    "ExecutionAborted": "aborted",
    "ExecutionTimedOut": "timed out",
}
TRIED = ("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled")
DONE = ("TaskSucceeded", "LambdaFunctionSucceeded", "ActivitySucceeded")
# What follows the name of the thing that failed, as in TaskFailed or LambdaFunctionTimedOut.
BROKEN = ("Failed", "TimedOut", "StartFailed", "SubmitFailed", "ScheduleFailed", "Aborted")
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
        self._at: dict[int, Visit | None] = {0: None}  # the visit that each event belongs to

    def run(self, events: list[Event]) -> Run:
        before = 0
        for event in events:
            number = int(event["id"])
            at = self._at.get(int(event.get("previousEventId", before)), None)
            self._at[number] = self._follow(event, at)
            before = number
        self._settle_open()
        return self._run

    def _follow(self, event: Event, at: Visit | None) -> Visit | None:
        """Take down what event says and return the visit that it belongs to."""
        kind, said, time = str(event["type"]), details_of(event), time_of(event)
        if kind in ENDS:
            self._end(kind, said, time)
        elif kind == "ExecutionRedriven":
            self._run.status, self._run.stopped, self._run.error, self._run.cause = RUNNING, None, None, None
        elif kind.endswith("StateEntered"):
            return self._enter(kind.removesuffix("StateEntered"), said, time, at)
        elif kind.endswith("StateExited"):
            return self._leave(_up(at, said.get("name")), said, time)
        elif kind.startswith(WITH_INNER):
            return self._inner(kind, said, _up(at, None), time)
        elif at:
            _tried(at, kind, said, time)
        return at

    def _enter(self, kind: str, said: Mapping[str, Any], time: datetime, at: Visit | None) -> Visit:
        name = str(said.get("name", ""))
        opened = at if at and at.left is None and at.kind in WITH_INNER else None
        within = opened or (at.within if at else None)
        visit = Visit(self._keys.get(name, name), name, kind, time, within, input=_payload(said, "input"))
        if within and within.kind == "Map":
            visit.iteration = at.iteration if at and not opened else within.iteration
        self._run.visits.append(visit)
        if kind == "Fail":  # it is never left
            visit.left, visit.outcome = time, FAILED
        return visit

    def _leave(self, visit: Visit | None, said: Mapping[str, Any], time: datetime) -> Visit | None:
        if visit:
            visit.left, visit.output = time, _payload(said, "output")
            visit.outcome = CAUGHT if visit.error else SUCCEEDED
            # Emulators may not tell that a state in a branch was left.
            self._close(visit, time, visit.outcome)
        return visit

    def _close(self, around: Visit, time: datetime, outcome: str) -> None:
        """Give the visits in around that nothing says the end of the outcome, and the end of their last attempt."""
        for visit in self._run.visits:
            if visit.within is around and visit.left is None:
                visit.left = (visit.attempts[-1].ended if visit.attempts else None) or time
                visit.outcome = FAILED if visit.error else outcome

    def _inner(self, kind: str, said: Mapping[str, Any], visit: Visit | None, time: datetime) -> Visit | None:
        """Take down what becomes of a Parallel or a Map."""
        if visit is None:
            return None
        if kind == "MapIterationStarted":
            visit.iteration = said.get("index")
        elif kind.endswith(BROKEN) and "Iteration" not in kind:
            visit.error, visit.cause = str(said.get("error", kind)), said.get("cause")
            self._close(visit, time, "aborted")
        return visit

    def _end(self, kind: str, said: Mapping[str, Any], time: datetime) -> None:
        self._run.status, self._run.stopped = ENDS[kind], time
        self._run.error, self._run.cause = said.get("error"), said.get("cause")

    def _settle_open(self) -> None:
        """Give the visits that nothing says the end of the one that the execution had."""
        for visit in self._run.visits:
            if visit.left is None and self._run.stopped:
                visit.left = self._run.stopped
                visit.outcome = FAILED if visit.error else self._run.status


def _up(at: Visit | None, name: str | None) -> Visit | None:
    """Return the innermost open visit around at that has that name or, without one, is a Parallel or a Map."""
    while at and not (at.left is None and (at.state == name if name else at.kind in WITH_INNER)):
        at = at.within
    return at


def _tried(visit: Visit, kind: str, said: Mapping[str, Any], time: datetime) -> None:
    if kind in TRIED:
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
