"""The sources of machines to draw: a file, or an execution."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from asl.check import mapping
from asl.check.prover import prove
from asl.graph.details import Facts
from asl.graph.model import Graph, graph_of
from asl.language import STDIN, Machine, load_definition


def _no_facts() -> None:
    """Return the facts of a machine without contracts."""


@dataclass(frozen=True)
class Subject:
    """A machine to draw: its definition, its graph, and a function that returns its facts.

    The facts take a proof, which is slow, and only the viewer shows them.
    """

    definition: Machine
    graph: Graph
    facts: Callable[[], Facts | None] = _no_facts


def from_file(file: str, contracts: Path | None = None) -> Subject:
    """Return the machine in file (`-`: standard input), with the contracts in a folder with a mapping.json, if given.

    Raises InvalidMachineError, InvalidMappingError or UnsupportedSchemaError.
    """
    definition, title = load_definition(file), "State machine" if file == STDIN else Path(file).stem
    if contracts is None:
        return Subject(definition, graph_of(definition, title=title))
    mapped = mapping.load_mapping(contracts)
    return Subject(definition, graph_of(definition, mapped, title=title), lambda: Facts(prove(definition, mapped)))


def from_execution(definition: Machine, arn: str, default: Subject | None = None) -> Subject:
    """Return the machine that an execution ran, with the graph and facts of default if it is that machine."""
    ran = graph_of(definition, title=arn.rpartition(":")[2])
    return default if default and _is_alike(ran, default.graph) else Subject(definition, ran)


def _is_alike(one: Graph, other: Graph) -> bool:
    """Return True if two graphs have the same edges; names of deployed functions differ from the template's."""
    edges = [{(edge.source, edge.target, edge.kind, edge.labels) for edge in each.all_edges()} for each in (one, other)]
    return edges[0] == edges[1]
