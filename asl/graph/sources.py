"""Where a machine to draw comes from: a file, an execution, or a program that knows more of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asl.check import mapping
from asl.check.prover import prove
from asl.graph.details import Known
from asl.graph.model import Machine, read
from asl.language import STDIN, load


def _nothing() -> None:
    """Return what is known of a machine without contracts."""


@dataclass(frozen=True)
class Subject:
    """A machine to draw, and what returns what is known of its states: proving takes time, and only the viewer shows it."""

    machine: Machine
    known: Callable[[], Known | None] = _nothing


def from_file(file: str, contracts: Path | None = None) -> Subject:
    """Return the machine in file (`-`: standard input), with the contracts in a folder with a mapping.json, if one is given.

    Raises UnusableMachine, UnusableMapping or UnsupportedSchema.
    """
    definition, title = load(file), "State machine" if file == STDIN else Path(file).stem
    if contracts is None:
        return Subject(read(definition, title=title))
    mapped = mapping.load_mapping(contracts)
    return Subject(read(definition, mapped, title=title), lambda: Known(prove(definition, mapped)))


def from_execution(definition: dict[str, Any], arn: str, default: Subject | None = None) -> Subject:
    """Return the definition that an execution ran, as default if it is that machine."""
    ran = read(definition, title=arn.rpartition(":")[2])
    return default if default and _alike(ran, default.machine) else Subject(ran)


def _alike(one: Machine, other: Machine) -> bool:
    """Tell whether two graphs have the same ways; deployed functions have names of their own."""
    ways = [{(edge.source, edge.target, edge.kind, edge.labels) for edge in each.all_edges()} for each in (one, other)]
    return ways[0] == ways[1]
