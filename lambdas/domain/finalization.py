"""Finalization: an image that its execution left open gets its final status, a notification, and no leftovers in S3."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypedDict

from lambdas.domain import object_keys, objects
from lambdas.domain.outcomes import DELETED, FAILED, PROCESSING, REJECTED, SUCCEEDED, Failure, notification_pending
from lambdas.runtime import clients, clock
from lambdas.runtime.metrics import EXECUTIONS_FINALIZED, NOTIFICATIONS_RECOVERED, OBJECTS_REMOVED
from lambdas.runtime.telemetry import count, logger
from workflow import contracts
from workflow.contracts.errors import INTERNAL_ERROR_MESSAGE, StaleExecution

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

    from lambdas.domain.record import Record
    from lambdas.runtime.settings import FinalizeSettings
    from workflow.contracts.payloads import (
        DeletionNotification,
        FailureNotification,
        MetadataRecord,
        RejectionNotification,
        SuccessNotification,
    )

    class NotificationHead(TypedDict):
        """What every notification begins with."""

        status: str
        notificationId: str
        imageId: str
        owner: str
        at: str

    Notification = SuccessNotification | RejectionNotification | FailureNotification | DeletionNotification

ATTRIBUTES = ("status", "owner", "format")  # the fields of a notification that are message attributes, if it has them
CONTRACTS = {
    SUCCEEDED: "success-notification",
    REJECTED: "rejection-notification",
    FAILED: "failure-notification",
    DELETED: "deletion-notification",
}


def finalize(record: Record, failure: Failure, settings: FinalizeSettings, *, only_if_new: bool = False) -> None:
    """Set the status FAILED unless the record is final, publish the outcome that it has, and remove leftovers.

    With only_if_new, an image that its execution has begun is not failed. Raises PreviousOutcomePending while an
    earlier outcome of the image is not published.
    """
    with suppress(StaleExecution):
        record.fail(failure, settings.record_retention_days, only_if_new=only_if_new)
        logger().warning("failed in %s: %s", failure.failed_in, failure.reason)
        count(EXECUTIONS_FINALIZED, status=FAILED)
    stored = record.read()
    if stored and stored["execution"] == record.execution:
        notify(record, stored, settings)
    remove_leftovers(record, stored, settings)


def notify(record: Record, stored: MetadataRecord, settings: FinalizeSettings) -> None:
    """Publish the outcome in stored if its notification is pending. A repeated notification has the same id."""
    if not notification_pending(stored):
        return
    publish(stored, settings.notification_topic)
    with suppress(StaleExecution):  # a newer execution has replaced the record, so somebody else had marked it
        record.mark_notified()
    count(NOTIFICATIONS_RECOVERED, status=stored["status"])


def publish(stored: MetadataRecord, topic: str) -> None:
    """Publish what became of an image to the topic with that ARN."""
    message = notification(stored)
    contracts.check(CONTRACTS[stored["status"]], message)
    clients.sns().publish(TopicArn=topic, Message=json.dumps(message), MessageAttributes=_attributes(message))


def notification(stored: MetadataRecord) -> Notification:
    """Return the notification of a final record, as the contract of its status requires."""
    if stored["status"] == SUCCEEDED:
        return _success(stored)
    if stored["status"] == DELETED:
        return {**_head(stored), "owner": stored["deletedBy"]}
    return _rejection(stored) if stored["status"] == REJECTED else _failure(stored)


def _success(stored: MetadataRecord) -> SuccessNotification:
    validation = stored["validation"]
    return {
        **_head(stored),
        "filename": validation["filename"],
        "format": validation["format"],
        "width": validation["width"],
        "height": validation["height"],
        "archive": stored["archive"],
    }


def _rejection(stored: MetadataRecord) -> RejectionNotification:
    return {**_head(stored), "reason": stored["reason"], "message": stored["message"]}


def _failure(stored: MetadataRecord) -> FailureNotification:
    return {
        **_head(stored),
        "failedIn": stored["failedIn"],
        "reason": stored["reason"],
        "message": INTERNAL_ERROR_MESSAGE,
    }


def _head(stored: MetadataRecord) -> NotificationHead:
    """Return the fields that all notifications have."""
    return {
        "status": stored["status"],
        "notificationId": stored["execution"],
        "imageId": stored["imageId"],
        "owner": stored["owner"],
        "at": clock.timestamp(),
    }


def _attributes(message: Notification) -> dict[str, MessageAttributeValueTypeDef]:
    """Return the message attributes, by which subscribers filter."""
    values: Mapping[str, Any] = message
    names = [name for name in ATTRIBUTES if name in values]
    return {name: {"DataType": "String", "StringValue": values[name]} for name in names}


def remove_leftovers(record: Record, stored: MetadataRecord | None, settings: FinalizeSettings) -> None:
    """Delete the execution's staged objects, and its archived ones unless it succeeded. stored is the current record."""
    owned = stored is not None and stored["execution"] == record.execution
    if stored and owned and stored["status"] == PROCESSING:
        return
    removed = objects.delete_prefix(settings.upload_bucket, object_keys.staged_folder(record.execution))
    if not (stored and _succeeded(record.execution, stored)):
        folder = object_keys.archive_folder(record.image, record.execution)
        removed += objects.delete_prefix(settings.archive_bucket, folder)
    if removed:
        count(OBJECTS_REMOVED, objects=str(removed))


def _succeeded(execution: str, stored: MetadataRecord) -> bool:
    """Return whether the execution succeeded, now or before another one replaced its record."""
    current = stored["execution"] == execution and stored["status"] == SUCCEEDED
    return current or execution in stored.get("earlier", [])
