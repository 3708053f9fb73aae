"""The graph as JSON, for other programs."""

from typing import Any

from asl.graph.model import Edge, Graph, Node
from asl.printable import printable_json


def as_json(graph: Graph) -> str:
    """Return nodes and edges as JSON; those of inner machines are in their nodes."""
    return printable_json(_graph(graph), indent=2, ensure_ascii=False) + "\n"


def _graph(graph: Graph) -> dict[str, Any]:
    return {
        "straight": list(graph.spine),
        "nodes": [_node(node) for node in graph.nodes],
        "edges": [_edge(edge) for edge in graph.edges],
    }


def _node(node: Node) -> dict[str, Any]:
    fields: dict[str, Any] = {"key": node.key, "name": node.name, "kind": node.kind, "notes": list(node.notes)}
    return fields | ({"machines": [_graph(one) for one in node.machines]} if node.machines else {})


def _edge(edge: Edge) -> dict[str, Any]:
    fields: dict[str, Any] = {"from": edge.source, "to": edge.target, "kind": edge.kind, "labels": list(edge.labels)}
    return fields | ({"contract": edge.contract} if edge.contract else {})
