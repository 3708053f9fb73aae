"""Start the pipeline for each object-created event on the queue; any other message returns to it, and ends in the DLQ."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from lambdas.domain import back_pressure, conflicts, executions, upload_events
from lambdas.runtime.metrics import DUPLICATE_EVENTS, EXECUTIONS_STARTED
from lambdas.runtime.settings import SqsTriggerSettings
from lambdas.runtime.telemetry import add_log_keys, count, log_errors, logger, set_log_keys, trace

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

    from workflow.contracts.payloads import PipelineInputImage


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Start one execution for each message and return the ids of the messages that SQS has to deliver again.

    It returns when the images have their outcomes: see lambdas.domain.back_pressure.
    """
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    request_id = context.aws_request_id
    set_log_keys(requestId=request_id)
    with log_errors():
        settings = SqsTriggerSettings.read()
        images: list[PipelineInputImage] = []
        handle = partial(_handle, settings=settings, request_id=request_id, images=images)
        processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        failed = process_partial_response(event=event, record_handler=handle, processor=processor, context=context)
        back_pressure.wait_for_outcomes(images, settings.metadata_table)
        return dict(failed)


def _handle(record: SQSRecord, settings: SqsTriggerSettings, request_id: str, images: list[PipelineInputImage]) -> None:
    """Start the execution for one message, and add its image to images.

    The batch processor takes any error for a failure and logs none.
    """
    set_log_keys(requestId=request_id)
    try:
        images.append(start(json.loads(record.body), settings))
    except conflicts.CONFLICT_ERRORS as error:
        conflicts.report_conflict(error)
        raise
    except Exception:
        logger().exception("message %s goes back to the queue", record.message_id)
        raise


def start(event: object, settings: SqsTriggerSettings) -> PipelineInputImage:
    """Start the execution for event, unless it was started before, and return its image.

    Raises ContractViolation or ValueError if event is not about an upload to the stack's bucket.
    """
    image = upload_events.read_event(event, settings.upload_bucket)
    identity = {"imageId": image["imageId"], "execution": executions.name(image)}
    add_log_keys(**identity)
    with trace("StartPipeline", **identity):
        started = executions.start(image, settings)
    logger().info("started" if started else "started before")
    count(EXECUTIONS_STARTED if started else DUPLICATE_EVENTS)
    return image
