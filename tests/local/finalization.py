"""How a test leaves pictures without an end on a running stack, and sees whether they are brought to one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from lambdas.domain import executions, object_keys
from lambdas.domain.attribute_values import deserialize, serialize
from lambdas.runtime.clock import timestamp
from local.stack import LocalStack
from tests.local.account import eventually
from tests.local.stack_access import configure, invoke, invoke_trigger, object_created, physical_id
from tests.local.stack_contents import NotificationListener
from tests.pictures import encoded, quadrants
from workflow import contracts
from workflow.contracts.payloads import PipelineInputImage

OWNER = "owner"  # of what is uploaded here


@contextmanager
def without_rules(stack: LocalStack) -> Iterator[None]:
    """Let nobody hear of uploads and of how executions end, for a while."""
    events, rules = (
        stack.emulator.client("events"),
        [physical_id(stack, name) for name in ("UploadRule", "FinalizeRule")],
    )
    for rule in rules:
        events.disable_rule(Name=rule)
    try:
        yield
    finally:
        for rule in rules:
            events.enable_rule(Name=rule)


def upload_image(stack: LocalStack, image_id: str) -> PipelineInputImage:
    """Upload a picture under an id, and return what the pipeline starts with."""
    bucket, key = stack.outputs["UploadBucketName"], object_keys.upload_key(OWNER, image_id)
    put = stack.emulator.client("s3").put_object(Bucket=bucket, Key=key, Body=encoded(quadrants(), "JPEG"))
    return {
        "imageId": image_id,
        "owner": OWNER,
        "bucket": bucket,
        "key": key,
        "versionId": put["VersionId"],
        "attempt": 1,
        "size": 1,
        "uploadedAt": timestamp(),
    }


def read_item(stack: LocalStack, image: PipelineInputImage) -> dict[str, Any]:
    """Return the picture's record; empty if there is none."""
    key = {"imageId": {"S": image["imageId"]}}
    answer = stack.emulator.client("dynamodb").get_item(TableName=stack.outputs["MetadataTableName"], Key=key)
    return deserialize(answer.get("Item", {}))


def notified_record(stack: LocalStack, image: PipelineInputImage) -> dict[str, Any]:
    """Return the picture's record once it has an end that was told, for the version of image; nothing before."""
    found = read_item(stack, image)
    return found if found.get("versionId") == image["versionId"] and "notifiedAt" in found else {}


def await_notification(stack: LocalStack, image: PipelineInputImage) -> dict[str, Any]:
    """Return the notification about the picture, once there is one; those about others are passed over."""
    ears = NotificationListener(stack)
    return eventually(lambda: _heard(ears, image))


def _heard(ears: NotificationListener, image: PipelineInputImage) -> dict[str, Any]:
    ears.listen()
    return next((one for one in ears.heard if one["imageId"] == image["imageId"]), {})


def upload_newer_version(stack: LocalStack) -> PipelineInputImage:
    """Upload a picture twice, and return the newer version, where the record is the older one's."""
    older = upload_image(stack, str(uuid4()))
    _begin(stack, older)
    return upload_image(stack, older["imageId"])


def upload_event(image: PipelineInputImage) -> dict[str, Any]:
    """Return the event of image's upload."""
    return object_created(image["bucket"], image["key"], image["versionId"], image["uploadedAt"])


def finishes_newer_version(stack: LocalStack) -> bool:
    """Tell whether a newer version of a picture gets its own end, where the record is an older version's."""
    with without_rules(stack):
        image = upload_newer_version(stack)
    invoke_trigger(stack, [upload_event(image)])
    status = eventually(lambda: _status(stack, image))
    return status == "SUCCEEDED" and notified_record(stack, image).get("status") == "SUCCEEDED"


def _status(stack: LocalStack, image: PipelineInputImage) -> str:
    """Return how the execution for image ended; nothing before."""
    client, arn = stack.emulator.client("stepfunctions"), executions.arn(image, stack.outputs["ProcessingPipelineArn"])
    status = str(client.describe_execution(executionArn=arn)["status"])
    return "" if status == "RUNNING" else status


