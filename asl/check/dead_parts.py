"""Warnings of what has no use: states, rules, Defaults, retriers and catchers that nothing reaches, variables and results that nobody reads."""

import json
import re

from asl.check.proof_result import Proof
from asl.check.reads import ALL
from asl.check.shapes import Anything, exact_object
from asl.check.unread_results import unread_results
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
    _warn_of_results(machine, proof)


def _warn_of_results(machine: Machine, proof: Proof) -> None:
    """Warn of results that no state reads.

    A call without a ResultPath may be made for its effect: its response is expected to be read if a contract says what it has.
    """
    states = dict(each_state(machine))
    for name, field, part in unread_results(machine):
        gives = proof.mapping.edges(name).gives
        is_meant = part is not ALL or states[name]["Type"] == "Pass" or "ResultPath" in states[name]
        is_stated = gives is not None and not isinstance(gives.shape, Anything) and gives.shape != exact_object()
        if proof.outputs.get(name) and (is_meant or is_stated):
            provided = (
                "a result, which no state reads" if part is ALL else f"a result at `{part}`, which no state reads"
            )
            proof.warn(name, field, provided, "a state that reads it, or no result in the payload")


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
