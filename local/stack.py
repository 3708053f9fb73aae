"""The whole stack on this machine: the emulator, the deployed template, a user, and a queue for notifications.

What a deployment needs is imported when the emulator has been started, which takes as long.
"""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from local.emulator.exhaustion import explaining_exhaustion
from local.emulator.process import Emulator, emulator
from local.emulator.slots import processors
from operations.users import Users, generate_password

STACK = "quantum-image-processor"
ARTIFACTS = "artifacts"  # bucket
EMAIL = "uploader@example.com"
# Images that are processed at the same time: enough of them that no processor waits while an image is between two steps.
_CONCURRENCY = {"MaxConcurrency": str(2 * max(2, processors()))}


@dataclass(frozen=True)
class User:
    """A user of the user pool, who may upload."""

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class LocalStack:
    """The deployed stack: its emulator, its outputs, its test user, and the queue that is subscribed to its topic."""

    emulator: Emulator
    outputs: dict[str, str]
    user: User
    notifications_url: str

    @property
    def upload_url_endpoint(self) -> str:
        """The URL of GET /upload-url."""
        from operations.stack import upload_url_endpoint

        return upload_url_endpoint(self.outputs, self.emulator.endpoint)

    def api_url(self, path: str) -> str:
        """Return the URL of a path of the API, such as images/{imageId}, or of the API if it is empty."""
        return f"{self.upload_url_endpoint.rpartition('/')[0]}/{path}".rstrip("/")

    @cached_property
    def token(self) -> str:
        """The ID token of the test user, who signs in at the first use."""
        return self.sign_in()["IdToken"]

    def sign_in(self) -> dict[str, str]:
        """Return the tokens of the test user, by their names in Cognito."""
        answer: dict[str, Any] = self.emulator.client("cognito-idp").initiate_auth(
            ClientId=self.outputs["UserPoolClientId"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": self.user.email, "PASSWORD": self.user.password},
        )
        return {name: value for name, value in answer["AuthenticationResult"].items() if name.endswith("Token")}


@contextmanager
def local_stack(*, enforce: bool = False, parameters: Mapping[str, str] = MappingProxyType({})) -> Iterator[LocalStack]:
    """Run the stack within the block, and leave nothing behind.

    enforce checks permissions as AWS does; parameters are those of the template. Raises OperationError.
    """
    template = cache(_render)
    with emulator(enforce=enforce, meanwhile=lambda: _prepare(template)) as running:
        outputs = _deploy(running, template, {**_CONCURRENCY, **parameters})
        user = _add_user(running, outputs)
        yield LocalStack(running, outputs, user, _subscribe(running, outputs["NotificationTopicArn"]))


def _prepare(template: Callable[[], str]) -> None:
    """Make the template, while the emulator starts."""
    from templates.refusals.check import TemplateRefusedError

    with suppress(TemplateRefusedError):  # reported by the deployment
        template()


def _render() -> str:
    from operations.cloudformation.deploy import Options

    return Options().template()


def _deploy(running: Emulator, template: Callable[[], str], parameters: dict[str, str]) -> dict[str, str]:
    from local import layers
    from operations.cloudformation.deploy import Options, deploy
    from operations.cloudformation.target import Target

    options = Options(parameters=parameters, packager=layers.packager(), template=template)
    target = Target(running.client, ARTIFACTS, poll_seconds=0.1)
    target.s3.create_bucket(Bucket=ARTIFACTS)
    with explaining_exhaustion(), tempfile.TemporaryDirectory(prefix="build-", dir=running.folder) as folder:
        return deploy(target, STACK, Path(folder), options)


def _add_user(running: Emulator, outputs: dict[str, str]) -> User:
    """Add a user as `operations add-user --generate` does."""
    user = User(EMAIL, generate_password())
    cognito = running.client("cognito-idp")
    Users(cognito, outputs["UserPoolId"], outputs["UserPoolClientId"]).add(user.email, user.password)
    return user


def _subscribe(running: Emulator, topic: str) -> str:
    """Create a queue, subscribe it to the topic, and return its URL."""
    sqs: Any = running.client("sqs")
    url = str(sqs.create_queue(QueueName="notifications")["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": _from_topic(topic, arn)})
    running.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}
    )
    return url


def _from_topic(topic: str, queue: str) -> str:
    """Return the policy that allows the topic to send to the queue."""
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})
