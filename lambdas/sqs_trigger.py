"""Start the pipeline for each object-created event on the queue; what is no such event goes back, and on to the DLQ."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from lambdas.domain import conflicts, executions, objects
from lambdas.runtime.metrics import REPEATED, STARTED
from lambdas.runtime.settings import SqsTriggerEnvironment
from lambdas.runtime.telemetry import count, faults_logged, identify, identify_also, logger, traced
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
    except conflicts.EXPECTED as race:
        conflicts.note(race)
        raise
    except Exception:
        logger().exception("message %s goes back to the queue", record.message_id)
        raise


def start(event: object, environment: SqsTriggerEnvironment) -> None:
    """Start the execution for event; one that was started before is left alone.

    Raises ContractViolation or ValueError for an event that is not one of an upload to our bucket.
    """
    image = read_event(event, environment.upload_bucket)
    identity = {"imageId": image["imageId"], "execution": executions.name(image)}
    identify_also(**identity)
    with traced("StartPipeline", **identity):
        started = executions.start(image, environment)
    logger().info("started" if started else "started before")
    count(STARTED if started else REPEATED)


def read_event(event: Any, upload_bucket: str) -> dict[str, Any]:
    """Return the image that the pipeline starts with for an object-created event of upload_bucket.

    Raises ContractViolation or ValueError for any other event.
    """
    contracts.check("object-created", event)
    bucket, created = event["detail"]["bucket"]["name"], event["detail"]["object"]
    if bucket != upload_bucket:
        raise ValueError("the event is of another bucket than the upload bucket")
    owner, image_id = objects.parse_upload_key(created["key"])
    image = {
        "imageId": image_id,
        "owner": owner,
        "bucket": bucket,
        "key": created["key"],
        "versionId": created["version-id"],
        "attempt": 1,
        "size": created["size"],
        "sequencer": created["sequencer"],
        "uploadedAt": event["time"],
    }
    contracts.check("pipeline-input", {"image": image})
    return image
