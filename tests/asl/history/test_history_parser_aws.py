"""The history parser on histories of AWS: the state that failed first has failed, those beside it were aborted."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from asl.graph.overlay import headline, marks
from asl.history.parser import parse_history
from asl.history.trace import Trace
from tests import aws_histories as aws
from tests.asl.graph.machines import DISTRIBUTED_MAP, INLINE_MAP, JSONATA, NESTED, Machine, machine
from workflow.definition import states_language
from workflow.graph import pipeline_graph

Outcomes = list[tuple[str, str]]


def ran(machine: Machine, happened: list[aws.Event]) -> Trace:
    """Return the trace of a machine."""
    return parse_history(machine, happened)


def outcomes(run: Trace) -> Outcomes:
    """Return state and outcome of each visit in the order in which they began."""
    return [(one.state, one.outcome) for one in run.visits]


def test_failed_branch_has_failed_although_its_task_was_aborted() -> None:
    """The task of a failing branch gets an event that it was aborted, too: it has failed, and the other one was aborted."""
    run = parse_history(states_language(), aws.branch_failed())
    assert outcomes(run)[:3] == [
        ("ParallelProcessing", "caught"),
        ("ResizeImage", "failed"),
        ("GenerateThumbnail", "aborted"),
    ]
    parallel, resize, thumbnail = run.visits[:3]
    assert (parallel.error, parallel.cause) == (resize.error, resize.cause) == ("MemoryError", "no room")
    assert thumbnail.error is None
    assert marks(pipeline_graph(), run)["ParallelProcessing/0/ResizeImage"][0] == "failed"
    assert "the first error was MemoryError in" in headline(run)


def test_both_branches_may_fail() -> None:
    """A task that failed before the Parallel ended has failed as well, but the Parallel has the first error."""
    run = parse_history(states_language(), aws.both_branches_failed())
    assert [one.error for one in run.visits[:3]] == ["MemoryError", "MemoryError", "States.Timeout"]
    assert outcomes(run)[1:3] == [("ResizeImage", "failed"), ("GenerateThumbnail", "timed out")]


def test_uncatchable_error_belongs_to_the_state_of_the_event_before() -> None:
    """An error that no state can catch belongs to the branch in which it happened, not to the state that was entered last."""
    run = parse_history(states_language(), aws.branch_broken_off())
    assert outcomes(run) == [
        ("ParallelProcessing", "failed"),
        ("ResizeImage", "failed"),
        ("GenerateThumbnail", "aborted"),
    ]
    assert [one.error for one in run.visits] == ["States.Runtime", "States.Runtime", None]


def test_parallel_around_an_aborted_parallel_has_failed() -> None:
    """The event that a Parallel was aborted after a failure belongs to the one beside the failed state, not to the one around."""
    run = ran(NESTED, aws.branch_failed_within_a_branch())
    assert outcomes(run) == [("All", "failed"), ("A", "failed"), ("Both", "aborted"), ("B", "aborted")]


def test_item_that_timed_out_has_timed_out() -> None:
    """Items that timed out keep that outcome; their Map failed, since it has no timeout of its own."""
    run = ran(INLINE_MAP, aws.item_timed_out())
    assert outcomes(run) == [("Each line", "failed"), ("Check", "timed out"), ("Check", "timed out")]
    assert run.visits[0].error == "States.Timeout"


def test_items_in_turn_are_followed() -> None:
    """An item that begins after the end of the one before belongs to the same Map; the second attempt has its own items."""
    run = ran(INLINE_MAP, aws.items_in_turn())
    assert [(one.state, one.iteration, one.outcome) for one in run.visits] == [
        ("Each line", None, "failed"),
        *[("Check", 0, "succeeded"), ("Check", 1, "failed")] * 2,
    ]
    assert len(run.visits[0].attempts) == 2
    assert run.visits[0].error == "MemoryError"


def test_map_run_that_failed_has_its_error() -> None:
    """A distributed Map that could not begin has the error of its Map Run."""
    run = ran(DISTRIBUTED_MAP, aws.run_of_items_failed())
    assert [(one.state, one.outcome, one.error) for one in run.visits] == [
        ("Read the file", "failed", "States.ItemReaderFailed")
    ]


def test_expression_failed_in_the_state_that_is_named() -> None:
    """EvaluationFailed belongs to the state that it names, not to that of the event before."""
    run = ran(JSONATA, aws.evaluation_failed())
    assert [(one.state, one.outcome, one.error) for one in run.visits] == [
        ("Look up", "succeeded", None),
        ("Pause", "failed", "States.QueryEvaluationError"),
    ]


def test_expression_that_failed_may_be_caught() -> None:
    """A Catch may handle the error of an expression; the function was called once, and succeeded."""
    run = ran(JSONATA, aws.evaluation_caught())
    assert outcomes(run) == [("Look up", "caught"), ("Fallback", "succeeded")]
    assert [one.error for one in run.visits[0].attempts] == [None]


def test_expression_failed_for_the_item_that_was_there() -> None:
    """Where several items are in the named state, the event belongs to the visit that was entered after the same event."""
    run = ran(INLINE_MAP, aws.evaluation_failed_for_an_item())
    assert [(one.iteration, one.outcome) for one in run.visits] == [(None, "failed"), (1, "failed"), (0, "aborted")]


def redriven(happened: list[aws.Event], *following: tuple[str, dict[str, str]]) -> list[aws.Event]:
    """Return a history that is redriven: the events before, the redrive, and the events after."""
    goes_on = [("ExecutionRedriven", {}), *following]
    added = [(number, kind, details) for number, (kind, details) in enumerate(goes_on, len(happened))]
    begun: list[tuple[int, str, dict[str, Any]]] = [(0, "", {})] * len(happened)
    return [*happened, *aws.events(*begun, *added)[len(happened) :]]


@pytest.mark.parametrize("begins", [[], [("TaskStateEntered", {"name": "A"})]], ids=["tried again", "entered again"])
def test_redriven_branch_goes_on(begins: list[tuple[str, dict[str, str]]]) -> None:
    """A state in a branch that failed and was redriven has succeeded in the end, and so has the state around it."""
    goes_on = [
        *begins,
        *[("TaskScheduled", {}), ("TaskSucceeded", {}), ("TaskStateExited", {"name": "A"})],
        *[("ParallelStateSucceeded", {}), ("ParallelStateExited", {"name": "All"}), ("ExecutionSucceeded", {})],
    ]
    run = ran(NESTED, redriven(aws.branch_failed_within_a_branch(), *goes_on))
    found = dict(outcomes(run))
    assert (run.status, found["A"], found["All"]) == ("succeeded", "succeeded", "succeeded")


def test_fail_state_has_its_error() -> None:
    """A Fail state has the error in its definition or, where that is computed, the execution's; so has the state around it."""
    happened = aws.fail_state_reached()
    assert [one.error for one in ran(NESTED, happened).visits] == ["No", "No"]
    computed = machine({"C": {"Type": "Fail", "ErrorPath": "$.error"}})
    assert [one.error for one in parse_history(computed, happened).visits] == ["Computed", "Computed"]


HISTORIES = [
    *(aws.branch_failed, aws.both_branches_failed, aws.branch_failed_within_a_branch, aws.item_timed_out),
    *(aws.items_in_turn, aws.evaluation_failed, aws.evaluation_failed_for_an_item),
]


@pytest.mark.parametrize("history", HISTORIES)
def test_later_events_do_not_change_a_failed_task(history: Callable[[], list[aws.Event]]) -> None:
    """No later event changes the outcome of a task that failed."""
    happened = history()
    runs = [ran(INLINE_MAP, happened[:cut]) for cut in range(1, len(happened) + 1)]
    for earlier, later in pairwise(runs):
        for before, after in zip(earlier.visits, later.visits, strict=False):
            assert before.kind != "Task" or before.error is None or before.error == after.error
            assert after.outcome != "aborted" or before.error is None
