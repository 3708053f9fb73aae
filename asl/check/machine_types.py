"""What goes with one type of state machines only, STANDARD or EXPRESS: calls that wait, activities, distributed Maps, and starts of others.

Source: AWS's documentation of the types of workflows (Standard and Express) and of Map states, and of StartSyncExecution.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from asl.check.service_calls import SYNC
from asl.check.templates import Problem
from asl.language import (
    CALLBACK,
    INNER_MACHINES,
    Machine,
    State,
    Target,
    each_state,
    inner_machines,
    is_distributed,
    target,
)

EXPRESS, STANDARD = "EXPRESS", "STANDARD"
MACHINE_ARN = "StateMachineArn"
LOGICAL_ID = re.compile(r"\$\{(\w+)(?:\.Arn)?\}")
# The call that only starts EXPRESS executions. AWS's samples start EXPRESS ones with `.sync` too, and no documentation excludes it.
START_SYNC = "aws-sdk:sfn:startSyncExecution"


@dataclass(frozen=True)
class MachineTypes:
    """Types of state machines as far as a template shows them: of this one, empty if it does not, and of others by logical ID."""

    own: str = ""
    others: dict[str, str] = field(default_factory=dict)
    is_object: bool = False  # whether CloudFormation gets the definition as an object, and not as text


UNKNOWN_TYPES = MachineTypes()


def type_findings(machine: Machine, types: MachineTypes) -> Iterator[tuple[str, Problem]]:
    """Yield each state of machine that its type, or the type of a machine that it starts, does not go with."""
    if types.is_object:
        yield from _nulls(machine)
    for name, state in machine["States"].items():
        if types.own == EXPRESS:
            yield from ((name, problem) for problem in _refused(state))
        if state["Type"] == "Task":
            yield from ((name, problem) for problem in _started(target(state), types, state))
        for inner in inner_machines(state):
            child = inner.get("ProcessorConfig", {}).get("ExecutionType") if is_distributed(state) else types.own
            yield from type_findings(inner, MachineTypes(child or "", types.others))


def _nulls(machine: Machine) -> Iterator[tuple[str, Problem]]:
    """Yield each null in a state: CloudFormation says "'null' values are not allowed in templates"."""
    for name, state in each_state(machine):
        own = {key: value for key, value in state.items() if key not in INNER_MACHINES}
        wanted = "text in DefinitionString, where null is allowed"
        yield from ((name, Problem(at, "null, which CloudFormation refuses", wanted)) for at in _places_of_null(own))


def _places_of_null(value: Any, at: str = "") -> Iterator[str]:
    if value is None:
        yield at
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in parts:
        yield from _places_of_null(one, f"{at}[{name}]" if isinstance(value, list) else f"{at}.{name}".lstrip("."))


def _refused(state: State) -> Iterator[Problem]:
    """Yield what an EXPRESS execution does not have."""
    if is_distributed(state):
        provided = "a distributed Map in an EXPRESS execution"
        yield Problem("ItemProcessor.ProcessorConfig", provided, "a STANDARD execution")
    if state["Type"] != "Task":
        return
    called, wanted = target(state), "a call that does not wait, or a STANDARD execution"
    if called.pattern in (SYNC, CALLBACK):
        yield Problem("Resource", f"`.{called.pattern}` in an EXPRESS execution", wanted)
    elif called.service == "activity":
        yield Problem("Resource", "an activity in an EXPRESS execution", wanted)


def _started(called: Target, types: MachineTypes, state: State) -> Iterator[Problem]:
    """Yield a problem if a call that only starts EXPRESS executions starts a STANDARD one."""
    match = LOGICAL_ID.fullmatch(str(called.parameters.get(MACHINE_ARN, "")))
    name = match[1] if match else ""
    if called.integration == START_SYNC and types.others.get(name) == STANDARD:
        wanted = "an EXPRESS one, or `states:startExecution.sync:2`"
        field_name = f"{'Arguments' if 'Arguments' in state else 'Parameters'}.{MACHINE_ARN}"
        yield Problem(field_name, f"{name}, whose type is {STANDARD}", wanted)
