"""Start the pipeline for each object-created event on the queue; what is no such event goes back, and on to the DLQ."""

from __future__ import annotations

import json
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from lambdas import clients, storage
from lambdas.environment import SqsTriggerEnvironment
from lambdas.metrics import REPEATED, STARTED
from lambdas.telemetry import count, faults_logged, identify, identify_also, logger, traced
from workflow import contracts

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Start one execution a message and return the ids of those that failed, for the queue to deliver again."""
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    request_id = context.aws_request_id
    identify(requestId=request_id)
    with faults_logged():
        environment = SqsTriggerEnvironment.read()
        handle = partial(_handle, environment=environment, request_id=request_id)
        processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        return dict(process_partial_response(event=event, record_handler=handle, processor=processor, context=context))


def _handle(record: SQSRecord, environment: SqsTriggerEnvironment, request_id: str) -> None:
    """Start the execution for one message; the batch processor, which takes any error for a failure, logs none."""
    identify(requestId=request_id)
    try:
        start(json.loads(record.body), environment)
    except Exception:
        logger().exception("message %s goes back to the queue", record.message_id)
        raise


def start(event: object, environment: SqsTriggerEnvironment) -> None:
    """Start the execution for event; one that was started before is left alone.

    Raises ContractViolation or ValueError for an event that is not one of an upload to our bucket.
    """
    pipeline_input = read_event(event, environment.upload_bucket)
    image = pipeline_input["image"]
    identity = {"imageId": image["imageId"], "execution": execution_name(image)}
    identify_also(**identity)
    with traced("StartPipeline", **identity):
        started = _start(environment.state_machine_arn, identity["execution"], pipeline_input)
    logger().info("started" if started else "started before")
    count(STARTED if started else REPEATED)


def _start(state_machine_arn: str, name: str, pipeline_input: dict[str, Any]) -> bool:
    """Start the execution called name; tell whether it was new."""
    client = clients.stepfunctions()
    try:
        client.start_execution(stateMachineArn=state_machine_arn, name=name, input=json.dumps(pipeline_input))
    except client.exceptions.ExecutionAlreadyExists:
        return False
    return True


def read_event(event: Any, upload_bucket: str) -> dict[str, Any]:
    """Return the pipeline's input for an object-created event of upload_bucket.

    Raises ContractViolation or ValueError for any other event.
    """
    contracts.check("object-created", event)
    bucket, created = event["detail"]["bucket"]["name"], event["detail"]["object"]
    if bucket != upload_bucket:
        raise ValueError("the event is of another bucket than the upload bucket")
    owner, image_id = storage.parse_upload_key(created["key"])
    image = {
        "imageId": image_id,
        "owner": owner,
        "bucket": bucket,
        "key": created["key"],
        "versionId": created["version-id"],
        "size": created["size"],
        "sequencer": created["sequencer"],
        "uploadedAt": event["time"],
    }
    contracts.check("pipeline-input", {"image": image})
    return {"image": image}


def execution_name(image: dict[str, Any]) -> str:
    """Return the execution's name: the same for the same object version, so that a repeated event starts nothing."""
    version = "\n".join((image["bucket"], image["key"], image["versionId"]))
    return f"{image['imageId']}-{sha256(version.encode()).hexdigest()[:32]}"
