"""Start the pipeline for each object-created event on the queue; what is no such event goes back, and on to the DLQ."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from lambdas.domain import conflicts, executions
from lambdas.domain.upload_events import read_event
from lambdas.runtime.metrics import DUPLICATE_EVENTS, EXECUTIONS_STARTED
from lambdas.runtime.settings import SqsTriggerSettings
from lambdas.runtime.telemetry import add_log_keys, count, log_errors, logger, set_log_keys, trace

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Start one execution a message and return the ids of those that failed, for the queue to deliver again."""
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    request_id = context.aws_request_id
    set_log_keys(requestId=request_id)
    with log_errors():
        environment = SqsTriggerSettings.read()
        handle = partial(_handle, environment=environment, request_id=request_id)
        processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        return dict(process_partial_response(event=event, record_handler=handle, processor=processor, context=context))


def _handle(record: SQSRecord, environment: SqsTriggerSettings, request_id: str) -> None:
    """Start the execution for one message; the batch processor, which takes any error for a failure, logs none."""
    set_log_keys(requestId=request_id)
    try:
        start(json.loads(record.body), environment)
    except conflicts.CONFLICT_ERRORS as race:
        conflicts.report_conflict(race)
        raise
    except Exception:
        logger().exception("message %s goes back to the queue", record.message_id)
        raise


def start(event: object, environment: SqsTriggerSettings) -> None:
    """Start the execution for event; one that was started before is left alone.

    Raises ContractViolation or ValueError for an event that is not one of an upload to our bucket.
    """
    image = read_event(event, environment.upload_bucket)
    identity = {"imageId": image["imageId"], "execution": executions.name(image)}
    add_log_keys(**identity)
    with trace("StartPipeline", **identity):
        started = executions.start(image, environment)
    logger().info("started" if started else "started before")
    count(EXECUTIONS_STARTED if started else DUPLICATE_EVENTS)
