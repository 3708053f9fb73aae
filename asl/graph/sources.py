"""Where a graph comes from: this project's own pipeline, or anybody's file in the Amazon States Language."""

import json
from pathlib import Path
from typing import Any

from asl.check.prover import UnusableMachine, prove
from asl.graph.details import Known
from asl.graph.model import Machine, read
from workflow import mapping

PIPELINE = "Processing pipeline"


def our_own() -> Machine:
    """Return the graph of this project's pipeline, with its contracts."""
    from workflow.definition import states_language  # it imports the SDK

    return read(states_language(), mapping.mapping(), title=PIPELINE)


def known(machine: Machine) -> Known | None:
    """Return what is known of machine if it is this project's pipeline; raises UnprovedFlow if that is not proved."""
    from pages.permissions import of_states
    from workflow.definition import states_language

    if not _alike(machine, our_own()):
        return None
    return Known(prove(states_language(), mapping.mapping()), of_states())


def from_execution(definition: dict[str, Any], arn: str) -> Machine:
    """Return the graph of the definition that an execution ran, as this project's pipeline if it is that."""
    ran, own = read(definition, title=arn.rpartition(":")[2]), our_own()
    return own if _alike(ran, own) else ran


def _alike(one: Machine, other: Machine) -> bool:
    """Tell whether two graphs have the same ways; deployed functions have names of their own."""
    ways = [{(edge.source, edge.target, edge.kind, edge.labels) for edge in each.all_edges()} for each in (one, other)]
    return ways[0] == ways[1]


def from_file(file: Path) -> Machine:
    """Return the graph of the machine in file; raises UnusableMachine."""
    try:
        definition: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableMachine(f"{file} cannot be read: {error}") from error
    return read(definition, title=file.stem)
