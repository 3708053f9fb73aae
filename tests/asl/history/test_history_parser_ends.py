"""The outcome of visits without an event at their end: failed, aborted, timed out, or running."""

import pytest

from asl.history.parser import parse_history
from tests.asl.graph.machines import NESTED, POLLER
from tests.asl.history.events import History, visit


@pytest.mark.parametrize(
    ("end", "status"),
    [("ExecutionTimedOut", "timed out"), ("ExecutionAborted", "aborted"), (None, "running")],
)
def test_open_state_has_the_outcome_of_the_execution(history: History, end: str | None, status: str) -> None:
    """A state that was not left has the execution's outcome: timed out, aborted, or running."""
    history.add("TaskStateEntered", name="Submit Job", input="{}")
    history.add("TaskScheduled")
    if end:
        history.add(end)
    run = parse_history(POLLER, history.events)
    assert (run.status, visit(run, "Submit Job").outcome) == (status, status)
    assert visit(run, "Submit Job").seconds == (2.0 if end else None)


def test_state_in_another_branch_than_the_failed_one_was_aborted(history: History) -> None:
    """When a branch fails, a state that waits in another branch was aborted: it has no error and no attempts."""
    history.add("ParallelStateEntered", name="All")
    started = history.add("ParallelStateStarted")
    history.add("ParallelStateEntered", after=started, name="Both")
    inner = history.add("ParallelStateStarted")
    waiting = history.add("WaitStateEntered", after=inner, name="B")
    failed = history.add("FailStateEntered", after=inner, name="C")
    history.add("WaitStateAborted", after=waiting)
    history.add("ParallelStateFailed", after=failed, error="No")
    history.add("ParallelStateExited", name="Both")
    run = parse_history(NESTED, history.events)
    waited = visit(run, "B")
    assert (waited.outcome, waited.error, waited.attempts, waited.seconds) == ("aborted", None, [], 2.0)
    assert (visit(run, "C").outcome, visit(run, "Both").outcome) == ("failed", "caught")


def test_nested_states_of_an_aborted_branch_are_aborted(history: History) -> None:
    """A failure aborts the running states in other branches at any depth, even if the execution continues and succeeds."""
    history.add("ParallelStateEntered", name="All")
    started = history.add("ParallelStateStarted")
    history.add("ParallelStateEntered", after=started, name="Both")
    history.add("ParallelStateStarted")
    history.add("WaitStateEntered", name="B")
    history.add("PassStateEntered", after=started, name="A")
    history.add("ParallelStateFailed", error="States.Runtime")
    history.add("ParallelStateExited", name="All")
    history.add("ExecutionSucceeded")
    run = parse_history(NESTED, history.events)
    assert [visit(run, name).outcome for name in ("All", "Both", "B", "A")] == ["caught", *["aborted"] * 3]


def test_stopped_execution_aborts_its_task(history: History) -> None:
    """A task with an event that it was aborted did not fail, and its attempt ended then."""
    history.add("TaskStateEntered", name="Submit Job")
    history.add("TaskScheduled")
    history.add("TaskStateAborted")
    history.add("ExecutionAborted")
    found = visit(parse_history(POLLER, history.events), "Submit Job")
    assert (found.outcome, found.error, found.seconds) == ("aborted", None, 2.0)
    assert found.attempts[0].ended == found.left


def test_task_that_took_too_long_timed_out(history: History) -> None:
    """A task whose last attempt timed out, without a Catch, timed out."""
    history.add("TaskStateEntered", name="Submit Job")
    history.add("TaskScheduled")
    history.add("TaskTimedOut", error="States.Timeout")
    history.add("ExecutionFailed", error="States.Timeout")
    assert visit(parse_history(POLLER, history.events), "Submit Job").outcome == "timed out"


def test_parallel_that_is_tried_again_ends_its_first_try(history: History) -> None:
    """A Parallel that is retried has no other event than its new start, which ends the first attempt and the states in it."""
    history.add("ParallelStateEntered", name="All")
    for _ in range(2):
        started = history.add("ParallelStateStarted")
        history.add("PassStateEntered", after=started, name="A")
        history.add("FailStateEntered", after=started, name="C")
    run = parse_history(NESTED, history.events)
    first, second = visit(run, "All").attempts
    assert (first.ended, second.ended) == (second.started, None)
    assert [one.outcome for one in run.visits if one.state == "A"] == ["aborted", "running"]