def finalizes_aborted(stack: LocalStack) -> bool:
    """Tell whether an aborted execution's picture gets its end, where the record is an older version's."""
    with without_rules(stack):
        image = upload_newer_version(stack)
        event = abort_execution(stack, image)
        answer = invoke(stack, "FinalizeFunction", event)
    return answer is None and notified_record(stack, image).get("reason") == "Aborted" and not _left(stack, image)


def sweep_finishes_all(stack: LocalStack) -> bool:
    """Tell whether three pictures get their ends: one nobody heard of, a dead letter's, and one that was aborted."""
    _forget(stack)
    with without_rules(stack):
        lost, letter, broken = (upload_image(stack, str(uuid4())) for _ in range(3))
        queue = stack.outputs["DeadLetterQueueUrl"]
        stack.emulator.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(upload_event(letter)))
        _begin(stack, broken)
        abort_execution(stack, broken)
        answer = invoke(stack, "SweepFunction", {})
    if "errorType" in answer or _left(stack, broken):
        return False
    found = [notified_record(stack, image).get("reason") for image in (letter, broken)]
    return (
        found == ["DeadLetter", "Aborted"] and eventually(lambda: notified_record(stack, lost))["status"] == "SUCCEEDED"
    )


@contextmanager
def failing_metadata(stack: LocalStack, image: PipelineInputImage) -> Iterator[str]:
    """Start the pipeline for image, whose metadata cannot be extracted; give its execution, which waits to try again."""
    client, arn = stack.emulator.client("stepfunctions"), executions.arn(image, stack.outputs["ProcessingPipelineArn"])
    before = configure(stack, "MetadataFunction", MAX_EDGE="none")
    try:
        invoke_trigger(stack, [upload_event(image)])
        eventually(lambda: client.get_execution_history(executionArn=arn)["events"][-1]["type"] == "TaskFailed")
        yield arn
    finally:
        configure(stack, "MetadataFunction", **before)


def abort_execution(stack: LocalStack, image: PipelineInputImage) -> dict[str, Any]:
    """Start the execution for image and abort it, with something left behind; return the event that tells of it."""
    client, machine = stack.emulator.client("stepfunctions"), stack.outputs["ProcessingPipelineArn"]
    text, name = json.dumps({"image": image}), executions.name(image)
    arn = client.start_execution(stateMachineArn=machine, name=name, input=text)["executionArn"]
    client.stop_execution(executionArn=arn)
    for bucket, folder in _folders(stack, image):
        stack.emulator.client("s3").put_object(Bucket=bucket, Key=f"{folder}resized.jpg", Body=b"")
    event: dict[str, Any] = contracts.schema("execution-ended")["examples"][0]
    detail = {**event["detail"], "executionArn": arn, "name": name, "status": "ABORTED", "input": text}
    return {**event, "detail": detail}


def _begin(stack: LocalStack, image: PipelineInputImage) -> None:
    """Make the record of image as the first step does."""
    facts = {name: dict(image)[name] for name in ("imageId", "owner", "bucket", "key", "versionId", "attempt")}
    begun = {"execution": executions.name(image), "status": "PROCESSING", "steps": {}}
    times = {"createdAt": timestamp(), "updatedAt": timestamp()}
    table = stack.outputs["MetadataTableName"]
    stack.emulator.client("dynamodb").put_item(TableName=table, Item=serialize({**facts, **begun, **times}))


def _folders(stack: LocalStack, image: PipelineInputImage) -> list[tuple[str, str]]:
    name = executions.name(image)
    archive = stack.outputs["ArchiveBucketName"], object_keys.archive_folder(image, name)
    return [(stack.outputs["UploadBucketName"], object_keys.staged_folder(name)), archive]


def _left(stack: LocalStack, image: PipelineInputImage) -> bool:
    """Tell whether something is staged or archived for image's execution."""
    s3 = stack.emulator.client("s3")
    return any("Contents" in s3.list_objects_v2(Bucket=bucket, Prefix=at) for bucket, at in _folders(stack, image))


def _forget(stack: LocalStack) -> None:
    """Remove what was uploaded here before, so that a sweep looks at little more than it is given."""
    s3, bucket = stack.emulator.client("s3"), stack.outputs["UploadBucketName"]
    for version in s3.list_object_versions(Bucket=bucket, Prefix=object_keys.upload_key(OWNER, "")).get("Versions", []):
        s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
