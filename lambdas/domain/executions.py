"""Executions of the pipeline: what each is called, and how it is started once."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from lambdas.domain.record import Record
from lambdas.runtime import clients
from workflow.contracts.errors import StaleExecution

if TYPE_CHECKING:
    from lambdas.runtime.settings import StartSettings

EXPRESS = "EXPRESS"  # the type of workflow whose executions may share a name
UUID = 36  # characters of an image id
CLIENT_ERRORS = range(400, 500)  # HTTP: refused, so that nothing was started


def attempt(image: dict[str, Any]) -> int:
    """Return which attempt at its version image stands for, from 1 on."""
    return int(image.get("attempt", 1))


def name(image: dict[str, Any]) -> str:
    """Return what the execution is called: the same for one attempt at one version, so that a repeat starts nothing."""
    version = "\n".join((image["bucket"], image["key"], image["versionId"]))
    return f"{image['imageId']}-{sha256(version.encode()).hexdigest()[:32]}-{attempt(image)}"


def image_id(execution: str) -> str:
    """Return the id of the picture that the execution called so is for."""
    return execution[:UUID]


def start(image: dict[str, Any], environment: StartSettings) -> bool:
    """Start the execution for image, and tell whether it is new.

    STANDARD refuses a name that it knows, or says that a running one with the same input is new; under EXPRESS, which
    does neither, the record is claimed first. Raises PreviousOutcomePending under EXPRESS while an earlier end has not been told.
    """
    return (claim if environment.workflow_type == EXPRESS else _start)(image, environment)


def _start(image: dict[str, Any], environment: StartSettings) -> bool:
    client = clients.stepfunctions()
    text = json.dumps({"image": image})
    try:
        client.start_execution(stateMachineArn=environment.state_machine_arn, name=name(image), input=text)
    except client.exceptions.ExecutionAlreadyExists:
        return False
    return True


def claim(image: dict[str, Any], environment: StartSettings) -> bool:
    """Begin the picture's record for image's execution, start that, and tell whether the record was not begun before.

    So that of two who start it at once one does, and that a sweep knows of what dies in between. Raises PreviousOutcomePending while
    an earlier end of the picture has not been told.
    """
    from botocore.exceptions import ClientError

    record = Record(environment.metadata_table, image, name(image))
    try:
        if not record.begin(environment.record_retention_days):
            return False
    except StaleExecution:
        return False
    try:
        return _start(image, environment)
    except ClientError as error:
        # Any other error leaves open whether it was started.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in CLIENT_ERRORS:
            record.release()
        raise


def status(image: dict[str, Any], environment: StartSettings) -> str | None:
    """Return the status of image's execution as Step Functions has it, or None if there is none to be asked for."""
    if environment.workflow_type == EXPRESS:
        return None
    client = clients.stepfunctions()
    try:
        return client.describe_execution(executionArn=arn(image, environment.state_machine_arn))["status"]
    except client.exceptions.ExecutionDoesNotExist:
        return None


def arn(image: dict[str, Any], state_machine_arn: str) -> str:
    """Return the ARN of image's execution on the STANDARD state machine with that ARN."""
    return f"{state_machine_arn.replace(':stateMachine:', ':execution:')}:{name(image)}"
