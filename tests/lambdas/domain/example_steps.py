"""Steps with each possible result, for tests of the step handler."""

from copy import deepcopy
from typing import cast

from imaging.errors import ImageRefusedError, Reason
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.settings import StepSettings
from tests.fake_aws.account import Payload
from workflow import contracts
from workflow.contracts.payloads import ValidateImageInput, ValidateImageOutput

SECRET = "<a value that no message may hold>"
VALIDATION: ValidateImageOutput = contracts.schema("validate-image.output")["examples"][0]


def example(contract: str) -> Payload:
    """Return an input that keeps the step's contract."""
    event: Payload = deepcopy(contracts.schema(f"{contract}.input")["examples"][0])
    return event


@step_handler("validate-image", StepSettings, stored_as="validation")
def found_sound(event: ValidateImageInput, settings: StepSettings) -> ValidateImageOutput:
    """Return the facts of a valid image."""
    del event, settings
    return VALIDATION


@step_handler("validate-image", StepSettings, stored_as="validation")
def found_wrongly(event: ValidateImageInput, settings: StepSettings) -> ValidateImageOutput:
    """Return facts that the contract does not allow."""
    del event, settings
    return cast("ValidateImageOutput", {**VALIDATION, "width": SECRET})


@step_handler("validate-image", StepSettings, stored_as="validation")
def rejected(event: ValidateImageInput, settings: StepSettings) -> ValidateImageOutput:
    """Refuse every image, as imaging does."""
    raise ImageRefusedError(Reason.CORRUPT, f"Not {len(event)} for {settings.metadata_table}.")


@step_handler("validate-image", StepSettings, stored_as="validation")
def failed(event: ValidateImageInput, settings: StepSettings) -> ValidateImageOutput:
    """Fail for every image."""
    raise MemoryError(len(event), settings)
