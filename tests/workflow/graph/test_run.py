"""An execution on the graph: what really ran, as moto's interpreter and AWS tell of it."""

import json
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow import drawings
from tests.workflow.graph.machines import INLINE_MAP, POLLER
from tests.workflow.interpreter import refusal
from tests.workflow.processing import Outcome, Processing
from workflow.graph.histories import fetch
from workflow.graph.model import Machine
from workflow.graph.model import read as graph_of
from workflow.graph.outcome import headline, marks, with_visits
from workflow.graph.reading import read
from workflow.graph.run import Run, UnusableHistory, Visit
from workflow.graph.sources import our_own
from workflow.graph.timeline import timeline
from workflow.steps import RESIZE

BEGIN = 1_800_000_000.0  # seconds since 1970


def run_of(outcome: Outcome) -> Run:
    """Return what the history of an execution tells."""
    _, events = fetch(outcome.execution.arn, boto3.client("stepfunctions"))
    return read(our_own(), events)


def visit(run: Run, state: str) -> Visit:
    """Return the only visit of state."""
    (found,) = [one for one in run.visits if one.state == state]
    return found


def test_success_is_green_all_the_way(processing: Processing) -> None:
    """Every state on the straight way succeeded, the branches' too, with payloads in and out."""
    run = run_of(processing.process(drawings.jpeg()))
    assert run.status == "succeeded"
    on_way = {node.key for node in our_own().nodes if node.key in our_own().spine} - {"(start)", "(end)"}
    branches = {"ParallelProcessing/0/ResizeImage", "ParallelProcessing/1/GenerateThumbnail"}
    assert {key: outcome for key, (outcome, _) in marks(run).items()} == dict.fromkeys(on_way | branches, "succeeded")
    assert visit(run, "ValidateImage").input.keys() == {"image"}
    assert "validation" in visit(run, "ValidateImage").output
    assert "archive" in visit(run, "PublishSuccess").input


def test_rejection_is_caught(processing: Processing) -> None:
    """The step that rejects is marked as caught, with its error, and the execution succeeded."""
    run = run_of(processing.process(b"no picture"))
    validate = visit(run, "ValidateImage")
    assert (run.status, validate.outcome, validate.error) == ("succeeded", "caught", "ImageRejected")
    assert visit(run, "Rejected").outcome == "succeeded"


def test_failure_in_a_branch_shows_where(processing: Processing) -> None:
    """The branch's state says why; the Parallel around it was caught; the execution failed in the end."""
    processing.break_function(RESIZE.function, MemoryError("no room"))
    run = run_of(processing.process(drawings.jpeg()))
    resize = visit(run, "ResizeImage")
    assert (resize.outcome, resize.error) == ("caught", "MemoryError")
    assert visit(run, "ResizeImageFailed").outcome == "failed"
    assert visit(run, "ParallelProcessing").outcome == "caught"
    assert (run.status, run.error, visit(run, "Failed").outcome) == ("failed", "ProcessingFailed", "failed")
    assert "MemoryError" in headline(run)


def test_retries_are_counted(processing: Processing) -> None:
    """A step that succeeds at its third try has three attempts, two of them with an error."""
    processing.interpreter.before["ArchiveImage"] = refusal("Lambda.TooManyRequestsException", times=2)
    run = run_of(processing.process(drawings.jpeg()))
    archive = visit(run, "ArchiveImage")
    assert [one.error for one in archive.attempts][-1] is None
    assert archive.outcome == "succeeded"


