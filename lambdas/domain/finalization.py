"""Settling a picture: its record given an end, the end told, and nothing left behind."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lambdas.domain import object_keys, objects
from lambdas.domain.record import FAILED, PROCESSING, REJECTED, SUCCEEDED, Failure, Item, Record, notification_pending
from lambdas.runtime import clients, clock
from lambdas.runtime.metrics import EXECUTIONS_FINALIZED, NOTIFICATIONS_RECOVERED, OBJECTS_REMOVED
from lambdas.runtime.telemetry import count, logger
from workflow import contracts
from workflow.contracts.errors import INTERNAL_ERROR_MESSAGE, StaleExecution

if TYPE_CHECKING:
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

    from lambdas.runtime.settings import FinalizeSettings

CONTRACTS = {
    SUCCEEDED: "success-notification",
    REJECTED: "rejection-notification",
    FAILED: "failure-notification",
}


def finalize(record: Record, failure: Failure, environment: FinalizeSettings, *, begun: bool = True) -> None:
    """Let the picture have failed unless it has its end, tell whichever end it is, and clear up.

    begun says whether that goes for a picture that its execution has begun, too. Raises PreviousOutcomePending while an earlier end of the picture has not been told.
    """
    with suppress(StaleExecution):
        record.fail(failure, environment.record_retention_days, begun=begun)
        logger().warning("failed in %s: %s", failure.failed_in, failure.reason)
        count(EXECUTIONS_FINALIZED, status=FAILED)
    found = record.read()
    if found and found["execution"] == record.execution:
        notify(record, found, environment)
    remove_leftovers(record, found, environment)


def notify(record: Record, found: Item, environment: FinalizeSettings) -> None:
    """Publish the end that the record has if it may not have been told; a repeat carries the same id."""
    if not notification_pending(found):
        return
    message = notification(found)
    contracts.check(CONTRACTS[found["status"]], message)
    typed: dict[str, MessageAttributeValueTypeDef] = {
        name: {"DataType": "String", "StringValue": message[name]} for name in _attributes(message)
    }
    clients.sns().publish(TopicArn=environment.notification_topic, Message=json.dumps(message), MessageAttributes=typed)
    with suppress(StaleExecution):  # a newer execution took the record over: somebody else had noted it before
        record.notified()
    count(NOTIFICATIONS_RECOVERED, status=found["status"])


def notification(found: Item) -> dict[str, Any]:
    """Return what is told of a record with an end, as the contract of that end has it."""
    head = {
        "status": found["status"],
        "notificationId": found["execution"],
        "imageId": found["imageId"],
        "owner": found["owner"],
        "at": clock.timestamp(),
    }
    if found["status"] == SUCCEEDED:
        facts = {name: found["validation"][name] for name in ("filename", "format", "width", "height")}
        return {**head, **facts, "archive": found["archive"]}
    if found["status"] == REJECTED:
        return {**head, "reason": found["reason"], "message": found["message"]}
    return {**head, "failedIn": found["failedIn"], "reason": found["reason"], "message": INTERNAL_ERROR_MESSAGE}


def _attributes(message: dict[str, Any]) -> list[str]:
    return [name for name in ("status", "owner", "format") if name in message]


def remove_leftovers(record: Record, found: Item | None, environment: FinalizeSettings) -> None:
    """Remove what the execution left in S3, but for what it archived if it succeeded; found is the record by now."""
    own = found is not None and found["execution"] == record.execution
    if found and own and found["status"] == PROCESSING:
        return
    removed = objects.delete_prefix(environment.upload_bucket, object_keys.staged_folder(record.execution))
    if not (found and (record.execution in found.get("earlier", []) or (own and found["status"] == SUCCEEDED))):
        folder = object_keys.archive_folder(record.image, record.execution)
        removed += objects.delete_prefix(environment.archive_bucket, folder)
    if removed:
        count(OBJECTS_REMOVED, objects=str(removed))
