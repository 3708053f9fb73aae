"""Steps that end in every way, around which the gate is tried."""

from copy import deepcopy

from imaging.errors import ImageRefusedError, Reason
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.settings import StepSettings
from tests.lambdas.bench import Payload
from workflow import contracts

SECRET = "<a value that no message may tell>"
VALIDATION = contracts.schema("validate-image.output")["examples"][0]


def example(contract: str) -> Payload:
    """Return an input that keeps the step's contract."""
    event: Payload = deepcopy(contracts.schema(f"{contract}.input")["examples"][0])
    return event


@step_handler("validate-image", StepSettings, found_as="validation")
def found_sound(event: Payload, environment: StepSettings) -> Payload:
    """Find every picture sound."""
    del event, environment
    return dict(VALIDATION)


@step_handler("validate-image", StepSettings, found_as="validation")
def found_wrongly(event: Payload, environment: StepSettings) -> Payload:
    """Find what the contract does not allow."""
    del event, environment
    return {**VALIDATION, "width": SECRET}


@step_handler("validate-image", StepSettings, found_as="validation")
def rejected(event: Payload, environment: StepSettings) -> Payload:
    """Refuse every picture, as imaging does."""
    raise ImageRefusedError(Reason.CORRUPT, f"Not {len(event)} for {environment.metadata_table}.")


@step_handler("validate-image", StepSettings, found_as="validation")
def failed(event: Payload, environment: StepSettings) -> Payload:
    """Fail with every picture."""
    raise MemoryError(len(event), environment)
