"""The account in moto that all schedules of a process share; it is emptied before each."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lambdas.runtime import clients
from tests.fake_aws import interpreter_cache, stores
from tests.fake_aws.account import ACCOUNT, REGION, create_storage, fake_account
from tests.fake_aws.interpreter import MOTO, deploy
from tests.fake_aws.resources import ENVIRONMENT, TABLE, TOPIC, UPLOADS
from workflow.contracts.durations import DEAD_LETTER_RETENTION
from workflow.steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

STALLED_AFTER = 3600  # seconds
QUIET = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "chaos",
}


class Account:
    """The resources of the pipeline, and their contents."""

    def __init__(self) -> None:
        """Create them."""
        create_storage(TABLE)
        clients.sns().create_topic(Name=TOPIC.rpartition(":")[2])
        self.dead_letters = clients.sqs().create_queue(
            QueueName="dead-letters", Attributes={"MessageRetentionPeriod": str(DEAD_LETTER_RETENTION)}
        )["QueueUrl"]
        functions = {step.function: f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{step.function}" for step in STEPS}
        self.machine = deploy({"Partition": "aws", "MetadataTable": TABLE, "NotificationTopic": TOPIC, **functions})

    def environment(self, workflow_type: str) -> dict[str, str]:
        """Return the variables of all functions."""
        return {
            **ENVIRONMENT,
            "UPLOAD_BUCKET": UPLOADS,
            "STATE_MACHINE_ARN": self.machine,
            "WORKFLOW_TYPE": workflow_type,
            "NOTIFICATION_TOPIC": TOPIC,
            "DEAD_LETTER_QUEUE": self.dead_letters,
            "STALLED_AFTER_SECONDS": str(STALLED_AFTER),
        }

    def records(self) -> dict[str, dict[str, Any]]:
        """Return all items of the table, by image id, as DynamoDB has them."""
        items = stores.backend("dynamodb").tables[TABLE].items
        return {key.value: item.to_json()["Attributes"] for key, item in items.items()}

    def dead_letter_bodies(self) -> list[str]:
        """Return the bodies of the dead-letter messages."""
        return [message.body for message in stores.backend("sqs").queues["dead-letters"]._messages]  # noqa: SLF001 - receiving would hide them

    def keys(self, bucket: str) -> list[str]:
        """Return the keys of the objects in a bucket."""
        return [key.name for key in stores.backend("s3", "aws").buckets[bucket].keys.values() if hasattr(key, "size")]


@contextmanager
def open_account(patch: pytest.MonkeyPatch) -> Iterator[Account]:
    """Give the account, and lead every client to it."""
    for name, value in QUIET.items():
        patch.setenv(name, value)
    interpreter_cache.install(patch)  # before the machine is made, which parses it
    with fake_account(patch, MOTO):
        yield Account()
