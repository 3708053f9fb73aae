"""The graph in Graphviz's DOT, for those who draw it with tools of their own."""

import json
from collections.abc import Iterator

from workflow.graph.layout import label_lines
from workflow.graph.model import END, START, Edge, Machine, Node

SHAPES = {START: "circle", END: "doublecircle", "Choice": "hexagon", "Succeed": "oval", "Fail": "oval", "Map": "box3d"}
HEAD = [
    "digraph {",
    "  compound=true; fontname=Helvetica",
    '  node [shape=box, style=rounded, fontname=Helvetica]; edge [fontname=Helvetica, fontsize=10, color="#5b6675"]',
]
CAUGHT = 'style=dashed, color="#c0392b", fontcolor="#c0392b"'


def dot(machine: Machine) -> str:
    """Return the graph in DOT; a state with inner machines is a cluster around a node of its own."""
    return "\n".join([*HEAD, *_machine(machine, "  "), "}"]) + "\n"


def _machine(machine: Machine, indent: str) -> Iterator[str]:
    for node in machine.nodes:
        yield from _node(node, indent)
    yield from (f"{indent}{_edge(edge)}" for edge in machine.edges)


def _node(node: Node, indent: str) -> Iterator[str]:
    if not node.machines:
        yield f"{indent}{_own(node)}"
        return
    yield f"{indent}subgraph {_quoted(f'cluster {node.key}')} {{"
    yield f"{indent}  {_own(node)}"
    for inner in node.machines:
        yield from _machine(inner, f"{indent}  ")
        yield f"{indent}  {_quoted(node.key)} -> {_quoted(inner.spine[0])} [style=dotted]"
    yield f"{indent}}}"


def _own(node: Node) -> str:
    dotted = node.kind in (START, END)
    label = "" if dotted else "\n".join([node.name, *node.notes])
    size = ", width=0.2, fixedsize=true" if dotted else ""
    return f"{_quoted(node.key)} [label={_quoted(label)}, shape={SHAPES.get(node.kind, 'box')}{size}]"


def _edge(edge: Edge) -> str:
    label = _quoted("\n".join(label_lines(edge)))
    caught = f", {CAUGHT}" if edge.kind == "catch" else ""
    return f"{_quoted(edge.source)} -> {_quoted(edge.target)} [label={label}{caught}]"


def _quoted(text: str) -> str:
    """Return text as DOT's quoted string, whose escapes for quotes and line ends are JSON's."""
    return json.dumps(text, ensure_ascii=False)
