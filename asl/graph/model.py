"""The graph of a state machine: nodes and edges, independent of the format in which they are drawn."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from asl.check.grammar import grammar_error
from asl.check.mapping import Edges, Mapping
from asl.check.prover import states_of
from asl.graph.labels import condition, notes
from asl.language import InvalidMachineError, Transition, inner_machines, transitions

START, END = "(start)", "(end)"  # kinds of nodes besides the types of states, and the names of such nodes
ENDINGS = ("Succeed", "Fail")
SPECIAL = "%/("  # characters that keys are made with: names in keys have their codes instead
ANY = "surrogatepass"  # JSON can have lone surrogates


@dataclass(frozen=True)
class Node:
    """A state, or the start or the end of a machine."""

    key: str  # unique in the whole graph
    name: str
    kind: str  # START, END or the state's Type
    notes: tuple[str, ...] = ()  # what it calls, its timeout and retries
    state: dict[str, Any] = field(default_factory=dict, compare=False)
    machines: tuple["Graph", ...] = ()  # the branches of a Parallel, or the processor of a Map


@dataclass(frozen=True)
class Edge:
    """An edge from one node of a machine to another."""

    source: str  # a node's key
    target: str
    kind: str  # "next", "choice" or "catch"
    labels: tuple[str, ...] = ()  # conditions or errors
    contract: str | None = None  # of the payload


@dataclass(frozen=True)
class Graph:
    """The nodes and edges of a machine; those of inner machines are in its nodes."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    spine: tuple[str, ...]  # keys of the nodes on the main path, from start to end without an error
    title: str = ""

    def all_nodes(self) -> Iterator[Node]:
        """Yield every node, outer ones before inner ones."""
        for node in self.nodes:
            yield node
            for graph in node.machines:
                yield from graph.all_nodes()

    def all_edges(self) -> Iterator[Edge]:
        """Yield every edge, outer ones before inner ones."""
        yield from self.edges
        for node in self.nodes:
            for graph in node.machines:
                yield from graph.all_edges()


def graph_of(definition: Any, mapping: Mapping | None = None, title: str = "State machine") -> Graph:
    """Return the graph of a machine in the Amazon States Language, with the contracts in mapping on its edges.

    Raises InvalidMachineError if definition is not a state machine.
    """
    if wrong := grammar_error(definition):
        raise InvalidMachineError(f"this is no state machine: {wrong}")
    states_of(definition)
    return replace(_Builder(mapping).graph(definition, "", mapping.starts_with.name if mapping else None), title=title)


class _Builder:
    """The builder of the graph of one definition; keys of nodes have the state around them, since start and end nodes share names."""

    def __init__(self, mapping: Mapping | None) -> None:
        self._mapping = mapping

    def graph(self, definition: dict[str, Any], within: str, starts_with: str | None) -> Graph:
        states: dict[str, Any] = definition["States"]
        nodes = [self._node(name, state, within) for name, state in states.items()]
        starts_with = starts_with or _named(self._edges(definition["StartAt"]).takes)
        edges = [Edge(f"{within}{START}", _key(within, definition["StartAt"]), "next", (), starts_with)]
        edges += [edge for name, state in states.items() for edge in self._leaving(name, state, within)]
        ends = [Node(f"{within}{END}", END, END)] if any(edge.target == f"{within}{END}" for edge in edges) else []
        start = Node(f"{within}{START}", START, START)
        return Graph((start, *nodes, *ends), tuple(edges), _spine(definition, within))

    def _node(self, name: str, state: dict[str, Any], within: str) -> Node:
        inner = [
            self.graph(machine, f"{_key(within, name)}/{number}/", None)
            for number, machine in enumerate(inner_machines(state))
        ]
        return Node(_key(within, name), name, state["Type"], tuple(notes(state)), state, tuple(inner))

    def _leaving(self, name: str, state: dict[str, Any], within: str) -> Iterator[Edge]:
        source, contracts = _key(within, name), self._edges(name)
        given = _named(contracts.leaves or contracts.gives)
        if "Next" in state:
            yield Edge(source, _key(within, state["Next"]), "next", (), given)
        elif state["Type"] not in (*ENDINGS, "Choice"):
            yield Edge(source, f"{within}{END}", "next", (), given)
        yield from (Edge(source, _key(within, target), "choice", labels) for target, labels in _choices(state).items())
        raised = _named(contracts.raises)
        for target, labels in _caught(state).items():
            yield Edge(source, _key(within, target), "catch", labels, raised)

    def _edges(self, name: str) -> Edges:
        return self._mapping.edges(name) if self._mapping else Edges()


def _key(within: str, name: str) -> str:
    """Return the key of a state, which is unique in the graph, printable, and can be a part of a URL."""
    return within + "".join(one if one.isprintable() and one not in SPECIAL else _code(one) for one in name)


def _code(character: str) -> str:
    return "".join(f"%{one:02X}" for one in character.encode(errors=ANY))


def _named(contract: Any) -> str | None:
    return contract.name if contract else None


def _choices(state: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the targets of a Choice with their conditions; rules with the same target are one edge."""
    found: dict[str, list[str]] = {}
    for transition in transitions(state):
        if transition.kind in ("choice", "default"):
            found.setdefault(transition.target, []).append(
                condition(transition.source) if transition.source else "otherwise"
            )
    return {target: tuple(labels) for target, labels in found.items()}


def _caught(state: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for transition in transitions(state):
        if transition.kind == "catch":
            found.setdefault(transition.target, []).extend(transition.source["ErrorEquals"])
    return {target: tuple(labels) for target, labels in found.items()}


def _main_path_order(transition: Transition) -> int:
    """Return the rank of a transition for the main path: Next and the default come before rules."""
    return 1 if transition.kind == "choice" else 0


def _spine(definition: dict[str, Any], within: str) -> tuple[str, ...]:
    """Return the main path: by Next, or by the first of a Choice's default and rules that does not lead to a Fail state."""
    states, passed, name = definition["States"], dict[str, None](), definition["StartAt"]
    while name and name not in passed:
        passed[name] = None
        state = states[name]
        ahead = [
            transition.target
            for transition in sorted(transitions(state), key=_main_path_order)
            if transition.kind != "catch"
        ]
        new = [one for one in ahead if one not in passed]
        name = next((one for one in new if states[one]["Type"] != "Fail"), new[0] if new else "")
    last = [END] if states[list(passed)[-1]].get("End") else []
    return (f"{within}{START}", *(_key(within, one) for one in passed), *(f"{within}{one}" for one in last))
