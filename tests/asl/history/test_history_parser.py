"""The history parser: iterations, attempts, times, and histories that are cut anywhere."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.documents import MAX_DEPTH
from asl.graph.details import details
from asl.graph.model import graph_of
from asl.graph.overlay import headline, marks, with_visits
from asl.graph.timeline import timeline
from asl.history.parser import parse_history
from asl.history.trace import InvalidHistoryError
from tests.asl.graph.machines import INLINE_MAP, POLLER
from tests.asl.history.events import BEGIN, History, visit


def test_states_in_each_other_without_end_are_refused(history: History) -> None:
    """A history whose Parallels are in each other too deeply, which no machine has, is refused."""
    for _ in range(MAX_DEPTH + 1):
        history.add("ParallelStateEntered", name="P")
        history.add("ParallelStateStarted")
    with pytest.raises(InvalidHistoryError, match="states in each other"):
        parse_history(INLINE_MAP, history.events)


def test_iterations_are_distinguished(history: History) -> None:
    """A state in a Map has one visit for each item, with the item's index, at the same time as others."""
    history.add("MapStateEntered", name="Each line", input="[1, 2]")
    started = history.add("MapStateStarted", length=2)
    for index in (0, 1):
        begun = history.add("MapIterationStarted", after=started, name="Each line", index=index)
        entered = history.add("TaskStateEntered", after=begun, name="Check", input=str(index))
        history.add("TaskStateExited", after=entered, name="Check", output="{}")
    history.add("MapStateSucceeded")
    history.add("MapStateExited", name="Each line", output="[]")
    history.add("ExecutionSucceeded", output="[]")
    run = parse_history(INLINE_MAP, history.events)
    checks = [one for one in run.visits if one.state == "Check"]
    assert [(one.iteration, one.input) for one in checks] == [(0, 0), (1, 1)]
    assert [one.outcome for one in run.visits] == ["succeeded"] * 3
    assert marks(graph_of(INLINE_MAP), run)["Each line/0/Check"][1].startswith("2 times")


def test_parallel_iterations_are_distinguished(history: History) -> None:
    """Items that all begin before their first state is entered keep their indexes, from state to state."""
    history.add("MapStateEntered", name="Each line")
    started = history.add("MapStateStarted", length=3)
    last = [history.add("MapIterationStarted", after=started, index=index) for index in range(3)]
    for name in ("Check", "Sum"):
        last = [history.add("TaskStateEntered", after=one, name=name) for one in last]
        last = [history.add("TaskStateExited", after=one, name=name) for one in reversed(last)][::-1]
    found = [(one.state, one.iteration) for one in parse_history(INLINE_MAP, history.events).visits]
    assert found == [("Each line", None), *((name, index) for name in ("Check", "Sum") for index in range(3))]


def test_map_that_succeeds_at_its_second_try_succeeded(history: History) -> None:
    """A Map that fails and succeeds at the next attempt is not caught, and has both attempts."""
    history.add("MapStateEntered", name="Each line")
    for error in ("Throttled", None):
        history.add("MapStateStarted", length=1)
        history.add("MapIterationStarted", index=0)
        history.add("TaskStateEntered", name="Check")
        history.add("TaskScheduled")
        if error:
            history.add("TaskFailed", error=error)
            history.add("MapIterationFailed", index=0)
            history.add("MapStateFailed", error=error)
        else:
            history.add("TaskSucceeded")
            history.add("TaskStateExited", name="Check")
            history.add("MapIterationSucceeded", index=0)
            history.add("MapStateSucceeded")
    history.add("MapStateExited", name="Each line")
    history.add("ExecutionSucceeded")
    run = parse_history(INLINE_MAP, history.events)
    tried = visit(run, "Each line")
    assert (tried.outcome, tried.error, [one.error for one in tried.attempts]) == (
        "succeeded",
        None,
        ["Throttled", None],
    )
    assert [one.outcome for one in run.visits if one.state == "Check"] == ["failed", "succeeded"]


