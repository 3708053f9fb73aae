"""An emulated account, with short forms of what tests do in it."""

import io
import json
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from local.emulator.process import Emulator
from tests.patience import PATIENCE

_ROLE = "arn:aws:iam::000000000000:role/any"

PAUSE = 0.05  # seconds between two calls: each takes both processes some milliseconds

Seen = TypeVar("Seen")


def eventually(look: Callable[[], Seen]) -> Seen:
    """Call look until it returns something true, and return that."""
    deadline = time.monotonic() + PATIENCE
    while not (seen := look()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(PAUSE)
    return seen


class Account(Emulator):
    """An emulated account."""

    def deploy(self, name: str, source: str, timeout: int = 300) -> None:
        """Create a Lambda function of one module with a `handler`."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as code:
            code.writestr("module.py", source)
        self.client("lambda").create_function(
            FunctionName=name,
            Runtime=f"python3.{sys.version_info.minor}",
            Handler="module.handler",
            Role=_ROLE,
            Timeout=timeout,
            Code={"ZipFile": archive.getvalue()},
        )

    def invoke(self, name: str, **payload: object) -> Any:
        """Invoke a function and return its result."""
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(payload))
        return json.load(answer["Payload"])

    def execute(self, name: str, states: Mapping[str, object]) -> Any:
        """Run a state machine that starts at the first state, and return its output."""
        client = self.client("stepfunctions")
        definition = json.dumps({"StartAt": next(iter(states)), "States": states})
        machine = client.create_state_machine(name=name, definition=definition, roleArn=_ROLE)
        execution = client.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
        return json.loads(eventually(lambda: client.describe_execution(executionArn=execution).get("output")))

    def queue(self, name: str) -> str:
        """Create a queue to which everybody may send, and return its ARN."""
        arn = f"arn:aws:sqs:{self.region}:000000000000:{name}"
        allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        self.client("sqs").create_queue(QueueName=name, Attributes={"Policy": policy})
        return arn

    def send(self, queue: str, text: str) -> None:
        """Send a message to a queue."""
        self.client("sqs").send_message(QueueUrl=self._url(queue), MessageBody=text)

    def received(self, queue: str) -> list[dict[str, Any]]:
        """Wait for messages in a queue and return them."""
        return eventually(lambda: self.waiting(queue))

    def waiting(self, queue: str) -> list[dict[str, Any]]:
        """Return the messages that are in a queue now."""
        answer = self.client("sqs").receive_message(QueueUrl=self._url(queue), MessageAttributeNames=["All"])
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def is_empty(self, queue: str) -> bool:
        """Return whether a queue has no messages, visible or in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.client("sqs").get_queue_attributes(QueueUrl=self._url(queue), AttributeNames=names)
        return set(answer["Attributes"].values()) == {"0"}

    def _url(self, queue: str) -> str:
        return str(self.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"])
