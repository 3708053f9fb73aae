"""The graph as a Mermaid state diagram, which GitHub renders."""

import re
from collections.abc import Iterator

from asl.graph.characters import one_line
from asl.graph.model import END, START, Edge, Graph, Node

INDENT = "    "
# Names that can be IDs. They begin with a capital letter and have no underscore, unlike the IDs that are made here (s1), those
# that Mermaid makes (root, A_start), and the properties of every JavaScript object, such as constructor.
PLAIN = re.compile("[A-Z][A-Za-z0-9]*")
# Keywords of Mermaid's grammar, which ignores case.
KEYWORDS = {
    *(
        "accdescr",
        "acctitle",
        "as",
        "class",
        "classdef",
        "click",
        "default",
        "direction",
        "end",
        "hide",
        "href",
        "note",
    ),
    *("scale", "state", "statediagram", "style"),
}
# Characters in labels that Mermaid, Markdown or HTML may interpret, which are written as codes. "direction TB" is an
# instruction anywhere in a line.
SPECIAL = re.compile(r"(?![\w.,()=/'+?!-])[!-~]|_|(?<=direction) ", re.IGNORECASE)
ENDINGS = ("Succeed", "Fail")


def mermaid(graph: Graph) -> str:
    """Return the diagram: labels of edges that catch errors begin with "on", those of unconditional edges are contracts."""
    return "\n".join(["stateDiagram-v2", *(INDENT + line for line in _graph(graph, _ids(graph)))]) + "\n"


def _ids(graph: Graph) -> dict[str, str]:
    """Return the ID of each node in the diagram: its name, if that can be an ID."""
    return {node.key: _id(node, number) for number, node in enumerate(graph.all_nodes())}


def _id(node: Node, number: int) -> str:
    if node.kind in (START, END):
        return "[*]"
    plain = PLAIN.fullmatch(node.name) and node.name.lower() not in KEYWORDS
    return node.name if plain else f"s{number}"


def _graph(graph: Graph, ids: dict[str, str]) -> Iterator[str]:
    for node in graph.nodes:
        yield from _node(node, ids)
    yield from (_edge(edge, ids) for edge in graph.edges)
    yield from (f"{ids[node.key]} --> [*]" for node in graph.nodes if node.kind in ENDINGS)


def _node(node: Node, ids: dict[str, str]) -> Iterator[str]:
    name = ids[node.key]
    named = name == "[*]" or bool(PLAIN.fullmatch(name))
    if not named:
        yield f'state "{_shown(node.name)}" as {name}'
    if node.notes and not node.machines:
        yield from (f"{name}: {_shown(line)}" for line in ([node.name] if named else []) + [*node.notes])
    if node.machines:
        yield f"state {name} {{"
        yield from _branches(node.machines, ids)
        yield "}"


def _branches(machines: tuple[Graph, ...], ids: dict[str, str]) -> Iterator[str]:
    for number, graph in enumerate(machines):
        yield from ([f"{INDENT}--"] if number else [])
        yield from (INDENT + line for line in _graph(graph, ids))


def _edge(edge: Edge, ids: dict[str, str]) -> str:
    label = _shown(_label(edge))
    return f"{ids[edge.source]} --> {ids[edge.target]}{f': {label}' if label else ''}"


def _label(edge: Edge) -> str:
    if edge.kind == "catch":
        return f"on {', '.join(edge.labels)}"
    return " or ".join(edge.labels) or edge.contract or ""


def _shown(text: str) -> str:
    """Return text as a label, with codes for special characters."""
    return SPECIAL.sub(lambda found: f"#{ord(found[0])};", one_line(text))
