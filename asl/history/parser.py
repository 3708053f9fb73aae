"""The parser of execution histories: each event belongs to the visit of the event that it follows."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from asl.documents import MAX_DEPTH
from asl.history.attempts import (
    FAILURES,
    STARTED_EVENTS,
    WITH_INNER,
    enclosing,
    failure_outcome,
    innermost,
    is_within,
    record_end,
    record_event,
    record_failure,
)
from asl.history.trace import (
    ABORTED,
    CAUGHT,
    FAILED,
    RUNNING,
    SUCCEEDED,
    TIMED_OUT,
    Event,
    InvalidHistoryError,
    Trace,
    Visit,
    event_details,
    event_time,
    parse_payload,
)
from asl.language import Machine, State, each_state

OUTCOMES = {  # of an execution, by the type of its last event
    "ExecutionSucceeded": SUCCEEDED,
    "ExecutionFailed": FAILED,
    "ExecutionAborted": ABORTED,
    "ExecutionTimedOut": TIMED_OUT,
}
CONSEQUENCES = ("Execution", "Parallel", "Map")  # how types of events begin that follow from the failure of a state
PLACEHOLDERS = ("ParallelStateFailed", "MapStateFailed")  # types of events, in the place of an error that no event has

Details = Mapping[str, Any]
# Takes type, details and time of an event, and the ID of the event before it.
Handler = Callable[[str, Details, datetime, int], Visit | None]


def parse_history(definition: Machine, events: Iterable[Event]) -> Trace:
    """Return the trace of an execution of a machine, which may still be running, from its events.

    definition is the machine in the Amazon States Language. Raises InvalidHistoryError if there are no events, or if
    states are in each other too deeply.
    """
    listed = sorted(events, key=lambda event: int(event["id"]))
    if not listed:
        raise InvalidHistoryError("the history has no events")
    return _Parser(dict(each_state(definition)), event_time(listed[0])).trace(listed)


class _Parser:
    """Follows each event to the event before it: branches and iterations run in parallel, and their events are mixed."""

    def __init__(self, states: dict[str, State], started: datetime) -> None:
        self._states = states
        self._trace = Trace(RUNNING, started)
        self._at: dict[int, Visit | None] = {}  # by event: the visit that it belongs to
        self._items: dict[int, int] = {}  # by MapIterationStarted: the index of the item
        self._entries: dict[tuple[int, str], Visit] = {}  # by the event before and the state's name
        self._levels: dict[int, int] = {}  # by the id() of a visit: how many it is in, and itself
        self._failures: set[int] = set()  # failure events
        self._open: dict[int, Visit] = {}  # visits that may not be over, by their id()
        self._failed: Visit | None = None  # the visit of the last failure
        self._over: set[int] = set()  # Parallels and Maps that failed for good, by the id() of their visit
        self._handlers: dict[str, Handler] = {  # by the end of an event's type
            **dict.fromkeys(OUTCOMES, self._end),
            "ExecutionRedriven": self._resume,
            "StateEntered": self._enter,
            "StateExited": self._leave,
            "Aborted": self._abort,
            "EvaluationFailed": self._fail_expression,
        }

    def trace(self, events: list[Event]) -> Trace:
        before = 0
        for event in events:
            before = self._follow(event, int(event.get("previousEventId", before)))
        if self._trace.stopped:
            self._finish(self._at[before], self._trace.stopped)
        return self._trace

    def _follow(self, event: Event, previous: int) -> int:
        """Record event and the visit that it belongs to; return its ID."""
        number, kind, details = int(event["id"]), str(event["type"]), event_details(event)
        if kind == "MapIterationStarted" and isinstance(details.get("index"), int):
            self._items[number] = details["index"]
        at = self._at[number] = self._visit(kind, details, event_time(event), previous)
        if kind == "FailStateEntered" or kind.endswith(FAILURES):
            self._failures.add(number)
            self._failed = self._failed if kind.startswith(CONSEQUENCES) else at
        return number

    def _visit(self, kind: str, details: Details, time: datetime, previous: int) -> Visit | None:
        """Record an event in the visit that it belongs to, and return the visit."""
        handler = next((one for ending, one in self._handlers.items() if kind.endswith(ending)), self._attempt)
        return handler(kind, details, time, previous)

    def _attempt(self, kind: str, details: Details, time: datetime, previous: int) -> Visit | None:
        if kind.startswith(WITH_INNER):
            return self._inner(kind, details, time, previous)
        if at := self._at.get(previous):
            self._record(at, kind, details, time)
        return at

    def _record(self, visit: Visit, kind: str, details: Details, time: datetime) -> None:
        record_event(visit, kind, details, time)
        if visit.left is None:  # perhaps again: it is retried
            self._open[id(visit)] = visit

    def _enter(self, kind: str, details: Details, time: datetime, previous: int) -> Visit:
        name, at = str(details.get("name", "")), self._at.get(previous)
        kind = kind.removesuffix("StateEntered")
        visit = Visit(name, kind, time, input=parse_payload(details.get("input")))
        if at and at.left is None and at.kind in WITH_INNER:
            visit.within, visit.iteration = at, self._items.get(previous)
        elif at:
            visit.within, visit.iteration = at.within, at.iteration
        level = self._levels[id(visit)] = self._levels.get(id(visit.within), 0) + 1
        if level > MAX_DEPTH:
            raise InvalidHistoryError(f"the history has more than {MAX_DEPTH} states in each other")
        self._trace.visits.append(visit)
        self._open[id(visit)] = visit
        self._entries[previous, name] = visit
        if kind == "Fail":  # no event says that it is left
            visit.error = _stated_error(self._states.get(name, {}))
            record_end(visit, time, FAILED)
        return visit

    def _leave(self, _: str, details: Details, time: datetime, previous: int) -> Visit | None:
        at = self._at.get(previous)
        visit = innermost(at, lambda one: one.state == details.get("name"))
        if visit:
            if at and previous in self._failures and not visit.error:  # of a Parallel without a failure event
                visit.error, visit.cause = at.error, at.cause
            visit.left, visit.output = time, parse_payload(details.get("output"))
            visit.outcome = CAUGHT if visit.error else SUCCEEDED
            # Emulators may lack the event that a state in a branch was left.
            self._close(visit, time, visit.outcome)
        return visit

    def _abort(self, kind: str, _: Details, time: datetime, previous: int) -> Visit | None:
        """Record that a state of a kind was aborted.

        After a failure the event does not say which state: the failed one keeps its outcome, and the end of the state around it
        ends the others.
        """
        at, kind = self._at.get(previous), kind.removesuffix("Aborted").removesuffix("State").removesuffix("Run")
        visit = None if previous in self._failures else innermost(at, lambda one: one.kind == kind)
        if visit:
            record_end(visit, time, ABORTED)
            self._close(visit, time, ABORTED)
        return visit or at

    def _fail_expression(self, _: str, details: Details, time: datetime, previous: int) -> Visit | None:
        """Record that an expression failed, in a state that may have been entered after the same event."""
        at, name = self._at.get(previous), str(details.get("state", ""))
        entered = self._entries.get((previous, name))
        visit = entered or innermost(at, lambda one: one.state == name) or at
        if visit:
            record_failure(visit, details.get("error") or "EvaluationFailed", details.get("cause"), time)
        return visit

    def _close(self, around: Visit | None, time: datetime, outcome: str) -> None:
        """End the open visits in around, or all of them, with outcome and at the end of their last attempt."""
        if around and around.kind not in WITH_INNER:
            return
        self._open = {key: visit for key, visit in self._open.items() if visit.left is None}
        for visit in self._open.values():
            if around is None or is_within(visit, around):
                last = visit.attempts[-1].ended if visit.attempts and around else None
                record_end(visit, last or time, failure_outcome(visit) or outcome)

    def _inner(self, kind: str, details: Details, time: datetime, previous: int) -> Visit | None:
        """Record an event of a Parallel or a Map, which fails with the error of the state that failed in it."""
        at = self._at.get(previous)
        visit = self._around(at, "Map" if kind.startswith("Map") else "Parallel")
        if not visit:
            return at
        if kind == "MapRunFailed":
            record_failure(visit, details.get("error") or kind, details.get("cause"), time)
        # Events of a Map Run repeat those of the Map; events of an iteration repeat those of its states.
        if kind.startswith(("MapRun", "MapIteration")):
            return visit
        if kind.endswith(FAILURES):
            self._over.add(id(visit))
            details = details if "error" in details or not at else {"error": at.error, "cause": at.cause}
        self._record(visit, kind, details, time)
        if kind.endswith(FAILURES) or kind in STARTED_EVENTS:
            self._close(visit, time, ABORTED)
        return visit

    def _around(self, at: Visit | None, kind: str) -> Visit | None:
        """Return the innermost Parallel or Map that has not failed for good, or the innermost if all have."""
        running = innermost(at, lambda one: one.kind == kind and id(one) not in self._over)
        return running or innermost(at, lambda one: one.kind == kind)

    def _end(self, kind: str, details: Details, time: datetime, previous: int) -> Visit | None:
        self._trace.status, self._trace.stopped = OUTCOMES[kind], time
        self._trace.error, self._trace.cause = details.get("error"), details.get("cause")
        return self._at.get(previous)

    def _resume(self, _: str, __: Details, ___: datetime, previous: int) -> Visit | None:
        """Record that the execution continues with the state that failed."""
        self._trace.status, self._trace.stopped, self._trace.error, self._trace.cause = RUNNING, None, None, None
        self._over.clear()
        return self._failed or self._at.get(previous)

    def _finish(self, at: Visit | None, time: datetime) -> None:
        """End the open visits with the execution's outcome; if it failed, those beside the failed state were aborted."""
        outcome = self._trace.status
        if outcome == FAILED and at and (at.left is None or at.kind == "Fail"):
            outcome = ABORTED
            within = self._failed is not None and is_within(self._failed, at)
            for visit in enclosing(self._failed if within else at):
                if not visit.error or visit.error in PLACEHOLDERS:
                    record_failure(visit, self._trace.error or "ExecutionFailed", self._trace.cause, time)
        self._close(None, time, outcome)


def _stated_error(state: State) -> str | None:
    """Return the error in the definition of a Fail state, which its event lacks; None if it is computed."""
    error = state.get("Error")
    return error if isinstance(error, str) and not error.startswith("{%") else None
