"""Folded catches: many states that catch into the same one say so in a note, and one of them has a line.

Graphviz takes half a minute to route a line from each of 75 states in a row to one handler, and nobody can tell the lines apart.
"""

from collections import Counter
from dataclasses import replace

from asl.graph.model import Edge, Graph, Node

MAX_CATCHES = 12  # lines of catchers into one state


def folded(graph: Graph) -> Graph:
    """Return graph with notes in place of most lines into a state that more than MAX_CATCHES states catch into."""
    counts = Counter(edge.target for edge in graph.edges if edge.kind == "catch")
    last = {edge.target: edge for edge in graph.edges if edge.kind == "catch"}
    names = {node.key: node.name for node in graph.nodes}
    hidden = [edge for edge in graph.edges if counts[edge.target] > MAX_CATCHES and _is_hidden(edge, last)]
    if not hidden:
        return graph
    notes: dict[str, list[str]] = {}
    for edge in hidden:
        errors = ", ".join("any error" if one == "States.ALL" else one for one in edge.labels)
        notes.setdefault(edge.source, []).append(f"{errors}: to {names.get(edge.target, edge.target)}")
    nodes = tuple(_noted(node, notes.get(node.key, [])) for node in graph.nodes)
    gone = {id(edge) for edge in hidden}
    return replace(graph, nodes=nodes, edges=tuple(edge for edge in graph.edges if id(edge) not in gone))


def _is_hidden(edge: Edge, last: dict[str, Edge]) -> bool:
    return edge.kind == "catch" and edge is not last[edge.target]


def _noted(node: Node, notes: list[str]) -> Node:
    return replace(node, notes=(*node.notes, *notes)) if notes else node
