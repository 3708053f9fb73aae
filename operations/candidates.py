"""What there is to try again: pictures that failed, and those whose messages are dead letters."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from lambdas import clients, sqs_trigger
from lambdas.items import plain
from lambdas.record import FAILED
from operations.stack import Stack

HIDDEN = 60  # seconds for which a dead letter is kept from others while it is redriven


@dataclass(frozen=True)
class Candidate:
    """An upload by its key, or nothing that is one, and the dead letter that is about it, if so."""

    name: str  # the image id, or the dead letter's message id
    key: str | None
    receipt: str = ""  # by which the dead letter is deleted


def failed(stack: Stack) -> Iterator[Candidate]:
    """Yield the pictures whose records say FAILED."""
    pages = clients.dynamodb().get_paginator("scan")
    answers = pages.paginate(
        TableName=stack.starting.metadata_table,
        FilterExpression="#status = :failed",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":failed": {"S": FAILED}},
    )
    for item in (plain(item) for answer in answers for item in answer["Items"]):
        yield Candidate(item["imageId"], item["key"])


def dead(stack: Stack) -> Iterator[Candidate]:
    """Yield what the dead letters are about; they stay where they are, hidden for a moment."""
    while True:
        answer = clients.sqs().receive_message(
            QueueUrl=stack.dead_letters, MaxNumberOfMessages=10, VisibilityTimeout=HIDDEN, WaitTimeSeconds=1
        )
        if not (messages := answer.get("Messages", [])):
            return
        for message in messages:
            yield _letter(stack, message["MessageId"], message["Body"], message["ReceiptHandle"])


def _letter(stack: Stack, message_id: str, body: str, receipt: str) -> Candidate:
    try:
        image = sqs_trigger.read_event(json.loads(body), stack.upload_bucket)
    except ValueError:
        return Candidate(message_id, None, receipt)
    return Candidate(image["imageId"], image["key"], receipt)


def remove(stack: Stack, candidate: Candidate) -> None:
    """Delete the dead letter of candidate."""
    clients.sqs().delete_message(QueueUrl=stack.dead_letters, ReceiptHandle=candidate.receipt)
