"""Warnings of what no payload reaches: states, rules of a Choice, its Default, and catchers. Nothing in them is proved."""

from asl.check.proof_result import Proof
from asl.language import Machine, State, each_state


def warn_of_dead_parts(machine: Machine, proof: Proof) -> None:
    """Add a warning to proof for each part of machine that its payloads never reach."""
    undecided = {finding.state for finding in proof.findings if finding.field in ("QueryLanguage", "Type")}
    for name, state in each_state(machine):
        if name not in proof.inputs:
            proof.warn(name, "Type", "no payload", "a state that some payload reaches; nothing in it is proved")
        elif name not in undecided:
            _warn_of_ways(name, state, proof)


def _warn_of_ways(name: str, state: State, proof: Proof) -> None:
    rules = [f"Choices[{number}]" for number in range(len(state.get("Choices", [])))]
    for way in [*rules, *(["Default"] if "Default" in state else [])]:
        if (name, way) not in proof.taken:
            proof.warn(name, way, "no payload that takes this way", "a way that some payload takes")
    for number in range(len(state.get("Catch", []))):
        if (name, f"Catch[{number}]") not in proof.taken:
            proof.warn(
                name, f"Catch[{number}].ErrorEquals", "no error that it catches", "an error that may happen here"
            )
