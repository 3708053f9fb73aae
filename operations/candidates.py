"""What there is to try again: pictures that failed, and those whose messages are dead letters."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from lambdas.domain import upload_events
from lambdas.domain.attribute_values import deserialize
from lambdas.domain.record import FAILED
from lambdas.runtime import clients
from operations.stack import Stack

VISIBILITY_TIMEOUT = (
    300  # seconds for which a dead letter is kept from others, if the command cannot put it back itself
)


@dataclass(frozen=True)
class Candidate:
    """An upload by its key, or nothing that is one, and the dead letter that is about it, if so."""

    name: str  # the image id, or the dead letter's message id
    key: str | None
    letter: str = ""  # message id
    receipt: str = ""  # by which the dead letter is deleted, or put back


def failed_images(stack: Stack) -> Iterator[Candidate]:
    """Yield the pictures whose records say FAILED."""
    pages = clients.dynamodb().get_paginator("scan")
    answers = pages.paginate(
        TableName=stack.starting.metadata_table,
        FilterExpression="#status = :failed",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":failed": {"S": FAILED}},
    )
    for item in (deserialize(item) for answer in answers for item in answer["Items"]):
        yield Candidate(item["imageId"], item["key"])


def dead_letter_messages(stack: Stack) -> Iterator[Candidate]:
    """Yield what the dead letters are about, each once; they are hidden until they are removed or put back."""
    seen = set[str]()
    while messages := _receive(stack, seen):
        for message in messages:
            seen.add(message["MessageId"])
            yield _candidate(stack, message["MessageId"], message["Body"], message["ReceiptHandle"])


def _receive(stack: Stack, seen: set[str]) -> list[Any]:
    """Receive a few dead letters, and return those that have not been seen; none in the end."""
    answer = clients.sqs().receive_message(
        QueueUrl=stack.dead_letters, MaxNumberOfMessages=10, VisibilityTimeout=VISIBILITY_TIMEOUT, WaitTimeSeconds=1
    )
    return [message for message in answer.get("Messages", []) if message["MessageId"] not in seen]


def _candidate(stack: Stack, message_id: str, body: str, receipt: str) -> Candidate:
    try:
        image = upload_events.read_event(json.loads(body), stack.upload_bucket)
    except (ValueError, RecursionError):  # the latter of JSON without end in depth
        return Candidate(message_id, None, message_id, receipt)
    return Candidate(image["imageId"], image["key"], message_id, receipt)


def delete(stack: Stack, candidate: Candidate) -> None:
    """Delete the dead letter of candidate."""
    clients.sqs().delete_message(QueueUrl=stack.dead_letters, ReceiptHandle=candidate.receipt)


def release(stack: Stack, candidate: Candidate) -> None:
    """Let others see the dead letter of candidate again, unless they do already, as after HIDDEN seconds."""
    client = clients.sqs()
    with suppress(client.exceptions.MessageNotInflight):
        client.change_message_visibility(
            QueueUrl=stack.dead_letters, ReceiptHandle=candidate.receipt, VisibilityTimeout=0
        )


def messages_in_flight(stack: Stack) -> int:
    """Return about how many dead letters somebody is looking at, as a sweep does for two minutes, or this command."""
    answer = clients.sqs().get_queue_attributes(
        QueueUrl=stack.dead_letters, AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessagesNotVisible"])
