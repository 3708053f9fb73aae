"""The details of each state that the viewer shows: its definition and, with contracts, its payloads and their sizes."""

from dataclasses import dataclass, field
from typing import Any

from asl.check.mapping import Contract, Edges, Mapping
from asl.check.proof_result import Proof
from asl.check.shapes import Object, Shape, members
from asl.graph.model import END, START, Graph, Node
from asl.language import INNER_MACHINES

Details = dict[str, dict[str, Any]]  # by the state's key
EDGES = tuple(Edges.__dataclass_fields__)


@dataclass(frozen=True)
class Facts:
    """The facts of a machine with contracts: its proof, and the permissions of its states, if the caller knows them."""

    proof: Proof
    # By state: rows of purpose, actions and resources.
    permissions: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)


def details(graph: Graph, facts: Facts | None = None) -> Details:
    """Return the details of each state of machine."""
    found = {node.key: _definition_of(node) for node in graph.all_nodes() if node.kind not in (START, END)}
    if facts:
        fields = _example_fields(graph, facts.proof.mapping)
        for state in found.values():
            state.update(_state_facts(state["name"], facts, fields))
    return found


def _definition_of(node: Node) -> dict[str, Any]:
    """Return a state's definition without the states in it, which have details of their own."""
    definition = {name: value for name, value in node.state.items() if name not in INNER_MACHINES}
    return {"name": node.name, "kind": node.kind, "notes": list(node.notes), "definition": definition}


def _state_facts(state: str, facts: Facts, fields: dict[str, Any]) -> dict[str, Any]:
    edges = facts.proof.mapping.edges(state)
    named = {edge: contract for edge in EDGES if (contract := getattr(edges, edge))}
    return {
        "contracts": {edge: {"name": one.name, "example": one.example} for edge, one in named.items()},
        "arrives": _payload(facts.proof.inputs.get(state, []), fields),
        # The first is the output without an error; what a Catch adds is in its contract.
        "leaves": _payload(facts.proof.outputs.get(state, [])[:1], fields),
        "sizes": facts.proof.sizes.get(state, {}),
        "permissions": [list(row) for row in facts.permissions.get(state, [])],
    }


def _payload(shapes: list[Shape], fields: dict[str, Any]) -> dict[str, Any] | None:
    """Return an example of a payload of any of shapes, with the fields that all of them require; None without shapes."""
    objects = [one for shape in shapes for one in members(shape) if isinstance(one, Object)]
    names = dict.fromkeys(name for one in objects for name, field in one.fields if field.required)
    certain = [name for name in names if all((field := one.get(name)) and field.required for one in objects)]
    return {name: fields[name] for name in certain if name in fields} if objects else None


def _example_fields(graph: Graph, mapping: Mapping) -> dict[str, Any]:
    """Return an example of each field that a payload may have, from the contract of the state that adds it."""
    first = mapping.starts_with.example
    fields: dict[str, Any] = dict(first) if isinstance(first, dict) else {}
    for node in graph.all_nodes():
        edges = mapping.edges(node.name)
        fields |= _added(node.state.get("ResultPath"), edges.leaves or edges.gives)
        for catcher in node.state.get("Catch", []):
            fields |= _added(catcher.get("ResultPath"), edges.raises)
    return fields


def _added(path: str | None, contract: Contract | None) -> dict[str, Any]:
    name = (path or "").removeprefix("$.")
    return {name: contract.example} if contract and name.isidentifier() else {}
