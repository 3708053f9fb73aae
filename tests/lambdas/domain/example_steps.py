"""Steps that end in every way, around which the gate is tried."""

from copy import deepcopy

from lambdas.domain.step_handler import step
from lambdas.runtime.settings import StepEnvironment
from tests.lambdas.bench import Payload
from workflow import contracts
from workflow.contracts.errors import ImageRejected, Reason

SECRET = "<a value that no message may tell>"
VALIDATION = contracts.schema("validate-image.output")["examples"][0]


def example(contract: str) -> Payload:
    """Return an input that keeps the step's contract."""
    event: Payload = deepcopy(contracts.schema(f"{contract}.input")["examples"][0])
    return event


@step("validate-image", StepEnvironment, found_as="validation")
def found_sound(event: Payload, environment: StepEnvironment) -> Payload:
    """Find every picture sound."""
    del event, environment
    return dict(VALIDATION)


@step("validate-image", StepEnvironment, found_as="validation")
def found_wrongly(event: Payload, environment: StepEnvironment) -> Payload:
    """Find what the contract does not allow."""
    del event, environment
    return {**VALIDATION, "width": SECRET}


@step("validate-image", StepEnvironment, found_as="validation")
def rejected(event: Payload, environment: StepEnvironment) -> Payload:
    """Reject every picture."""
    raise ImageRejected(Reason.CORRUPT, f"Not {len(event)} for {environment.metadata_table}.")


@step("validate-image", StepEnvironment, found_as="validation")
def failed(event: Payload, environment: StepEnvironment) -> Payload:
    """Fail with every picture."""
    raise MemoryError(len(event), environment)
