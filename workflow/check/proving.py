"""Proving one machine against its contracts."""

from collections.abc import Iterator
from typing import Any

from workflow.check.flow import follow
from workflow.check.mapping import Mapping
from workflow.check.proof import Arrival, Proof
from workflow.check.report import as_error

INNER = ("Iterator", "ItemProcessor")


class UnusableMachine(ValueError):  # noqa: N818 - it is the machine that is
    """A text is no machine in the Amazon States Language, or one whose states lead nowhere."""


class UnprovedFlow(ValueError):  # noqa: N818 - an answer
    """A machine's data flow has gaps; the message tells each."""


def prove(machine: dict[str, Any], mapping: Mapping) -> Proof:
    """Follow what the machine starts with along every path and return what was found.

    Raises UnusableMachine if machine is none, or mapping names states that it does not have.
    """
    names = {name for name, _ in each_state(machine)}
    if strange := sorted({*mapping.states, *(place.split(".")[0] for place in mapping.accepted)} - names):
        raise UnusableMachine(f"the mapping names {', '.join(strange)}, which the machine does not have")
    proof = Proof(mapping)
    follow(machine, Arrival(mapping.starts_with.shape), proof)
    return proof


def proved(machine: dict[str, Any], mapping: Mapping) -> dict[str, Any]:
    """Return machine if its data flow is proved; raises UnprovedFlow otherwise."""
    proof = prove(machine, mapping)
    if proof.open_gaps:
        raise UnprovedFlow(as_error(proof))
    return machine


def each_state(machine: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every state of machine with its name, inner ones too; raises UnusableMachine where one leads nowhere."""
    states = machine.get("States") if isinstance(machine, dict) else None
    if not isinstance(states, dict) or not all(
        isinstance(state, dict) and "Type" in state for state in states.values()
    ):
        raise UnusableMachine("this is no state machine: it has no States, or one of them no Type")
    _check_targets(machine, states)
    for name, state in states.items():
        yield name, state
        for inner in [*state.get("Branches", []), *(state[key] for key in INNER if key in state)]:
            yield from each_state(inner)


def _check_targets(machine: dict[str, Any], states: dict[str, dict[str, Any]]) -> None:
    wanted = {("StartAt", machine.get("StartAt"))}
    for name, state in states.items():
        nexts = [state.get("Next"), state.get("Default")]
        nexts += [one.get("Next") for key in ("Choices", "Catch") for one in state.get(key, [])]
        wanted |= {(name, one) for one in nexts if one is not None}
    for place, target in sorted(wanted, key=str):
        if target not in states:
            raise UnusableMachine(f"{place} leads to {target}, which is no state beside it")
