"""Reading the history of an execution: each of its events is followed by the one that it comes after."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from asl.graph.model import Machine, Node
from asl.history.attempts import BROKEN, TRIED, WITH_INNER, broken, end, fail, is_within, outwards, tried, up
from asl.history.trace import (
    ABORTED,
    CAUGHT,
    FAILED,
    RUNNING,
    SUCCEEDED,
    TIMED_OUT,
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
AROUND = ("Execution", "Parallel", "Map")  # what an event is of that follows from the failure of a state
NAMELESS = ("ParallelStateFailed", "MapStateFailed")  # what stands in for an error that no event tells

Said = Mapping[str, Any]
Way = Callable[[str, Said, datetime, int], Visit | None]  # of an event's type, details, time, and the event before


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
        self._nodes = {node.name: node for node in machine.all_nodes()}
        self._run = Run(RUNNING, started)
        self._at: dict[int, Visit | None] = {}  # the visit that each event belongs to
        self._items: dict[int, int] = {}  # the item of a Map that each MapIterationStarted begins with
        self._entries: dict[tuple[int, str], Visit] = {}  # by the event before, and the state's name
        self._failures: set[int] = set()  # events that say that something failed
        self._failed: Visit | None = None  # the visit of the last of them
        self._over: set[int] = set()  # which Parallels and Maps failed for good, by their visit's identity
        self._ways: dict[str, Way] = {  # by how an event's type ends
            **dict.fromkeys(ENDS, self._end),
            "ExecutionRedriven": self._resume,
            "StateEntered": self._enter,
            "StateExited": self._leave,
            "Aborted": self._abort,
            "EvaluationFailed": self._evaluate,
        }

    def run(self, events: list[Event]) -> Run:
        before = 0
        for event in events:
            before = self._follow(event, int(event.get("previousEventId", before)))
        if self._run.stopped:
            self._finish(self._at[before], self._run.stopped)
        return self._run

    def _follow(self, event: Event, previous: int) -> int:
        """Take down what event says, and which visit it belongs to; return its id."""
        number, kind, said = int(event["id"]), str(event["type"]), details_of(event)
        if kind == "MapIterationStarted" and isinstance(said.get("index"), int):
            self._items[number] = said["index"]
        at = self._at[number] = self._visit(kind, said, time_of(event), previous)
        if kind == "FailStateEntered" or kind.endswith(BROKEN):
            self._failures.add(number)
            self._failed = self._failed if kind.startswith(AROUND) else at
        return number

    def _visit(self, kind: str, said: Said, time: datetime, previous: int) -> Visit | None:
        """Return the visit that an event belongs to, after taking down what it says of it."""
        way = next((way for ending, way in self._ways.items() if kind.endswith(ending)), self._go_on)
        return way(kind, said, time, previous)

    def _go_on(self, kind: str, said: Said, time: datetime, previous: int) -> Visit | None:
        if kind.startswith(WITH_INNER):
            return self._inner(kind, said, time, previous)
        if at := self._at.get(previous):
            tried(at, kind, said, time)
        return at

    def _enter(self, kind: str, said: Said, time: datetime, previous: int) -> Visit:
        name, at = str(said.get("name", "")), self._at.get(previous)
        node, kind = self._nodes.get(name), kind.removesuffix("StateEntered")
        visit = Visit(node.key if node else name, name, kind, time, input=parsed(said.get("input")))
        if at and at.left is None and at.kind in WITH_INNER:
            visit.within, visit.iteration = at, self._items.get(previous)
        elif at:
            visit.within, visit.iteration = at.within, at.iteration
        self._run.visits.append(visit)
        self._entries[previous, name] = visit
        if kind == "Fail":  # it is never left
            visit.error = _stated_error(node) if node else None
            end(visit, time, FAILED)
        return visit

    def _leave(self, _: str, said: Said, time: datetime, previous: int) -> Visit | None:
        at = self._at.get(previous)
        visit = up(at, lambda one: one.state == said.get("name"))
        if visit:
            if at and previous in self._failures and not visit.error:  # of a Parallel, that nothing says failed
                visit.error, visit.cause = at.error, at.cause
            visit.left, visit.output = time, parsed(said.get("output"))
            visit.outcome = CAUGHT if visit.error else SUCCEEDED
            # Emulators may not tell that a state in a branch was left.
            self._close(visit, time, visit.outcome)
        return visit

    def _abort(self, kind: str, _: Said, time: datetime, previous: int) -> Visit | None:
        """Take down that a state of a kind was aborted.

        After a failure, nothing says which: what failed first stays as it is, and what ends around it ends the rest.
        """
        at, kind = self._at.get(previous), kind.removesuffix("Aborted").removesuffix("State").removesuffix("Run")
        visit = None if previous in self._failures else up(at, lambda one: one.kind == kind)
        if visit:
            end(visit, time, ABORTED)
            self._close(visit, time, ABORTED)
        return visit or at

    def _evaluate(self, _: str, said: Said, time: datetime, previous: int) -> Visit | None:
        """Take down that an expression failed, in a state that may have been entered after the same event."""
        at, name = self._at.get(previous), str(said.get("state", ""))
        entered = self._entries.get((previous, name))
        visit = entered or up(at, lambda one: one.state == name) or at
        if visit:
            fail(visit, said.get("error") or "EvaluationFailed", said.get("cause"), time)
        return visit

    def _close(self, around: Visit | None, time: datetime, outcome: str) -> None:
        """Give the visits in around, or all, that nothing says the end of the outcome and the end of their last try."""
        if around and around.kind not in WITH_INNER:
            return
        for visit in self._run.visits:
            if visit.left is None and (around is None or is_within(visit, around)):
                last = visit.attempts[-1].ended if visit.attempts and around else None
                end(visit, last or time, broken(visit) or outcome)

    def _inner(self, kind: str, said: Said, time: datetime, previous: int) -> Visit | None:
        """Take down what becomes of a Parallel or a Map, which fails by the error of what failed in it."""
        at = self._at.get(previous)
        visit = self._around(at, "Map" if kind.startswith("Map") else "Parallel")
        if not visit:
            return at
        if kind == "MapRunFailed":
            fail(visit, said.get("error") or kind, said.get("cause"), time)
        # A Map's run tells the same as the Map; of a failed iteration its own states tell.
        if kind.startswith(("MapRun", "MapIteration")):
            return visit
        if kind.endswith(BROKEN):
            self._over.add(id(visit))
            said = said if "error" in said or not at else {"error": at.error, "cause": at.cause}
        tried(visit, kind, said, time)
        if kind.endswith(BROKEN) or kind in TRIED:
            self._close(visit, time, ABORTED)
        return visit

    def _around(self, at: Visit | None, kind: str) -> Visit | None:
        """Return the innermost Parallel or Map that has not failed for good; if each has, the innermost."""
        going_on = up(at, lambda one: one.kind == kind and id(one) not in self._over)
        return going_on or up(at, lambda one: one.kind == kind)

    def _end(self, kind: str, said: Said, time: datetime, previous: int) -> Visit | None:
        self._run.status, self._run.stopped = ENDS[kind], time
        self._run.error, self._run.cause = said.get("error"), said.get("cause")
        return self._at.get(previous)

    def _resume(self, _: str, __: Said, ___: datetime, previous: int) -> Visit | None:
        """Take down that the execution goes on, with what failed."""
        self._run.status, self._run.stopped, self._run.error, self._run.cause = RUNNING, None, None, None
        self._over.clear()
        return self._failed or self._at.get(previous)

    def _finish(self, at: Visit | None, time: datetime) -> None:
        """End what is open as the execution ended; if it failed, what was beside the state that did was aborted."""
        outcome = self._run.status
        if outcome == FAILED and at and (at.left is None or at.kind == "Fail"):
            outcome = ABORTED
            within = self._failed is not None and is_within(self._failed, at)
            for visit in outwards(self._failed if within else at):
                if not visit.error or visit.error in NAMELESS:
                    fail(visit, self._run.error or "ExecutionFailed", self._run.cause, time)
        self._close(None, time, outcome)


def _stated_error(fail: Node) -> str | None:
    """Return the error of a Fail state, which its event does not tell, unless it is computed."""
    error = fail.state.get("Error")
    return error if isinstance(error, str) and not error.startswith("{%") else None
