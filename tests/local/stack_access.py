"""Access to the parts of a running stack that clients cannot reach."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from local.client import Client, UploadFailedError
from local.console import instructions
from local.process import read_record
from local.stack import STACK, LocalStack
from tests.fake_aws.events import object_created
from tests.local.account import eventually


def physical_id(stack: LocalStack, logical_id: str) -> str:
    """Return the physical ID of a resource of the template."""
    found = stack.emulator.client("cloudformation").describe_stack_resource(
        StackName=STACK, LogicalResourceId=logical_id
    )
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def configure(stack: LocalStack, logical_id: str, **variables: str) -> dict[str, str]:
    """Change environment variables of a function, and return their values before."""
    client, function = stack.emulator.client("lambda"), physical_id(stack, logical_id)
    before = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    client.update_function_configuration(FunctionName=function, Environment={"Variables": before | variables})
    return {name: before[name] for name in variables}


def scale_waits(stack: LocalStack, scale: float) -> None:
    """Multiply the times that Step Functions waits by scale."""
    config = {"stepfunctions._SFN_WAIT_SCALE": scale}
    answer = stack.emulator.http().request("POST", f"{stack.emulator.endpoint}/_ministack/config", json=config)
    assert answer.json()["applied"] == config


def run_operations(stack: LocalStack, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `python -m operations` for a stack, and return the completed process."""
    command = [sys.executable, "-m", "operations", "--stack", STACK, *arguments]
    return subprocess.run(command, env=cli_environment(stack), capture_output=True, text=True, check=False)


def cli_environment(stack: LocalStack) -> dict[str, str]:
    """Return this process's environment, with the AWS variables that `python -m local up` prints instead of its own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return own | exported_variables(instructions(stack).splitlines())


def exported_variables(lines: Iterable[str]) -> dict[str, str]:
    """Return the variables that `export` lines set."""
    pairs = (pair for line in lines if line.startswith("export ") for pair in line.split()[1:])
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}


def invoke(stack: LocalStack, logical_id: str, payload: dict[str, Any]) -> Any:
    """Invoke a function and return its result."""
    answer = stack.emulator.client("lambda").invoke(
        FunctionName=physical_id(stack, logical_id), Payload=json.dumps(payload)
    )
    return json.loads(answer["Payload"].read())


def invoke_trigger(stack: LocalStack, events: list[dict[str, Any]]) -> Any:
    """Invoke the trigger with a batch of events, and return its result."""
    records = [
        {"messageId": str(number), "eventSource": "aws:sqs", "body": json.dumps(event)}
        for number, event in enumerate(events)
    ]
    return invoke(stack, "SqsTriggerFunction", {"Records": records})


class NotStartedError(Exception):
    """The trigger did not start the pipeline."""


def reaches_status(stack: LocalStack, file: Path, status: str) -> bool:
    """Return whether a file reaches a status in the pipeline, and nothing stays staged."""
    try:
        execution = run_pipeline(stack, file)
    except (UploadFailedError, NotStartedError):
        return False
    return execution["status"] == "SUCCEEDED" and _status(stack, execution) == status and not _staged(stack, execution)


def run_pipeline(stack: LocalStack, file: Path) -> dict[str, Any]:
    """Upload a file, pass its event to the trigger, and return the execution when it is over.

    The event reaches the queue as well; the second one starts nothing.
    """
    image_id = Client(stack.upload_url_endpoint, stack.token, stack.emulator.http()).upload(file)
    if invoke_trigger(stack, [_event(stack, image_id)]) != {"batchItemFailures": []}:
        raise NotStartedError
    return eventually(lambda: _finished_execution(stack, image_id))


def _event(stack: LocalStack, image_id: str) -> dict[str, Any]:
    bucket = stack.outputs["UploadBucketName"]
    versions = stack.emulator.client("s3").list_object_versions(Bucket=bucket, Prefix="uploads/")["Versions"]
    (found,) = (version for version in versions if version["Key"].endswith(image_id))
    return object_created(bucket, found["Key"], found["VersionId"], at=f"{found['LastModified']:%Y-%m-%dT%H:%M:%SZ}")


def _finished_execution(stack: LocalStack, image_id: str) -> dict[str, Any]:
    """Return an image's execution if it is over, else nothing."""
    client = stack.emulator.client("stepfunctions")
    machine = stack.outputs["ProcessingPipelineArn"]
    for execution in client.list_executions(stateMachineArn=machine, maxResults=1000)["executions"]:
        if execution["name"].startswith(image_id) and execution["status"] != "RUNNING":
            return dict(client.describe_execution(executionArn=execution["executionArn"]))
    return {}


def _status(stack: LocalStack, execution: dict[str, Any]) -> str:
    image_id = json.loads(execution["input"])["image"]["imageId"]
    return str(read_record(stack, image_id)["status"])


def _staged(stack: LocalStack, execution: dict[str, Any]) -> bool:
    bucket, prefix = stack.outputs["UploadBucketName"], f"staged/{execution['name']}/"
    return "Contents" in stack.emulator.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)


def is_polled(stack: LocalStack) -> bool:
    """Send a message to the queue, and return whether it is received."""
    url = stack.outputs["ProcessingQueueUrl"]
    stack.emulator.client("sqs").send_message(QueueUrl=url, MessageBody="no event")
    eventually(lambda: _waiting(stack) == 0 or cannot_poll(stack))
    return not cannot_poll(stack)


def _waiting(stack: LocalStack) -> int:
    name = "ApproximateNumberOfMessages"
    url = stack.outputs["ProcessingQueueUrl"]
    answer = stack.emulator.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return int(answer["Attributes"][name])


def cannot_poll(stack: LocalStack) -> bool:
    """Return whether the event source mapping reports that it may not read the queue."""
    mapping = physical_id(stack, "ProcessingQueueMapping")
    found = stack.emulator.client("lambda").get_event_source_mapping(UUID=mapping)
    return str(found["LastProcessingResult"]).startswith("PROBLEM")
