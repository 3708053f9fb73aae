"""Where a graph comes from: this project's own pipeline, or anybody's file in the Amazon States Language."""

import json
from pathlib import Path
from typing import Any

from workflow.check import ours
from workflow.check.proving import UnusableMachine, prove
from workflow.graph.details import Known
from workflow.graph.model import Machine, read

PIPELINE = "Processing pipeline"


def our_own() -> Machine:
    """Return the graph of this project's pipeline, with its contracts."""
    from workflow.definition import states_language  # it imports the SDK

    return read(states_language(), ours.mapping(), title=PIPELINE)


def known(machine: Machine) -> Known | None:
    """Return what is known of machine if it is this project's pipeline; raises UnprovedFlow if that is not proved."""
    from templates.permissions import of_states
    from workflow.definition import states_language

    if machine.title != PIPELINE:
        return None
    return Known(prove(states_language(), ours.mapping()), of_states())


def from_execution(definition: dict[str, Any] | None, arn: str) -> Machine:
    """Return the graph of the definition that an execution ran: this project's pipeline if it has its states."""
    own = our_own()
    if definition is None or {node.name for node in read(definition).all_nodes()} == {
        node.name for node in own.all_nodes()
    }:
        return own
    return read(definition, title=arn.rpartition(":")[2])


def from_file(file: Path) -> Machine:
    """Return the graph of the machine in file; raises UnusableMachine."""
    try:
        definition: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableMachine(f"{file} cannot be read: {error}") from error
    return read(definition, title=file.stem)
