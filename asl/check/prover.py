"""The prover: one machine against its contracts."""

import re
from collections.abc import Iterator
from typing import Any

from asl.check.budget import BudgetSpentError, whole_budget
from asl.check.dead_parts import warn_of_dead_parts
from asl.check.flow import follow
from asl.check.grammar import grammar_error
from asl.check.grammar_findings import WHOLE, grammar_findings
from asl.check.machine_types import UNKNOWN_TYPES, MachineTypes, type_findings
from asl.check.mapping import Edges, InvalidMappingError, Mapping
from asl.check.proof_result import Arrival, Proof
from asl.check.report import as_error
from asl.check.sizes import LIMIT, within_bytes
from asl.check.surroundings import Surroundings
from asl.check.templates import Problem
from asl.check.variable_names import variable_findings
from asl.language import InvalidMachineError, each_state, inner_machines, transitions

NO_RESULT = {"Choice", "Wait", "Succeed", "Fail"}  # their output is their input
NO_TASKS = {*NO_RESULT, "Pass", "Parallel", "Map"}


class UnprovedDataFlowError(ValueError):
    """A machine's data flow is not proved; the message has the findings."""


def prove(
    machine: dict[str, Any], mapping: Mapping, *, checks_sizes: bool = True, types: MachineTypes = UNKNOWN_TYPES
) -> Proof:
    """Follow the machine's input along every path and return the proof, with its findings.

    types are those of machine and of others, as far as they are known.

    Raises InvalidMachineError if machine is not a state machine, InvalidMappingError if mapping names states that it does not have.
    """
    if wrong := grammar_error(machine):
        raise InvalidMachineError(f"this is no state machine: {wrong}")
    _check_mapping(mapping, states_of(machine))
    proof = Proof(mapping, machine.get("QueryLanguage", "JSONPath"), checks_sizes)
    started = within_bytes(mapping.starts_with.shape, LIMIT)
    start = Arrival(started, Surroundings(started))
    findings = (*grammar_findings(machine), *variable_findings(machine), *type_findings(machine, types))
    for name, problem in findings:
        proof.report(name, start, [problem])
    for state, edge, name in mapping.skeletons():
        wanted = "a contract that is complete, without the `$comment` that says what to complete"
        proof.report(state or WHOLE, start, [Problem(edge, f"the skeleton {name}", wanted, decided=False)])
    with whole_budget():
        try:
            follow(machine, start, proof)
        except BudgetSpentError as error:
            proof.stop(machine["StartAt"], start, "Type", str(error))
    if not proof.stopped:
        warn_of_dead_parts(machine, proof)
    return proof


def proved(machine: dict[str, Any], mapping: Mapping) -> dict[str, Any]:
    """Return machine if its data flow is proved; raises UnprovedDataFlowError otherwise."""
    proof = prove(machine, mapping)
    if proof.open_findings:
        raise UnprovedDataFlowError(as_error(proof))
    return machine


def states_of(machine: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return every state of machine by name, inner ones too; raises InvalidMachineError if one leads to no state."""
    found: dict[str, dict[str, Any]] = {}
    _check_targets(machine)
    for name, state in each_state(machine):
        if name in found:
            raise InvalidMachineError(f"there are two states {name}")
        found[name] = state
    return found


def _check_targets(machine: dict[str, Any]) -> None:
    """Raise InvalidMachineError if a state of machine, or of an inner machine, leads to no state."""
    states = machine["States"]
    leading = [("StartAt", machine["StartAt"])]
    leading += [(name, transition.target) for name, state in states.items() for transition in transitions(state)]
    for place, target in leading:
        if target not in states:
            raise InvalidMachineError(f"{place} leads to {target}, which is no state beside it")
    for inner in (inner for state in states.values() for inner in inner_machines(state)):
        _check_targets(inner)


def _beginnings(place: str) -> Iterator[str]:
    """Yield what may be the name of the state in place, which may have dots itself."""
    yield from (place[: dot.start()] for dot in re.finditer(r"\.", place))


def _check_mapping(mapping: Mapping, states: dict[str, dict[str, Any]]) -> None:
    """Raise InvalidMappingError if mapping names a state that states lack, or an edge that a state of its type does not have."""
    unknown = set(mapping.states) - set(states)
    unknown |= {place for place in mapping.accepted if not any(name in states for name in _beginnings(place))}
    if unknown:
        raise InvalidMappingError(f"the mapping names {', '.join(sorted(unknown))}, which the machine does not have")
    for name, edges in mapping.states.items():
        kind = states[name]["Type"]
        for edge in Edges.__dataclass_fields__:
            if getattr(edges, edge) is not None and kind in (NO_RESULT if edge == "leaves" else NO_TASKS):
                raise InvalidMappingError(f"{name}: the mapping says what it {edge}, which no {kind} does")
