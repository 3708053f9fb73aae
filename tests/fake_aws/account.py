"""An account in moto: the patches that lead every client to it, and the resources of the functions."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import boto3
import pytest
from moto import mock_aws
from moto.backends import get_backend
from moto.core.config import DefaultConfig
from moto.core.models import DEFAULT_ACCOUNT_ID

from lambdas.domain import open_records
from lambdas.domain.image_list import INDEX, INDEXED
from lambdas.runtime import clients
from lambdas.runtime.telemetry import logger, tracer
from tests.fake_aws.session import shared_session

REGION: Final = "eu-central-1"
ACCOUNT: Final = "123456789012"  # moto's
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/pipeline"
OWNER: Final = "9d1c2a3e-77b0-4e63-8a0e-2f1f0c9b6a55"
UPLOAD_BUCKET, ARCHIVE_BUCKET = "uploads-of-a-test", "archive-of-a-test"
MOTO: Final[DefaultConfig] = {"core": {"reset_boto3_session": False}}  # the tests share one session
CACHED = (
    clients.s3,
    clients.s3_unsigned,
    clients.s3_address,
    clients.credentials,
    clients.dynamodb,
    clients.sns,
    clients.sqs,
    clients.stepfunctions,
    logger,
    tracer,
)
NO_WORK = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}

Payload = dict[str, Any]


def forget_clients() -> None:
    """Drop what functions keep from one call to the next."""
    for cached in CACHED:
        cached.cache_clear()


def use_session(patch: pytest.MonkeyPatch, region: str = REGION) -> None:
    """Make every client from the session that the tests share, and not from an account of this machine."""
    patch.setattr(boto3, "DEFAULT_SESSION", shared_session(region))
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        patch.delenv(name, raising=False)


@contextmanager
def fake_account(patch: pytest.MonkeyPatch, moto: DefaultConfig = MOTO) -> Iterator[None]:
    """Let every client use an empty account."""
    use_session(patch)
    forget_clients()
    with mock_aws(config=moto):
        yield
    forget_clients()


def usage_table(table: str) -> str:
    """Return the name of the table of usage beside the table of records."""
    return f"{table}-usage"


def create_storage(table: str) -> None:
    """Create both buckets, with versions, and both tables; past the API, which takes 10 ms a test."""
    s3, dynamodb = get_backend("s3")[DEFAULT_ACCOUNT_ID], get_backend("dynamodb")[DEFAULT_ACCOUNT_ID]
    for bucket in (UPLOAD_BUCKET, ARCHIVE_BUCKET):
        s3["aws"].create_bucket(bucket, REGION)
        s3["aws"].put_bucket_versioning(bucket, "Enabled")
    _create_table(dynamodb[REGION], usage_table(table), "owner", [], [])
    further = ["owner", "createdAt", *open_records.KEYS]
    _create_table(dynamodb[REGION], table, "imageId", further, [_index(*one) for one in INDEXES])


# The indexes of the records, each with its keys and the attributes that it holds besides.
INDEXES: Final = (
    (INDEX, ("owner", "createdAt"), {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(INDEXED)}),
    (open_records.INDEX, open_records.KEYS, {"ProjectionType": "KEYS_ONLY"}),
)


def _index(name: str, keys: tuple[str, ...], projection: dict[str, Any]) -> dict[str, Any]:
    schema = [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=True)]
    return {"IndexName": name, "KeySchema": schema, "Projection": projection}


def _create_table(service: Any, name: str, key: str, further: list[str], indexes: list[dict[str, Any]]) -> None:
    service.create_table(
        name,
        schema=[{"AttributeName": key, "KeyType": "HASH"}],
        attr=[{"AttributeName": one, "AttributeType": "S"} for one in (key, *further)],
        global_indexes=indexes,
        billing_mode="PAY_PER_REQUEST",
        throughput=None,
        indexes=None,
        streams=None,
        sse_specification=None,
        tags=[],
        deletion_protection_enabled=False,
        warm_throughput=None,
    )


def create_state_machine(name: str, definition: Payload = NO_WORK) -> str:
    """Create a state machine and return its ARN."""
    created = boto3.client("stepfunctions").create_state_machine(
        name=name, definition=json.dumps(definition), roleArn=ROLE
    )
    return created["stateMachineArn"]


class Subscriber:
    """A topic, and a queue that gets what it publishes."""

    def __init__(self) -> None:
        """Create both."""
        self._sqs, sns = boto3.client("sqs"), boto3.client("sns")
        self.topic = sns.create_topic(Name="notifications")["TopicArn"]
        self._queue = self._sqs.create_queue(QueueName="subscriber")["QueueUrl"]
        endpoint = f"arn:aws:sqs:{REGION}:{ACCOUNT}:subscriber"
        sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=endpoint, Attributes={"RawMessageDelivery": "true"})

    def receive(self) -> list[tuple[Payload, dict[str, str]]]:
        """Return message and attributes of each notification since the last call."""
        answer = self._sqs.receive_message(
            QueueUrl=self._queue, MaxNumberOfMessages=10, MessageAttributeNames=["All"], WaitTimeSeconds=0
        )
        messages = answer.get("Messages", [])
        for one in messages:
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=one["ReceiptHandle"])
        return [(json.loads(one["Body"]), _attributes(one)) for one in messages]


def _attributes(message: Any) -> dict[str, str]:
    return {name: value["StringValue"] for name, value in message.get("MessageAttributes", {}).items()}
