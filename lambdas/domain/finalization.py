"""Settling a picture: its record given an end, the end told, and nothing left behind."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lambdas.domain import objects
from lambdas.domain.record import FAILED, PROCESSING, REJECTED, SUCCEEDED, Failure, Item, Record, untold
from lambdas.runtime import clients, clock
from lambdas.runtime.metrics import CLEARED, SETTLED, TOLD
from lambdas.runtime.telemetry import count, logger
from workflow import contracts
from workflow.contracts.errors import OURS, AlreadyEnded

if TYPE_CHECKING:
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

    from lambdas.runtime.settings import SettleEnvironment

CONTRACTS = {
    SUCCEEDED: "success-notification",
    REJECTED: "rejection-notification",
    FAILED: "failure-notification",
}


def settle(record: Record, failure: Failure, environment: SettleEnvironment, *, begun: bool = True) -> None:
    """Let the picture have failed unless it has its end, tell whichever end it is, and clear up.

    begun says whether that goes for a picture that its execution has begun, too. Raises NotYet while an earlier end of the picture has not been told.
    """
    with suppress(AlreadyEnded):
        record.fail(failure, environment.record_retention_days, begun=begun)
        logger().warning("failed in %s: %s", failure.failed_in, failure.reason)
        count(SETTLED, status=FAILED)
    found = record.read()
    if found and found["execution"] == record.execution:
        tell(record, found, environment)
    clear(record, found, environment)


def tell(record: Record, found: Item, environment: SettleEnvironment) -> None:
    """Publish the end that the record has if it may not have been told; a repeat carries the same id."""
    if not untold(found):
        return
    message = notification(found)
    contracts.check(CONTRACTS[found["status"]], message)
    typed: dict[str, MessageAttributeValueTypeDef] = {
        name: {"DataType": "String", "StringValue": message[name]} for name in _attributes(message)
    }
    clients.sns().publish(TopicArn=environment.notification_topic, Message=json.dumps(message), MessageAttributes=typed)
    with suppress(AlreadyEnded):  # a newer execution took the record over: somebody else had noted it before
        record.notified()
    count(TOLD, status=found["status"])


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
    return {**head, "failedIn": found["failedIn"], "reason": found["reason"], "message": OURS}


def _attributes(message: dict[str, Any]) -> list[str]:
    return [name for name in ("status", "owner", "format") if name in message]


def clear(record: Record, found: Item | None, environment: SettleEnvironment) -> None:
    """Remove what the execution left in S3, but for what it archived if it succeeded; found is the record by now."""
    own = found is not None and found["execution"] == record.execution
    if found and own and found["status"] == PROCESSING:
        return
    removed = objects.empty(environment.upload_bucket, objects.staged_folder(record.execution))
    if not (found and (record.execution in found.get("earlier", []) or (own and found["status"] == SUCCEEDED))):
        folder = objects.archive_folder(record.image, record.execution)
        removed += objects.empty(environment.archive_bucket, folder)
    if removed:
        count(CLEARED, objects=str(removed))
