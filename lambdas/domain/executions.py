"""Executions of the pipeline: how each is named, and how it is started exactly once."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from lambdas.domain.record import Record
from lambdas.runtime import clients
from workflow.contracts.errors import StaleExecution

if TYPE_CHECKING:
    from lambdas.runtime.settings import StartSettings
    from workflow.contracts.payloads import Image, MetadataRecord, PipelineInputImage

EXPRESS = "EXPRESS"  # the type of workflow whose executions may share a name
UUID_LENGTH = 36  # characters of an image id
CLIENT_ERRORS = range(400, 500)  # HTTP statuses of a refusal: nothing was started


def attempt(image: Image | MetadataRecord) -> int:
    """Return the number of the image's attempt at its version, from 1 on."""
    return image.get("attempt", 1)


def name(image: Image) -> str:
    """Return the execution's name: the same for one attempt at one version, so that a duplicate event starts nothing."""
    run = [image["original"]["run"]] if "original" in image else []  # makes the renditions anew: once for each run
    version = "\n".join((image["bucket"], image["key"], image["versionId"], *run))
    return f"{image['imageId']}-{sha256(version.encode()).hexdigest()[:32]}-{attempt(image)}"


def image_id(execution: str) -> str:
    """Return the id of the image that the execution with that name is for."""
    return execution[:UUID_LENGTH]


def start(image: PipelineInputImage, settings: StartSettings) -> bool:
    """Start the execution for image and return whether it is new.

    A STANDARD state machine refuses a name that it knows; or it accepts the name while the execution with that name and
    the same input runs, and starts nothing. An EXPRESS one accepts any name, so the record is claimed first. Raises
    PreviousOutcomePending for EXPRESS while an earlier outcome of the image is not published.
    """
    return (claim if settings.workflow_type == EXPRESS else _start)(image, settings)


def _start(image: PipelineInputImage, settings: StartSettings) -> bool:
    client = clients.stepfunctions()
    text = json.dumps({"image": image})
    try:
        client.start_execution(stateMachineArn=settings.state_machine_arn, name=name(image), input=text)
    except client.exceptions.ExecutionAlreadyExists:
        return False
    return True


def claim(image: PipelineInputImage, settings: StartSettings) -> bool:
    """Begin the image's record for the execution, start that, and return whether the record is new.

    Of two callers at the same time one starts the execution, and a sweep finds an image whose start was interrupted.
    Raises PreviousOutcomePending while an earlier outcome of the image is not published.
    """
    record = Record(settings.metadata_table, image, name(image))
    try:
        if not record.begin(settings.record_retention_days):
            return False
    except StaleExecution:
        return False
    return start_claimed(record, image, settings)


def start_claimed(record: Record, image: PipelineInputImage, settings: StartSettings) -> bool:
    """Start the execution for an image whose record it has claimed, and return whether it is new."""
    from botocore.exceptions import ClientError

    try:
        return _start(image, settings)
    except ClientError as error:
        # After any other error the execution may have been started.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in CLIENT_ERRORS:
            record.release()
        raise


def status(image: Image, settings: StartSettings) -> str | None:
    """Return the status of the execution in Step Functions; None if it is not known there, as all EXPRESS ones."""
    return status_of(name(image), settings)


def status_of(execution: str, settings: StartSettings) -> str | None:
    """Return the status of the execution with that name, as status does."""
    if settings.workflow_type == EXPRESS:
        return None
    client = clients.stepfunctions()
    try:
        return client.describe_execution(executionArn=_arn(execution, settings.state_machine_arn))["status"]
    except client.exceptions.ExecutionDoesNotExist:
        return None


def arn(image: Image, state_machine_arn: str) -> str:
    """Return the ARN of the execution for image on the STANDARD state machine with state_machine_arn."""
    return _arn(name(image), state_machine_arn)


def _arn(execution: str, state_machine_arn: str) -> str:
    return f"{state_machine_arn.replace(':stateMachine:', ':execution:')}:{execution}"
