"""What went wrong in a run that the proof should have ruled out."""

from collections.abc import Iterator
from typing import Any

from asl.check.sizes import LIMIT
from tests.workflow.pipeline_graph import DEFINITION
from tests.workflow.proof.deployed_machine import Run, Script
from workflow import contracts, mapping
from workflow.contracts.errors import ContractViolation
from workflow.retries import DYNAMODB_CONDITION_FAILED
from workflow.steps import STEPS

CONTRACTS = {step.state: f"{step.contract}.input" for step in STEPS}
PARALLEL, RESULT, CONTRACT = "ParallelProcessing", "renditions", "parallel-processing.output"
# The names under which the machine itself fails an execution.
FAIL_ERRORS = {state["Error"] for state in DEFINITION["States"].values() if state["Type"] == "Fail"}

# After a scripted error of RecordFailure: the record is no tombstone.
NOT_DELETED = ("CheckDeletion", DYNAMODB_CONDITION_FAILED)


def violations(run: Run, script: Script) -> list[str]:
    """Return each error that no stand-in raised, and each payload that is too large or breaks a contract."""
    return [*_unscripted(run, script), *_too_large(run), *_broken(run)]


def _unscripted(run: Run, script: Script) -> Iterator[str]:
    scripted = {(state, error["Error"], error.get("Cause", "")) for state, error in script.errors.items()}
    raised = {state: type(answer).__name__ for state, answer in script.answers.items() if isinstance(answer, Exception)}
    for state, error, cause in run.errors:
        known = (state, error, cause) in scripted or raised.get(state) == error or error in FAIL_ERRORS
        if not known and (state, error) != NOT_DELETED:
            yield f"{state}: {error}: {cause}"
    if run.execution.status != "SUCCEEDED" and run.execution.error not in FAIL_ERRORS:
        yield f"the execution failed of {run.execution.error}"


def _too_large(run: Run) -> Iterator[str]:
    for sight in run.sights:
        if sight.size > LIMIT:
            yield f"{sight.state}: {sight.kind} of more than {LIMIT} bytes"


def _broken(run: Run) -> Iterator[str]:
    for state, contract, payload in _promised(run):
        try:
            contracts.check(contract, payload)
        except ContractViolation as error:
            yield f"{state}: {error}"


def _promised(run: Run) -> Iterator[tuple[str, str, Any]]:
    """Yield the inputs of functions, the notifications and the results of the Parallel, each with its state and contract."""
    for state, payload in run.received:
        yield state, CONTRACTS[state], payload
    for sight in run.sights:
        if sight.kind == "parameters" and sight.state in mapping.PUBLISHED:
            yield sight.state, mapping.PUBLISHED[sight.state], sight.payload.get("Message")
        if sight.kind == "output" and sight.state == PARALLEL and RESULT in sight.payload:
            yield sight.state, CONTRACT, sight.payload[RESULT]
