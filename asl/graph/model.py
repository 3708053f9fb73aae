"""A state machine as nodes and edges, whatever it is drawn as afterwards."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from asl.check.grammar import grammar_error
from asl.check.mapping import Edges, Mapping
from asl.check.prover import states_of
from asl.graph.labels import condition, notes
from asl.language import Transition, UnusableMachine, inner_machines, transitions

START, END = "(start)", "(end)"  # kinds of node beside the types of states, and what such a node is called
ENDINGS = ("Succeed", "Fail")
# What keys are made with, and what XML, HTML or an address would not give back as it was: keys have their codes instead.
SPECIAL = re.compile("[%/(\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
ANY = "surrogatepass"  # JSON can name half a character


@dataclass(frozen=True)
class Node:
    """A state, or the start or the end of a machine."""

    key: str  # unique in the whole graph
    name: str
    kind: str  # START, END or the state's Type
    notes: tuple[str, ...] = ()  # what it runs, how long at most, how it is retried
    state: dict[str, Any] = field(default_factory=dict, compare=False)
    machines: tuple["Machine", ...] = ()  # the branches of a Parallel, or what a Map runs for each item


@dataclass(frozen=True)
class Edge:
    """A way from one node of a machine to another."""

    source: str  # a node's key
    target: str
    kind: str  # "next", "choice" or "catch"
    labels: tuple[str, ...] = ()  # conditions or errors, one a rule
    contract: str | None = None  # what travels there


@dataclass(frozen=True)
class Machine:
    """A machine's own nodes and edges, those of its branches in the nodes."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    spine: tuple[str, ...]  # keys of the nodes on the way from start to end on which nothing goes wrong
    title: str = ""

    def all_nodes(self) -> Iterator[Node]:
        """Yield every node, outer ones before inner ones."""
        for node in self.nodes:
            yield node
            for machine in node.machines:
                yield from machine.all_nodes()

    def all_edges(self) -> Iterator[Edge]:
        """Yield every edge, outer ones before inner ones."""
        yield from self.edges
        for node in self.nodes:
            for machine in node.machines:
                yield from machine.all_edges()


def read(definition: Any, mapping: Mapping | None = None, title: str = "State machine") -> Machine:
    """Return the graph of a machine in the Amazon States Language, its edges named after the contracts in mapping.

    Raises UnusableMachine if definition is none.
    """
    if wrong := grammar_error(definition):
        raise UnusableMachine(f"this is no state machine: {wrong}")
    states_of(definition)
    return replace(_Reader(mapping).machine(definition, "", mapping.starts_with.name if mapping else None), title=title)


class _Reader:
    """Reads one definition; states of inner machines may share names, so that keys say where they stand."""

    def __init__(self, mapping: Mapping | None) -> None:
        self._mapping = mapping

    def machine(self, definition: dict[str, Any], within: str, starts_with: str | None) -> Machine:
        states: dict[str, Any] = definition["States"]
        nodes = [self._node(name, state, within) for name, state in states.items()]
        starts_with = starts_with or _named(self._edges(definition["StartAt"]).takes)
        edges = [Edge(f"{within}{START}", _key(within, definition["StartAt"]), "next", (), starts_with)]
        edges += [edge for name, state in states.items() for edge in self._leaving(name, state, within)]
        ends = [Node(f"{within}{END}", END, END)] if any(edge.target == f"{within}{END}" for edge in edges) else []
        start = Node(f"{within}{START}", START, START)
        return Machine((start, *nodes, *ends), tuple(edges), _spine(definition, within))

    def _node(self, name: str, state: dict[str, Any], within: str) -> Node:
        inner = [
            self.machine(machine, f"{_key(within, name)}/{number}/", None)
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
    """Return the key of a state: no other one's, whatever people call their states."""
    return within + SPECIAL.sub(lambda found: "".join(f"%{one:02X}" for one in found[0].encode(errors=ANY)), name)


def _named(contract: Any) -> str | None:
    return contract.name if contract else None


def _choices(state: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return where a Choice leads and under which conditions; several that lead to the same are one edge."""
    found: dict[str, list[str]] = {}
    for way in transitions(state):
        if way.kind in ("choice", "default"):
            found.setdefault(way.target, []).append(condition(way.source) if way.source else "otherwise")
    return {target: tuple(labels) for target, labels in found.items()}


def _caught(state: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for way in transitions(state):
        if way.kind == "catch":
            found.setdefault(way.target, []).extend(way.source["ErrorEquals"])
    return {target: tuple(labels) for target, labels in found.items()}


def _straightness(way: Transition) -> int:
    """Return how early a way is tried as the straight one: Next or a Choice's default before its rules."""
    return 1 if way.kind == "choice" else 0


def _spine(definition: dict[str, Any], within: str) -> tuple[str, ...]:
    """Return the way from start to end by Next; of a Choice's default and rules the first that goes on without failing."""
    states, passed, name = definition["States"], dict[str, None](), definition["StartAt"]
    while name and name not in passed:
        passed[name] = None
        state = states[name]
        ahead = [way.target for way in sorted(transitions(state), key=_straightness) if way.kind != "catch"]
        new = [one for one in ahead if one not in passed]
        name = next((one for one in new if states[one]["Type"] != "Fail"), new[0] if new else "")
    last = [END] if states[list(passed)[-1]].get("End") else []
    return (f"{within}{START}", *(_key(within, one) for one in passed), *(f"{within}{one}" for one in last))
