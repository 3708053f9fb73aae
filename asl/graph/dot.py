"""The graph in Graphviz's DOT language, for other tools."""

import json
from collections.abc import Iterable, Iterator

from asl.graph.characters import one_line
from asl.graph.layout import label_lines
from asl.graph.model import END, START, Edge, Graph, Node

SHAPES = {START: "circle", END: "doublecircle", "Choice": "hexagon", "Succeed": "oval", "Fail": "oval", "Map": "box3d"}
HEAD = [
    "digraph {",
    "  fontname=Helvetica",
    '  node [shape=box, style=rounded, fontname=Helvetica]; edge [fontname=Helvetica, fontsize=10, color="#5b6675"]',
]
CAUGHT = 'style=dashed, color="#c0392b", fontcolor="#c0392b"'

Ids = dict[str, str]  # of nodes, by key


def dot(graph: Graph) -> str:
    """Return the graph in DOT; a state with inner machines is a cluster around a node of its own."""
    ids = {node.key: f"n{number}" for number, node in enumerate(graph.all_nodes())}
    return "\n".join([*HEAD, *_graph(graph, ids, "  "), "}"]) + "\n"


def _graph(graph: Graph, ids: Ids, indent: str) -> Iterator[str]:
    for node in graph.nodes:
        yield from _node(node, ids, indent)
    yield from (f"{indent}{_edge(edge, ids)}" for edge in graph.edges)


def _node(node: Node, ids: Ids, indent: str) -> Iterator[str]:
    if not node.machines:
        yield f"{indent}{_own(node, ids)}"
        return
    yield f"{indent}subgraph cluster_{ids[node.key]} {{"
    yield f"{indent}  {_own(node, ids)}"
    for inner in node.machines:
        yield from _graph(inner, ids, f"{indent}  ")
        yield f"{indent}  {ids[node.key]} -> {ids[inner.spine[0]]} [style=dotted]"
    yield f"{indent}}}"


def _own(node: Node, ids: Ids) -> str:
    dotted = node.kind in (START, END)
    label = [] if dotted else [node.name, *node.notes]
    size = ", width=0.2, fixedsize=true" if dotted else ""
    return f"{ids[node.key]} [label={_quoted(label)}, shape={SHAPES.get(node.kind, 'box')}{size}]"


def _edge(edge: Edge, ids: Ids) -> str:
    label = _quoted(label_lines(edge))
    caught = f", {CAUGHT}" if edge.kind == "catch" else ""
    return f"{ids[edge.source]} -> {ids[edge.target]} [label={label}{caught}]"


def _quoted(lines: Iterable[str]) -> str:
    """Return lines as a label of DOT, which escapes quotes, backslashes and line ends as JSON does.

    Graphviz decodes HTML entities in labels.
    """
    return json.dumps("\n".join(map(one_line, lines)).replace("&", "&amp;"), ensure_ascii=False)
