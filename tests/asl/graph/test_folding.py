"""Many lines into one state: folded, if they are catches, or straight, so that a drawing takes little processor time."""

from resource import RUSAGE_CHILDREN, getrusage
from typing import Any

import pytest

from asl.graph.folding import MAX_CATCHES, folded
from asl.graph.layout import lay_out
from asl.graph.model import Graph, graph_of
from asl.graph.svg import draw

SECONDS = 3  # of processor time, for a drawing
CATCH = {"ErrorEquals": ["States.ALL"], "Next": "Handle"}


def catching(number: int, *more: dict[str, Any]) -> Graph:
    """Return a machine of so many tasks in a row, which all catch into one state."""
    states: dict[str, Any] = {
        f"T{one}": {"Type": "Task", "Resource": "arn:aws:lambda:::f", "Catch": [CATCH, *more], "Next": f"T{one + 1}"}
        for one in range(number)
    }
    ends = {f"T{number}": {"Type": "Succeed"}, "Handle": {"Type": "Fail"}, "Other": {"Type": "Fail"}}
    return graph_of({"StartAt": "T0", "States": {**states, **ends}})


def test_few_catches_have_a_line_each() -> None:
    """Up to the limit each catcher has its line."""
    graph = catching(MAX_CATCHES)
    assert folded(graph) is graph


def test_many_catches_are_notes() -> None:
    """Beyond the limit a state says in a note what it catches and where to; one line is left, and no other edge is lost."""
    graph = catching(MAX_CATCHES + 1)
    made = folded(graph)
    assert [edge.kind for edge in made.edges].count("catch") == 1
    assert [edge for edge in made.edges if edge.kind != "catch"] == [
        edge for edge in graph.edges if edge.kind != "catch"
    ]
    notes = {node.name: node.notes for node in made.nodes}
    assert notes["T0"][-1] == "any error: to Handle"
    assert notes[f"T{MAX_CATCHES}"] == next(node.notes for node in graph.nodes if node.name == f"T{MAX_CATCHES}")
    assert "any error: to Handle" in draw(graph)


def choosing(number: int) -> Graph:
    """Return a machine of so many choices in a row, which all have a rule into one state."""
    states: dict[str, Any] = {
        f"C{one}": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericEquals": one, "Next": "Handle"}],
            "Default": f"C{one + 1}",
        }
        for one in range(number)
    }
    return graph_of(
        {"StartAt": "C0", "States": {**states, f"C{number}": {"Type": "Succeed"}, "Handle": {"Type": "Fail"}}}
    )


@pytest.mark.share(1)
@pytest.mark.parametrize("graph", [catching(100), catching(100, {**CATCH, "Next": "Other"}), choosing(100)])
def test_a_hundred_lines_into_one_state_take_little_time(graph: Graph) -> None:
    """100 states that all lead to one state are laid out in a bounded time of the processor."""
    before = getrusage(RUSAGE_CHILDREN).ru_utime
    assert lay_out(graph).boxes
    assert getrusage(RUSAGE_CHILDREN).ru_utime - before < SECONDS