def test_tries_have_their_own_times(history: History) -> None:
    """Each attempt has its error and its duration; the state's duration includes waits."""
    history.add("TaskStateEntered", name="Submit Job", input="{}")
    for error in ("Throttled", "Throttled", None):
        history.add("TaskScheduled")
        history.add("TaskStarted")
        history.add("TaskFailed", error=error) if error else history.add("TaskSucceeded")
    history.add("TaskStateExited", name="Submit Job", output="{}")
    found = visit(parse_history(POLLER, history.events), "Submit Job")
    assert [one.error for one in found.attempts] == ["Throttled", "Throttled", None]
    assert (found.outcome, found.seconds) == ("succeeded", 10.0)


def test_redriven_execution_goes_on(history: History) -> None:
    """A state that failed and was redriven has its final outcome, and the attempts of both runs."""
    history.add("TaskStateEntered", name="Submit Job", input="{}")
    history.add("TaskScheduled")
    history.add("TaskFailed", error="Down", cause="for now")
    history.add("ExecutionFailed", error="Down")
    history.add("ExecutionRedriven")
    history.add("TaskScheduled")
    history.add("TaskSucceeded")
    history.add("TaskStateExited", name="Submit Job", output="{}")
    running = parse_history(POLLER, history.events)
    assert (running.status, running.error, running.stopped) == ("running", None, None)
    history.add("ExecutionSucceeded")
    run = parse_history(POLLER, history.events)
    found = visit(run, "Submit Job")
    assert (run.status, found.outcome, len(found.attempts)) == ("succeeded", "succeeded", 2)


def test_times_are_read_in_every_form() -> None:
    """Times are read as seconds since 1970, and as ISO 8601 with any offset."""
    for time in (BEGIN, "2027-01-15T08:00:00+00:00", "2027-01-15T09:00:00+01:00", "2027-01-15T08:00:00Z"):
        run = parse_history(POLLER, [{"id": 1, "type": "ExecutionStarted", "timestamp": time}])
        assert run.started.isoformat() == "2027-01-15T08:00:00+00:00"


def test_no_events_are_no_history() -> None:
    """An empty history is refused."""
    with pytest.raises(InvalidHistoryError, match="no events"):
        parse_history(POLLER, [])


@given(cut=st.integers(1, 60))
def test_any_beginning_of_a_history_is_parsed(cut: int) -> None:
    """A truncated history has the same visits up to its end, and those that were running have no end."""
    whole = History()
    whole.add("ExecutionStarted")
    for _ in range(12):
        whole.add("TaskStateEntered", name="Submit Job")
        whole.add("TaskScheduled")
        whole.add("TaskFailed", error="Throttled")
        whole.add("TaskScheduled")
        whole.add("TaskStateExited", name="Submit Job")
    run = parse_history(POLLER, whole.events[:cut])
    full = parse_history(POLLER, whole.events)
    assert [one.entered for one in run.visits] == [one.entered for one in full.visits][: len(run.visits)]
    assert [one.outcome for one in run.visits] == ["succeeded" if one.left else "running" for one in run.visits]


KINDS = [
    *(f"{kind}State{way}" for kind in ("Task", "Map", "Parallel", "Wait") for way in ("Entered", "Exited")),
    *("MapStateStarted", "MapIterationStarted", "MapIterationFailed", "ParallelStateFailed", "TaskScheduled"),
    *("TaskFailed", "TaskSucceeded", "LambdaFunctionTimedOut", "ExecutionFailed", "SomethingNew"),
]
EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(KINDS),
            "previousEventId": st.integers(0, 30),
            "timestamp": st.floats(BEGIN, BEGIN + 1000),
            "aEventDetails": st.fixed_dictionaries(
                {},
                optional={
                    "name": st.sampled_from(["Check", "Sum", "Each line", "x"]),
                    "input": st.text(),
                    "error": st.text(),
                },
            ),
        }
    ),
    min_size=1,
    max_size=30,
)


@given(events=EVENTS)
def test_any_history_can_be_shown(events: list[dict[str, Any]]) -> None:
    """Truncated, shuffled and unknown events are read and drawn as a timeline without an error."""
    run = parse_history(INLINE_MAP, [{"id": number, **event} for number, event in enumerate(events, 1)])
    assert timeline(run).startswith("<svg")
    assert headline(run)
    assert json.dumps(with_visits(details(graph_of(INLINE_MAP)), run))
