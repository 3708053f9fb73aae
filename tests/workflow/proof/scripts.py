"""Scripts for a run of the pipeline: a payload, answers and errors, each any that its contract allows."""

from functools import cache
from typing import Any

from hypothesis import strategies as st

from imaging.errors import Reason
from tests.asl.check.payloads import payloads
from tests.asl.check.validation import Schema, accepts
from tests.workflow.pipeline_graph import tasks
from tests.workflow.proof.deployed_machine import Script
from workflow import contracts
from workflow.contracts.errors import ImageRejected
from workflow.steps import STEPS

STEP_STATES = [step.state for step in STEPS]
SERVICE_STATES = sorted(set(tasks()) - set(STEP_STATES))
CAUGHT = contracts.resolved("caught-error")
# What the mapping promises of an error of a service, where no contract says more.
SERVICE_ERROR: Schema = {
    "type": "object",
    "properties": {
        "Error": {"type": "string", "minLength": 1, "maxLength": 256},
        "Cause": {"type": "string", "maxLength": 32_768},
    },
    "required": ["Error"],
    "additionalProperties": False,
}


def names() -> list[str]:
    """Return the names of errors that the machine speaks of."""
    policies = [one for state in tasks().values() for one in (*state["Retry"], *state.get("Catch", []))]
    return [*sorted({name for one in policies for name in one["ErrorEquals"]} - {"States.ALL"}), "States.Timeout"]


def errors(schema: Schema) -> st.SearchStrategy[Any]:
    """Return the strategy of errors that keep schema, some of them under a name that the machine speaks of."""
    named = st.builds(lambda error, name: {**error, "Error": name}, payloads(schema), st.sampled_from(names()))
    return payloads(schema) | named.filter(lambda error: accepts(schema, error))


@cache
def _strategies() -> dict[str, st.SearchStrategy[Any]]:
    """Return the strategies by what they are for; each is slow to make."""
    answers = {step.state: payloads(contracts.resolved(f"{step.contract}.output")) for step in STEPS}
    rest = {
        "start": payloads(contracts.resolved("pipeline-input")),
        "rejection": payloads(contracts.resolved("rejection")),
    }
    return {**answers, **rest, "function": errors(CAUGHT), "service": errors(SERVICE_ERROR)}


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    """Return a script: all goes well, or one step fails, and services may fail too."""
    known = _strategies()
    answers: dict[str, Any] = {}
    failed: dict[str, Any] = {}
    failing = draw(st.sampled_from((None, *STEP_STATES)))
    for state in STEP_STATES:
        if state != failing:
            answers[state] = draw(known[state])
        elif draw(st.booleans()):
            rejection = draw(known["rejection"])
            answers[state] = ImageRejected(Reason(rejection["reason"]), rejection["message"])
        else:
            failed[state] = draw(known["function"])
    for state in SERVICE_STATES:
        if draw(st.integers(0, 4)) == 4:
            failed[state] = draw(known["service"])
    return Script(draw(known["start"]), answers, failed)
