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


def known() -> Known:
    """Return what is known of this project's pipeline; raises UnprovedFlow if its data flow is not proved."""
    from templates.permissions import of_states
    from workflow.definition import states_language

    return Known(prove(states_language(), ours.mapping()), of_states())


def from_file(file: Path) -> Machine:
    """Return the graph of the machine in file; raises UnusableMachine."""
    try:
        definition: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableMachine(f"{file} cannot be read: {error}") from error
    return read(definition, title=file.stem)
