"""What becomes of a picture whose execution is aborted, on this machine as on AWS: Step Functions tells, and it is settled."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.client import Client
from local.process import read_record
from local.stack import LocalStack, local_stack
from tests.local.account import eventually
from tests.local.behind import configure
from workflow import contracts

pytestmark = pytest.mark.heavy

PHOTOGRAPH = Path("local/photographs/rocket.jpg")


@pytest.fixture
def stuck(stack: LocalStack) -> Iterator[str]:
    """Upload a photograph whose metadata cannot be extracted, and give its execution's ARN while that is tried again."""
    before = configure(stack, "MetadataFunction", MAX_EDGE="none")
    image_id = Client(stack.upload_url_endpoint, stack.token, stack.emulator.http()).upload(PHOTOGRAPH)
    yield eventually(lambda: _failing(stack, image_id))
    configure(stack, "MetadataFunction", **before)


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """Run the stack."""
    with local_stack() as running:
        yield running


def _failing(stack: LocalStack, image_id: str) -> str:
    """Return the ARN of an image's execution once a task of it has failed; nothing before."""
    client, machine = stack.emulator.client("stepfunctions"), stack.outputs["ProcessingPipelineArn"]
    for execution in client.list_executions(stateMachineArn=machine)["executions"]:
        events = client.get_execution_history(executionArn=execution["executionArn"])["events"]
        if execution["name"].startswith(image_id) and any(event["type"] == "TaskFailed" for event in events):
            return str(execution["executionArn"])
    return ""


def _told(stack: LocalStack, image_id: str) -> dict[str, Any]:
    """Return the notification about an image, once there is one; others are passed over."""
    messages = stack.emulator.client("sqs").receive_message(QueueUrl=stack.notifications_url, MaxNumberOfMessages=10)
    found = [json.loads(message["Body"]) for message in messages.get("Messages", [])]
    return next((one for one in found if one["imageId"] == image_id), {})


def _noted(stack: LocalStack, image_id: str) -> dict[str, Any]:
    """Return the record of an image once it says that its end was told; nothing before."""
    found = read_record(stack, image_id)
    return found if "notifiedAt" in found else {}


def test_aborted_execution_is_settled(stack: LocalStack, stuck: str) -> None:
    """The record says FAILED, in which state and why, and subscribers are told the same, though no state could do so."""
    name = stuck.rpartition(":")[2]
    image_id = name[:36]
    stack.emulator.client("stepfunctions").stop_execution(executionArn=stuck)
    told = eventually(lambda: _told(stack, image_id))
    contracts.check("failure-notification", told)
    record = eventually(lambda: _noted(stack, image_id))
    contracts.check("metadata-record", record)
    assert (told["notificationId"], told["failedIn"], told["reason"]) == (name, "ExtractMetadata", "Aborted")
    assert [record[fact] for fact in ("execution", "status", "failedIn")] == [name, "FAILED", "ExtractMetadata"]
