"""The notifications of a stack on this machine, received by one thread for all that wait for them."""

import json
import threading
from typing import Any

from local.stack import LocalStack

RECEIVE_SECONDS = 20  # of a long poll, the most that SQS allows
MESSAGES = 10  # the same
RETRIES = {"event_name": "needs-retry.sqs", "unique_id": "retry-config-sqs"}  # what botocore retries calls by


class Notifications:
    """What arrives on the queue that is subscribed to the stack's topic."""

    def __init__(self, stack: LocalStack) -> None:
        """Receive nothing yet."""
        self._sqs, self._queue = stack.emulator.client("sqs"), stack.notifications_url
        self._arrived: dict[str, dict[str, Any]] = {}
        self._changed, self._stopped = threading.Condition(), threading.Event()

    def receive(self) -> None:
        """Receive notifications until stop is called."""
        sqs, queue = self._sqs, self._queue
        while not self._stopped.is_set():
            answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=MESSAGES, WaitTimeSeconds=RECEIVE_SECONDS)
            messages = answer.get("Messages", [])
            if self._stopped.is_set():
                for message in messages:  # for whoever receives next
                    sqs.change_message_visibility(
                        QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
                    )
                return
            self._add([json.loads(message["Body"]) for message in messages])
            for message in messages:
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    def stop(self) -> None:
        """Let receive return, after its last poll; what that receives stays on the queue.

        The emulator may end before that poll, which is then not tried again.
        """
        self._stopped.set()
        self._sqs.meta.events.unregister(**RETRIES)

    def wait(self, image_id: str) -> dict[str, Any]:
        """Wait for the notification about an image, and return it."""
        with self._changed:
            self._changed.wait_for(lambda: image_id in self._arrived)
            return self._arrived[image_id]

    def _add(self, notifications: list[dict[str, Any]]) -> None:
        with self._changed:
            self._arrived |= {notification["imageId"]: notification for notification in notifications}
            self._changed.notify_all()
