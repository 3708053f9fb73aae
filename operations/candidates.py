"""What `redrive` can start again: images that FAILED, and uploads whose events are dead-letter messages."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from lambdas.domain import upload_events
from lambdas.domain.attribute_values import deserialize
from lambdas.domain.outcomes import FAILED
from lambdas.runtime import clients
from operations.stack import Stack

VISIBILITY_TIMEOUT = 300  # seconds for which a message that was received is hidden, if it is not released before


@dataclass(frozen=True)
class Candidate:
    """An upload by its key (None if the message is not the event of an upload), and its dead-letter message, if any."""

    name: str  # the image ID, or the message ID if there is no image
    key: str | None
    message_id: str = ""
    receipt_handle: str = ""  # with which the message is deleted or released


def failed_images(stack: Stack) -> Iterator[Candidate]:
    """Yield the images whose records say FAILED."""
    paginator = clients.dynamodb().get_paginator("scan")
    pages = paginator.paginate(
        TableName=stack.start_settings.metadata_table,
        FilterExpression="#status = :failed",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":failed": {"S": FAILED}},
    )
    for item in (deserialize(item) for page in pages for item in page["Items"]):
        yield Candidate(item["imageId"], item["key"])


def dead_letter_messages(stack: Stack) -> Iterator[Candidate]:
    """Yield one candidate for each dead-letter message; a message stays hidden until it is deleted or released."""
    seen = set[str]()
    while messages := _receive(stack, seen):
        for message in messages:
            seen.add(message["MessageId"])
            yield _candidate(stack, message["MessageId"], message["Body"], message["ReceiptHandle"])


def _receive(stack: Stack, seen: set[str]) -> list[Any]:
    """Receive up to ten dead-letter messages, and return those that are not in seen."""
    answer = clients.sqs().receive_message(
        QueueUrl=stack.dead_letter_queue_url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=VISIBILITY_TIMEOUT,
        WaitTimeSeconds=1,
    )
    return [message for message in answer.get("Messages", []) if message["MessageId"] not in seen]


def _candidate(stack: Stack, message_id: str, body: str, receipt_handle: str) -> Candidate:
    try:
        image = upload_events.read_event(json.loads(body), stack.upload_bucket)
    except (ValueError, RecursionError):  # the latter if the JSON is nested too deeply
        return Candidate(message_id, None, message_id, receipt_handle)
    return Candidate(image["imageId"], image["key"], message_id, receipt_handle)


def delete(stack: Stack, candidate: Candidate) -> None:
    """Delete the dead-letter message of candidate."""
    clients.sqs().delete_message(QueueUrl=stack.dead_letter_queue_url, ReceiptHandle=candidate.receipt_handle)


def release(stack: Stack, candidate: Candidate) -> None:
    """Make the dead-letter message of candidate visible again, if it is still hidden."""
    client = clients.sqs()
    with suppress(client.exceptions.MessageNotInflight):
        client.change_message_visibility(
            QueueUrl=stack.dead_letter_queue_url, ReceiptHandle=candidate.receipt_handle, VisibilityTimeout=0
        )


def messages_in_flight(stack: Stack) -> int:
    """Return the approximate number of dead-letter messages that are hidden, by this command or by a sweep."""
    answer = clients.sqs().get_queue_attributes(
        QueueUrl=stack.dead_letter_queue_url, AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessagesNotVisible"])
