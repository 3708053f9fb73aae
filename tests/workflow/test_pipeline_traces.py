"""Traces of real executions of the pipeline on moto's interpreter."""

import boto3

from asl.graph.overlay import headline, marks
from asl.history.parser import parse_history
from asl.history.sources import fetch_history
from asl.history.trace import Trace
from tests.asl.history.events import visit
from tests.fake_aws.interpreter import refusal
from tests.workflow import images
from tests.workflow.processing import Outcome, Processing
from workflow.graph import pipeline_graph
from workflow.steps import RESIZE


def run_of(outcome: Outcome) -> Trace:
    """Return the trace of an execution."""
    definition, events = fetch_history(outcome.execution.arn, boto3.client("stepfunctions"))
    return parse_history(definition, events)


def test_states_of_a_success_have_succeeded(processing: Processing) -> None:
    """Every state of the main path succeeded, those of branches too, with inputs and outputs."""
    run = run_of(processing.process(images.jpeg()))
    assert run.status == "succeeded"
    graph = pipeline_graph()
    on_way = {node.key for node in graph.nodes if node.key in graph.spine} - {"(start)", "(end)"}
    branches = {"ParallelProcessing/0/ResizeImage", "ParallelProcessing/1/GenerateThumbnail"}
    assert {key: outcome for key, (outcome, _) in marks(graph, run).items()} == dict.fromkeys(
        on_way | branches, "succeeded"
    )
    assert visit(run, "ValidateImage").input.keys() == {"image"}
    assert "validation" in visit(run, "ValidateImage").output
    assert "archive" in visit(run, "PublishSuccess").input


def test_rejection_is_caught(processing: Processing) -> None:
    """The step that rejects is caught, with its error, and the execution succeeded."""
    run = run_of(processing.process(b"no picture"))
    validate = visit(run, "ValidateImage")
    assert (run.status, validate.outcome, validate.error) == ("succeeded", "caught", "ImageRejected")
    assert visit(run, "Rejected").outcome == "succeeded"


def test_failure_in_a_branch_shows_where(processing: Processing) -> None:
    """The state in the branch has the error; the Parallel around it was caught; the execution failed."""
    processing.break_function(RESIZE.function, MemoryError("no room"))
    run = run_of(processing.process(images.jpeg()))
    resize = visit(run, "ResizeImage")
    assert (resize.outcome, resize.error) == ("caught", "MemoryError")
    assert visit(run, "RethrowResizeImageError").outcome == "failed"
    assert visit(run, "ParallelProcessing").outcome == "caught"
    assert (run.status, run.error, visit(run, "Failed").outcome) == ("failed", "ProcessingFailed", "failed")
    assert "MemoryError" in headline(run)


def test_retries_are_counted(processing: Processing) -> None:
    """A step that succeeds at its third attempt has three attempts, two of them with an error."""
    processing.interpreter.before["ArchiveImage"] = refusal("Lambda.TooManyRequestsException", times=2)
    run = run_of(processing.process(images.jpeg()))
    archive = visit(run, "ArchiveImage")
    assert [one.error for one in archive.attempts][-1] is None
    assert archive.outcome == "succeeded"
