"""The whole stack on this machine: the emulator, the deployed template, a user, and a queue for notifications.

What a deployment needs is imported when the emulator has been started, which takes as long.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from local.emulator.exhaustion import explaining_exhaustion
from local.emulator.memory import give_back_memory
from local.emulator.process import Emulator, emulator
from local.emulator.slots import processors
from local.template_cache import cached_template
from operations.users import Users, generate_password

if TYPE_CHECKING:
    from operations.cloudformation.deploy import Options

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
    options = cache(partial(_options, {**_CONCURRENCY, **parameters}))
    with emulator(enforce=enforce, meanwhile=partial(_prepare, options)) as running:
        outputs = _deploy(running, options())
        user = _add_user(running, outputs)
        yield LocalStack(running, outputs, user, _subscribe(running, outputs["NotificationTopicArn"]))


def _options(parameters: dict[str, str]) -> "Options":
    """Return how to deploy: the template and each zip are made once, when they are asked for."""
    from local import layers
    from operations.cloudformation.deploy import Options

    return Options(parameters=parameters, packager=layers.packager(), template=cache(cached_template))


def _prepare(options: "Callable[[], Options]", starting: Emulator) -> None:
    """Make the template, the zips and the clients of a deployment, while the emulator starts."""
    with suppress(Exception):  # the deployment makes again what could not be made, and reports the error
        options().template()
        _write_zips(options(), _build_folder(starting))
        for service in ("s3", "cloudformation"):
            starting.client(service)


def _write_zips(options: "Options", folder: Path) -> None:
    from operations.cloudformation.deploy import FORMATS
    from templates.packaging import needed_layers

    options.packager.write_code(folder)
    for layer in needed_layers(options.parameters.get(FORMATS, "")):
        options.packager.write_layer(layer, folder)


def _build_folder(of: Emulator) -> Path:
    assert of.folder  # noqa: S101 - of every emulator that was started
    return of.folder / "build"


def _deploy(running: Emulator, options: "Options") -> dict[str, str]:
    from operations.cloudformation.deploy import deploy
    from operations.cloudformation.target import Target

    target = Target(running.client, ARTIFACTS, poll_seconds=0.1)
    target.s3.create_bucket(Bucket=ARTIFACTS)
    with explaining_exhaustion():
        outputs = deploy(target, STACK, _build_folder(running), options)
        shutil.rmtree(_build_folder(running))  # 65 MB that nobody needs any more
    give_back_memory()  # what the template, the zips and the upload took
    return outputs


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
