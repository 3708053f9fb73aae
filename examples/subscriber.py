"""Store the outcomes from the topic's notifications in a database: `python -m examples.subscriber`.

The queue that it makes is subscribed with a filter policy, so that SNS sends only what is asked for: by default REJECTED and FAILED.
"""

import argparse
import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from workflow import contracts
from workflow.contracts.errors import ContractViolation

CONTRACTS = {
    "SUCCEEDED": "success-notification",
    "REJECTED": "rejection-notification",
    "FAILED": "failure-notification",
    "DELETED": "deletion-notification",
}
TABLE = "CREATE TABLE IF NOT EXISTS outcomes (notificationId TEXT PRIMARY KEY, imageId, owner, status, reason, at)"
INSERT = "INSERT OR IGNORE INTO outcomes VALUES (:notificationId, :imageId, :owner, :status, :reason, :at)"
MAX_RECEIVES = 5  # then the message goes to the dead-letter queue
POLL_SECONDS = 20  # the longest poll that SQS allows


class UnknownMessageError(ValueError):
    """The message is not a notification of the topic."""


def subscribe(topic: str, name: str, filter_policy: dict[str, list[str]]) -> str:
    """Subscribe the queue called name to topic and return its URL; it is made, with a dead-letter queue, if need be.

    The filter looks at the notification's attributes: status, owner, and format where it is known. Safe to repeat with the same
    filter; SNS refuses another one for a queue that is subscribed already.
    """
    sqs: Any = boto3.client("sqs")
    dead = _queue(sqs, f"{name}-dead-letters", {})
    redrive = {"deadLetterTargetArn": _arn(sqs, dead), "maxReceiveCount": MAX_RECEIVES}
    queue = _queue(sqs, name, {"RedrivePolicy": json.dumps(redrive)})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": _from_topic(topic, _arn(sqs, queue))})
    attributes = {"RawMessageDelivery": "true", "FilterPolicy": json.dumps(filter_policy)}
    boto3.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=_arn(sqs, queue), Attributes=attributes, ReturnSubscriptionArn=True
    )
    return queue


def _queue(sqs: Any, name: str, attributes: dict[str, str]) -> str:
    return str(sqs.create_queue(QueueName=name, Attributes={"SqsManagedSseEnabled": "true", **attributes})["QueueUrl"])


def _arn(sqs: Any, queue: str) -> str:
    return str(sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])


def _from_topic(topic: str, queue: str) -> str:
    """Return the policy that lets topic, and nobody else, send to queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def read(body: str) -> dict[str, Any]:
    """Return the notification in a message's body; raises ContractViolation or ValueError if it is none."""
    notification = json.loads(body)
    status = notification.get("status") if isinstance(notification, dict) else None
    if status not in CONTRACTS:
        raise UnknownMessageError("the message has no status of a notification")
    contracts.check(CONTRACTS[status], notification)
    return dict(notification)


class Store:
    """The outcomes in a SQLite database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use connection, and make the table if it is not there."""
        self._connection = connection
        with connection:
            connection.execute(TABLE)

    def add(self, notification: dict[str, Any]) -> bool:
        """Keep the outcome and return True, or False if it is kept already: a notification may come twice.

        The key is notificationId, the execution's name: an image that is tried again has an outcome for each execution.
        """
        with self._connection:  # commits
            return self._connection.execute(INSERT, {"reason": None, **notification}).rowcount == 1


def receive(sqs: Any, queue: str, store: Store) -> None:
    """Keep what arrives within one long poll, and delete each message after that.

    A message that is no notification is not deleted: SQS delivers it again, and moves it to the dead-letter queue in the end.
    """
    answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=POLL_SECONDS)
    for message in answer.get("Messages", []):
        try:
            notification = read(message["Body"])
        except (ValueError, ContractViolation) as error:
            print(f"subscriber: message {message['MessageId']} is left: {error}", file=sys.stderr, flush=True)
            continue
        if store.add(notification):
            print(json.dumps(notification), flush=True)
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def _run(options: argparse.Namespace) -> None:
    """Subscribe, and receive until the program is interrupted."""
    wanted = {"status": options.status, **({"owner": options.owner} if options.owner else {})}
    queue = subscribe(options.topic, options.queue, wanted)
    print(json.dumps({"queue": queue, "filterPolicy": wanted}), flush=True)
    with closing(sqlite3.connect(options.database)) as connection:
        store, sqs = Store(connection), boto3.client("sqs")
        while True:
            receive(sqs, queue, store)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m examples.subscriber", description=__doc__)
    topic = os.environ.get("NOTIFICATION_TOPIC_ARN")
    parser.add_argument("--topic", default=topic, required=not topic, metavar="ARN", help="or NOTIFICATION_TOPIC_ARN")
    parser.add_argument("--queue", default="image-problems", metavar="NAME", help="its name (image-problems)")
    parser.add_argument(
        "--status", nargs="+", default=["REJECTED", "FAILED"], choices=CONTRACTS, help="outcomes to keep"
    )
    parser.add_argument("--owner", nargs="+", metavar="ID", help="users whose images count; everybody's if not given")
    parser.add_argument("--database", type=Path, default=Path("outcomes.db"), metavar="FILE", help="(outcomes.db)")
    try:
        _run(parser.parse_args(arguments))
    except (BotoCoreError, ClientError, sqlite3.Error) as error:
        print(f"subscriber: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("the queue stays subscribed: what arrives meanwhile is received next time", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
