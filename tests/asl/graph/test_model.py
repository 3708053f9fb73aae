"""The graph of a state machine: edges, labels, notes and contracts."""

from typing import Any

import pytest

from asl.graph.model import Edge, Graph, graph_of
from asl.language import InvalidMachineError
from tests.asl.graph.machines import APPROVAL, DISTRIBUTED_MAP, INLINE_MAP, JSONATA, LOOP, POLLER, SDK_CALLS
from workflow import contracts
from workflow.graph import pipeline_graph


def edge(machine: Graph, source: str, target: str, kind: str = "next") -> Edge:
    """Return the only edge of a kind between two nodes."""
    (found,) = [one for one in machine.all_edges() if (one.source, one.target, one.kind) == (source, target, kind)]
    return found


def notes(definition: dict[str, Any]) -> dict[str, str]:
    """Return the notes of each state by name."""
    return {node.name: " | ".join(node.notes) for node in graph_of(definition).all_nodes() if node.notes}


def test_edges_are_named_after_the_contracts_that_travel_there() -> None:
    """The first edge has the contract of the pipeline's input, a step's edge that of its output, a branch that of its first step's input."""
    ours = pipeline_graph()
    assert edge(ours, "(start)", "ValidateImage").contract == "pipeline-input"
    assert edge(ours, "ArchiveImage", "PublishSuccess").contract == "archive-image.output"
    assert edge(ours, "ParallelProcessing", "ArchiveImage").contract == "parallel-processing.output"
    within = "ParallelProcessing/0/"
    assert edge(ours, f"{within}(start)", f"{within}ResizeImage").contract == "resize-image.input"
    assert edge(ours, "ArchiveImage", "HandleError", "catch").contract == "caught-error"
    named = {one.contract for one in ours.all_edges() if one.contract}
    assert named <= set(contracts.names())


def test_rules_that_lead_to_the_same_state_are_one_edge() -> None:
    """Rules with the same target are one edge, with a line of its label for each."""
    labels = edge(graph_of(LOOP), "More?", "Next page", "choice").labels
    assert labels == ("token is present", "n < m")
    assert edge(graph_of(LOOP), "More?", "Stop", "choice").labels == ("at ≤ 2030-01-01T00:00:00Z",)
    assert edge(graph_of(POLLER), "Done?", "End", "choice").labels == ("status = SUCCEEDED and not errors > 0",)
    assert edge(graph_of(POLLER), "Done?", "Wait a while", "choice").labels == ("otherwise",)
    condition = "$count($states.input.items) > 10 and $tries < 3"
    assert edge(graph_of(JSONATA), "Enough?", "Look up", "choice").labels == (condition,)
    assert edge(graph_of(APPROVAL), "Decide", "Work", "choice").labels == ("approved = true",)


def test_catchers_name_their_errors() -> None:
    """The label of a Catch has its errors."""
    caught = edge(graph_of(APPROVAL), "Start", "Remind", "catch")
    assert caught.labels == ("States.Timeout", "States.HeartbeatTimeout")


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (
            POLLER,
            {
                "Submit Job": "batch submitJob",
                "Wait a while": "waits the seconds given",
                "Ask for the job's status": "Lambda status",
                "Job failed": "$.status",
            },
        ),
        (
            APPROVAL,
            {
                "Start": "SQS sendMessage, waits for its token | 86400 s at most",
                "Remind": "SNS publish",
                "Work": "Activity by-hand",
            },
        ),
        (
            JSONATA,
            {"Look up": "Lambda look-up | at most the seconds given · retries", "Pause": "waits the seconds given"},
        ),
        (
            INLINE_MAP,
            {"Each line": "for each item, 5 at a time | 1 retry", "Check": "Lambda check", "Sum": "Lambda sum"},
        ),
        (
            DISTRIBUTED_MAP,
            {
                "Read the file": "for each item, each in an execution of its own",
                "Row": "DynamoDB putItem",
                "Report": "Step Functions startExecution, waits for its end",
            },
        ),
        (
            SDK_CALLS,
            {"Run": "ecs runTask, waits for its end", "Crawl": "glue startCrawler", "Ask": "http invoke"},
        ),
    ],
    ids=["poller", "approval", "jsonata", "inline map", "distributed map", "sdk calls"],
)
def test_notes_say_what_a_state_does(definition: dict[str, Any], expected: dict[str, str]) -> None:
    """Notes have what a state calls or waits for, its timeout and its retries."""
    assert notes(definition) == expected


@pytest.mark.parametrize(
    ("wait", "note"),
    [
        ({"Seconds": 30}, "waits 30 s"),
        ({"SecondsPath": "$.pause"}, "waits the seconds given"),
        ({"Timestamp": "2030-01-01T00:00:00Z"}, "waits until 2030-01-01T00:00:00Z"),
        ({"TimestampPath": "$.at"}, "waits until the time given"),
    ],
)
def test_notes_say_how_long_a_state_waits(wait: dict[str, Any], note: str) -> None:
    """The note of a Wait state has its seconds or its time, where the definition has them."""
    assert notes({"StartAt": "W", "States": {"W": {"Type": "Wait", **wait, "End": True}}}) == {"W": note}


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ([], "no state machine"),
        ({"StartAt": "A"}, "States"),
        ({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}, "A leads to B"),
        ({"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}, "StartAt leads to B"),
        ({"StartAt": "A", "States": {"A": {"Type": "Task", "End": True}}}, "Resource"),
    ],
)
def test_invalid_machine_is_refused(definition: Any, message: str) -> None:
    """The error has the place and the reason."""
    with pytest.raises(InvalidMachineError, match=message):
        graph_of(definition)
