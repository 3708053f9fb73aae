"""Dead-letter messages: the images that they are about. The sweep reads them, and leaves them in the queue for the alarm."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from lambdas.domain.upload_events import read_event
from lambdas.runtime import clients
from lambdas.runtime.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_sqs.type_defs import MessageTypeDef

    from lambdas.runtime.settings import SweepSettings
    from workflow.contracts.payloads import PipelineInputImage

VISIBILITY_TIMEOUT = 120  # seconds for which a dead-letter message is hidden from others; it is not deleted
MAX_MESSAGES = 1000  # dead-letter messages that one sweep reads


def dead_letter_images(settings: SweepSettings) -> Iterator[tuple[PipelineInputImage, datetime]]:
    """Yield the images that dead-letter messages are about, and when each message was sent first.

    Every message stays in the queue, for the alarm.
    """
    for body, sent in islice(receive_messages(settings.dead_letter_queue), MAX_MESSAGES):
        try:
            yield read_event(json.loads(body), settings.upload_bucket), sent
        except (ValueError, RecursionError):  # the latter for JSON that is nested too deep
            logger().warning("a dead-letter message is not about an upload")


def receive_messages(url: str) -> Iterator[tuple[str, datetime]]:
    """Yield the body of each message in the queue once, and when it was sent; the messages are hidden for a while.

    SQS keeps that time when it moves a message to the dead-letter queue.
    """
    while True:
        answer = clients.sqs().receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=VISIBILITY_TIMEOUT,
            WaitTimeSeconds=1,
            AttributeNames=["SentTimestamp"],
        )
        if not (messages := answer.get("Messages", [])):
            return
        yield from ((message["Body"], _sent_at(message)) for message in messages)


def _sent_at(message: MessageTypeDef) -> datetime:
    milliseconds = int(message["Attributes"]["SentTimestamp"])
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