class History:
    """Events as AWS writes them, an ever later one at a time."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.events: list[dict[str, Any]] = []

    def add(self, kind: str, after: int | None = None, **said: Any) -> int:
        """Add an event one second later, and return its id."""
        number = len(self.events) + 1
        event = {"id": number, "previousEventId": number - 1 if after is None else after, "type": kind}
        self.events.append({**event, "timestamp": BEGIN + number, "someEventDetails": said})
        return number


@pytest.fixture
def history() -> History:
    """Give a history that has begun."""
    begun = History()
    begun.add("ExecutionStarted")
    return begun


def test_iterations_are_told_apart(history: History) -> None:
    """A state within a Map is visited once an item, under the item's number, at the same time as others."""
    history.add("MapStateEntered", name="Each line", input="[1, 2]")
    started = history.add("MapStateStarted", length=2)
    for index in (0, 1):
        begun = history.add("MapIterationStarted", after=started, name="Each line", index=index)
        entered = history.add("TaskStateEntered", after=begun, name="Check", input=str(index))
        history.add("TaskStateExited", after=entered, name="Check", output="{}")
    history.add("MapStateSucceeded")
    history.add("MapStateExited", name="Each line", output="[]")
    history.add("ExecutionSucceeded", output="[]")
    run = read(graph_of(INLINE_MAP), history.events)
    checks = [one for one in run.visits if one.state == "Check"]
    assert [(one.iteration, one.input, one.key) for one in checks] == [
        (0, 0, "Each line/0/Check"),
        (1, 1, "Each line/0/Check"),
    ]
    assert [one.outcome for one in run.visits] == ["succeeded"] * 3
    assert marks(run)["Each line/0/Check"][1].startswith("2 times")


@pytest.mark.parametrize(
    ("end", "status"),
    [("ExecutionTimedOut", "timed out"), ("ExecutionAborted", "aborted"), (None, "running")],
)
def test_what_is_open_ends_as_the_execution_does(history: History, end: str | None, status: str) -> None:
    """A state that nothing says was left is as the execution is: timed out, aborted, or running."""
    history.add("TaskStateEntered", name="Submit Job", input="{}")
    history.add("TaskScheduled")
    if end:
        history.add(end)
    run = read(graph_of(POLLER), history.events)
    assert (run.status, visit(run, "Submit Job").outcome) == (status, status)
    assert visit(run, "Submit Job").seconds == (2.0 if end else None)


def test_tries_have_their_own_times(history: History) -> None:
    """Each try has its error and its length; that of the state is all of it, waits included."""
    history.add("TaskStateEntered", name="Submit Job", input="{}")
    for error in ("Throttled", "Throttled", None):
        history.add("TaskScheduled")
        history.add("TaskStarted")
        history.add("TaskFailed", error=error) if error else history.add("TaskSucceeded")
    history.add("TaskStateExited", name="Submit Job", output="{}")
    found = visit(read(graph_of(POLLER), history.events), "Submit Job")
    assert [one.error for one in found.attempts] == ["Throttled", "Throttled", None]
    assert (found.outcome, found.seconds) == ("succeeded", 10.0)


def test_redriven_execution_goes_on(history: History) -> None:
    """What failed and was redriven ends as it did in the end, with the tries of both times."""
    history.add("TaskStateEntered", name="Submit Job", input="{}")
    history.add("TaskScheduled")
    history.add("TaskFailed", error="Down", cause="for now")
    history.add("ExecutionFailed", error="Down")
    history.add("ExecutionRedriven")
    history.add("TaskScheduled")
    history.add("TaskSucceeded")
    history.add("TaskStateExited", name="Submit Job", output="{}")
    running = read(graph_of(POLLER), history.events)
    assert (running.status, running.error, running.stopped) == ("running", None, None)
    history.add("ExecutionSucceeded")
    run = read(graph_of(POLLER), history.events)
    found = visit(run, "Submit Job")
    assert (run.status, found.outcome, len(found.attempts)) == ("succeeded", "succeeded", 2)


def test_times_are_read_in_every_form() -> None:
    """Seconds since 1970, and ISO 8601 with any offset, as the AWS CLI prints them."""
    for time in (BEGIN, "2027-01-15T08:00:00+00:00", "2027-01-15T09:00:00+01:00", "2027-01-15T08:00:00Z"):
        run = read(graph_of(POLLER), [{"id": 1, "type": "ExecutionStarted", "timestamp": time}])
        assert run.started.isoformat() == "2027-01-15T08:00:00+00:00"


def test_no_events_are_no_history() -> None:
    """An empty history is refused."""
    with pytest.raises(UnusableHistory, match="no events"):
        read(graph_of(POLLER), [])


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
    """However events are cut, mixed or new, they are read, and drawn as a timeline; nothing is raised."""
    machine: Machine = graph_of(INLINE_MAP)
    run = read(machine, [{"id": number, **event} for number, event in enumerate(events, 1)])
    assert timeline(run).startswith("<svg")
    assert headline(run)
    assert json.dumps(with_visits({node.key: {} for node in machine.all_nodes()}, run))
