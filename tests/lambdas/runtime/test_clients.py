"""The clients of AWS: a service that does not answer is asked again, and given up, while the function still runs."""

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import boto3
import pytest
import urllib3.util.connection
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from botocore.retries.standard import ExponentialBackoff
from urllib3.connection import HTTPConnection

from lambdas.runtime import clients
from tests.fake_aws.account import REGION
from tests.templates.emitted import FUNCTIONS, properties

SHORTEST = min(properties(name)["Timeout"] for name in FUNCTIONS)  # seconds

CALLS: dict[str, Callable[[], object]] = {
    "s3": lambda: clients.s3().head_bucket(Bucket="uploads"),
    "dynamodb": lambda: clients.dynamodb().get_item(TableName="records", Key={"imageId": {"S": "1"}}),
    "sns": lambda: clients.sns().publish(TopicArn=f"arn:aws:sns:{REGION}:123456789012:topic", Message="{}"),
    "sqs": lambda: clients.sqs().receive_message(QueueUrl=f"https://sqs.{REGION}.amazonaws.com/123456789012/queue"),
    "stepfunctions": lambda: clients.stepfunctions().start_execution(
        stateMachineArn=f"arn:aws:states:{REGION}:123456789012:stateMachine:pipeline"
    ),
}
each_service = pytest.mark.parametrize("service", CALLS)


class Waiting:
    """The time that a call waits, without waiting it."""

    def __init__(self) -> None:
        """Begin with the call."""
        self.seconds = 0.0
        self.sent: list[float] = []  # when each request began, in seconds after the call

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds

    def time_out(self, seconds: float) -> NoReturn:
        """Wait as long as a socket does, and fail as it does."""
        self.sent.append(self.seconds)
        self.wait(seconds)
        raise TimeoutError("timed out")


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Waiting]:
    """Give the time that calls wait, with the longest pauses between requests, and a server that never answers."""
    made = Waiting()
    defaults = ExponentialBackoff.__init__.__defaults__ or ()
    longest = tuple((lambda: 1.0) if callable(default) else default for default in defaults)  # for random.random
    monkeypatch.setattr(ExponentialBackoff.__init__, "__defaults__", longest)
    monkeypatch.setattr(time, "sleep", made.wait)  # of the SDK, which waits nowhere else
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.getsockname()[1]}")
        yield made


def seconds_of(connection: Any) -> float:
    """Return how long the SDK lets a connection wait for an answer."""
    return float(connection.timeout)


@pytest.mark.share(2)
@each_service
def test_a_service_that_does_not_answer_is_given_up_in_time(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    """A service that accepts requests and never answers is asked again, and given up before Lambda ends the function."""
    monkeypatch.setattr(HTTPConnection, "getresponse", lambda connection: waiting.time_out(seconds_of(connection)))
    with pytest.raises(ReadTimeoutError):
        CALLS[service]()
    assert len(waiting.sent) > 1
    assert waiting.seconds < SHORTEST


@pytest.mark.share(2)
@each_service
def test_a_service_that_cannot_be_reached_is_given_up_in_time(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    """If no connection is made, the call is repeated, and its own error is logged before Lambda ends the function."""

    def connect(_: object, timeout: float, **__: object) -> NoReturn:
        waiting.time_out(timeout)

    monkeypatch.setattr(urllib3.util.connection, "create_connection", connect)
    with pytest.raises(ConnectTimeoutError):
        CALLS[service]()
    assert len(waiting.sent) > 1
    assert waiting.seconds < SHORTEST
