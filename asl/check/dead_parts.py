"""Warnings of what has no use: states, rules, Defaults, retriers and catchers that nothing reaches, variables that nobody reads."""

import json
import re

from asl.check.proof_result import Proof
from asl.check.variable_names import assigned
from asl.language import Machine, State, each_state


def warn_of_dead_parts(machine: Machine, proof: Proof) -> None:
    """Add a warning to proof for each part of machine that its payloads never reach."""
    undecided = {finding.state for finding in proof.findings if finding.field in ("QueryLanguage", "Type")}
    for name, state in each_state(machine):
        if name not in proof.inputs:
            proof.warn(name, "Type", "no payload", "a state that some payload reaches; nothing in it is proved")
        elif name not in undecided:
            _warn_of_ways(name, state, proof)
    _warn_of_variables(machine, proof)


def _warn_of_ways(name: str, state: State, proof: Proof) -> None:
    rules = [f"Choices[{number}]" for number in range(len(state.get("Choices", [])))]
    for way in [*rules, *(["Default"] if "Default" in state else [])]:
        if (name, way) not in proof.taken:
            proof.warn(name, way, "no payload that takes this way", "a way that some payload takes")
    for handlers, what in (("Retry", "no error that it retries"), ("Catch", "no error that it catches")):
        for number in range(len(state.get(handlers, []))):
            if (name, f"{handlers}[{number}]") not in proof.taken:
                proof.warn(name, f"{handlers}[{number}].ErrorEquals", what, "an error that may happen here")


def _warn_of_variables(machine: Machine, proof: Proof) -> None:
    """Warn of variables that no state reads."""
    text = json.dumps([machine["States"]], ensure_ascii=False)
    for name, state in each_state(machine):
        for field, variable in assigned(state):
            if not re.search(rf"\${re.escape(variable)}(?!\w)", text):
                proof.warn(name, field, f"the variable `${variable}`, which no state reads", "a state that reads it")
