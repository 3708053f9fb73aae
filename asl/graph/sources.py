"""The sources of machines to draw: a file, or an execution."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from asl.check import mapping
from asl.check.prover import prove
from asl.check.sources import Source, load_sources
from asl.graph.details import Facts
from asl.graph.model import Graph, graph_of
from asl.language import STDIN, InvalidMachineError, Machine


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


def from_file(file: str, contracts: Path | None = None, name: str | None = None) -> Subject:
    """Return the machine in file (`-`: standard input), with the contracts in a folder with a mapping.json, if given.

    Of a template with several machines, name is the logical ID of one. Raises InvalidMachineError, InvalidMappingError or
    UnsupportedSchemaError.
    """
    source = _chosen(load_sources(file), file, name)
    definition = source.machine
    title = source.name or ("State machine" if file == STDIN else Path(file).stem)
    if contracts is None:
        return Subject(definition, graph_of(definition, title=title))
    mapped = mapping.load_mapping(contracts)
    return Subject(definition, graph_of(definition, mapped, title=title), lambda: Facts(prove(definition, mapped)))


def _chosen(sources: list[Source], file: str, name: str | None) -> Source:
    """Return the machine called name, or the only one."""
    found = [one for one in sources if name in (None, one.name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.name for one in sources if one.name)
    problem = f"no machine {name}" if not found else f"{len(found)} machines"
    raise InvalidMachineError(
        f"{file} has {problem}; --machine takes one of: {names or 'none, since it is one machine'}"
    )


def from_execution(definition: Machine, arn: str, default: Subject | None = None) -> Subject:
    """Return the machine that an execution ran, with the graph and facts of default if it is that machine."""
    ran = graph_of(definition, title=arn.rpartition(":")[2])
    return default if default and _is_alike(ran, default.graph) else Subject(definition, ran)


def _is_alike(one: Graph, other: Graph) -> bool:
    """Return True if two graphs have the same edges; names of deployed functions differ from the template's."""
    edges = [{(edge.source, edge.target, edge.kind, edge.labels) for edge in each.all_edges()} for each in (one, other)]
    return edges[0] == edges[1]
