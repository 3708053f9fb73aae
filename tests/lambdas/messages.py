"""Messages about uploads as SQS delivers them, and the executions that the trigger starts."""

import json
from collections.abc import Callable
from typing import Any

from lambdas.domain.object_keys import upload_key
from lambdas.runtime.settings import SqsTriggerSettings
from lambdas.sqs_trigger import handler
from tests.fake_aws import events
from tests.fake_aws.account import OWNER
from tests.lambdas.account import CONTEXT, RETENTION_DAYS, TABLE
from workflow import contracts

EXAMPLE = contracts.schema("object-created")["examples"][0]
BUCKET = EXAMPLE["detail"]["bucket"]["name"]
IMAGE_IDS = [f"0b7f3c52-4a58-4d0e-9a41-6f2f6c1f7d{number}" for number in range(10, 13)]

Executions = Callable[[], dict[str, Any]]


def trigger_settings(machine: str) -> SqsTriggerSettings:
    """Return the trigger's environment for a state machine of that ARN and type."""
    return SqsTriggerSettings(
        metadata_table=TABLE,
        state_machine_arn=machine,
        workflow_type="STANDARD",
        record_retention_days=RETENTION_DAYS,
        upload_bucket=BUCKET,
    )


def image_ids(executions: Executions) -> set[str]:
    """Return the images that executions were started for."""
    return {pipeline_input["image"]["imageId"] for pipeline_input in executions().values()}


def object_created(
    image_id: str = IMAGE_IDS[0], version: str = "v1", bucket: str = BUCKET, key: str = ""
) -> dict[str, Any]:
    """Make the event of an upload."""
    return events.object_created(bucket, key or upload_key(OWNER, image_id), version)


def sqs_event(*bodies: object) -> dict[str, Any]:
    """Make the batch of messages that SQS hands over; what is text is taken as it is."""
    texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    return {
        "Records": [
            {"messageId": f"message-{n}", "body": text, "eventSource": "aws:sqs"} for n, text in enumerate(texts)
        ]
    }


def failed_message_ids(*bodies: object) -> list[str]:
    """Return the ids of the messages that go back to the queue."""
    failures = handler(sqs_event(*bodies), CONTEXT)["batchItemFailures"]
    return [failure["itemIdentifier"] for failure in failures]
