"""The paths through the pipeline, each with the plainest or the largest payloads."""

from functools import cache

from imaging.errors import Reason
from tests.asl.check.largest_payloads import largest, stretched
from tests.asl.check.validation import accepts
from tests.workflow.pipeline_graph import states
from tests.workflow.proof.deployed_machine import Script
from tests.workflow.proof.scripts import CAUGHT, STEP_STATES
from workflow import contracts
from workflow.contracts.errors import ImageRejected
from workflow.retries import DYNAMODB_CONDITION_FAILED, STALE_EXECUTION
from workflow.steps import STEPS

REJECTED = ImageRejected(Reason.CORRUPT, "The image cannot be decoded.")


@cache
def plain_scripts() -> list[Script]:
    """Return a script for each path: success, each step rejects, each step fails."""
    start = contracts.schema("pipeline-input")["examples"][0]
    answers = {step.state: contracts.schema(f"{step.contract}.output")["examples"][0] for step in STEPS}
    rejections = [Script(start, {**answers, state: REJECTED}, {}) for state in STEP_STATES]
    failures = [Script(start, {**answers, state: MemoryError("no room")}, {}) for state in STEP_STATES]
    return [Script(start, answers, {}), *rejections, *failures]


@cache
def largest_scripts(letter: str) -> list[Script]:
    """Return a script for each path, with all payloads as large as possible, filled with letter."""
    start = largest(contracts.resolved("pipeline-input"), letter)
    answers = {step.state: largest(contracts.resolved(f"{step.contract}.output"), letter) for step in STEPS}
    error = stretched(CAUGHT, letter, CAUGHT["examples"][1])
    without_cause = {"Error": error["Error"]}
    rejection = stretched(CAUGHT, letter, CAUGHT["examples"][0])
    stale = {**error, "Error": STALE_EXECUTION}
    failing = [
        Script(start, answers, {state: caught})
        for state in STEP_STATES
        for caught in (error, without_cause, rejection, stale)
    ]
    not_recorded = {"Error": DYNAMODB_CONDITION_FAILED, "Cause": error["Cause"]}
    late = [Script(start, answers, {state: error, "RecordFailure": not_recorded}) for state in STEP_STATES]
    return [Script(start, answers, {}), *failing, *late]


def scripts_without_json_cause(machine: dict[str, object]) -> list[Script]:
    """Return a script for each error name that a rule of machine compares with, with a cause that is no JSON."""
    rules = [rule for _, state in states(machine) for rule in state.get("Choices", [])]
    errors = [{"Error": rule["StringEquals"], "Cause": "no JSON"} for rule in rules if "StringEquals" in rule]
    success = plain_scripts()[0]
    return [
        Script(success.payload, success.answers, {STEP_STATES[0]: error}) for error in errors if accepts(CAUGHT, error)
    ]
