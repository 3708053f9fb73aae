"""Images without a final status on a running stack, and whether the stack gives them one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import uuid4

from lambdas.domain import executions, object_keys
from lambdas.domain.attribute_values import deserialize, serialize
from lambdas.runtime.clock import timestamp
from local.stack import LocalStack
from tests.fake_aws.events import execution_ended, object_created
from tests.local.account import eventually
from tests.local.stack_access import configure, invoke, invoke_trigger, physical_id
from tests.local.stack_contents import NotificationListener
from tests.pictures import encoded, quadrants
from workflow.contracts.payloads import PipelineInputImage

OWNER = "owner"  # of the uploads in this module


@contextmanager
def without_rules(stack: LocalStack) -> Iterator[None]:
    """Disable the rules for uploads and for outcomes of executions."""
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
    """Upload an image with an id, and return the pipeline's input for it.

    It is copied to its place, of which no rule sends an event: that of a PUT may come after a rule is enabled again.
    """
    bucket, key = stack.outputs["UploadBucketName"], object_keys.upload_key(OWNER, image_id)
    s3, prepared = stack.emulator.client("s3"), f"prepared/{image_id}"
    s3.put_object(Bucket=bucket, Key=prepared, Body=encoded(quadrants(), "JPEG"))
    copy = s3.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": prepared})
    return {
        "imageId": image_id,
        "owner": OWNER,
        "bucket": bucket,
        "key": key,
        "versionId": copy["VersionId"],
        "attempt": 1,
        "size": 1,
        "uploadedAt": timestamp(),
    }


def read_item(stack: LocalStack, image: PipelineInputImage) -> dict[str, Any]:
    """Return the image's record; empty if there is none."""
    key = {"imageId": {"S": image["imageId"]}}
    answer = stack.emulator.client("dynamodb").get_item(TableName=stack.outputs["MetadataTableName"], Key=key)
    return deserialize(answer.get("Item", {}))


def notified_record(stack: LocalStack, image: PipelineInputImage) -> dict[str, Any]:
    """Return the record if it is about this version and its outcome was notified, else nothing."""
    found = read_item(stack, image)
    return found if found.get("versionId") == image["versionId"] and "notifiedAt" in found else {}


def await_notification(stack: LocalStack, image: PipelineInputImage) -> dict[str, Any]:
    """Wait for the notification about the image and return it; others are ignored."""
    listener = NotificationListener(stack)
    return eventually(lambda: _notification(listener, image))


def _notification(listener: NotificationListener, image: PipelineInputImage) -> dict[str, Any]:
    listener.poll()
    return next((one for one in listener.received if one["imageId"] == image["imageId"]), {})


def upload_newer_version(stack: LocalStack) -> PipelineInputImage:
    """Upload an image twice, and return the newer version; the record belongs to the older one."""
    older = upload_image(stack, str(uuid4()))
    _create_record(stack, older)
    return upload_image(stack, older["imageId"])


def upload_event(image: PipelineInputImage) -> dict[str, Any]:
    """Return the event about the upload of the image."""
    return object_created(image["bucket"], image["key"], image["versionId"], at=image["uploadedAt"])


def finishes_newer_version(stack: LocalStack) -> bool:
    """Return whether a newer version gets a final status although the record belongs to an older one."""
    with without_rules(stack):
        image = upload_newer_version(stack)
    invoke_trigger(stack, [upload_event(image)])
    status = eventually(lambda: _status(stack, image))
    return status == "SUCCEEDED" and notified_record(stack, image).get("status") == "SUCCEEDED"


def _status(stack: LocalStack, image: PipelineInputImage) -> str:
    """Return the final status of the image's execution, nothing while it runs."""
    client, arn = stack.emulator.client("stepfunctions"), executions.arn(image, stack.outputs["ProcessingPipelineArn"])
    status = str(client.describe_execution(executionArn=arn)["status"])
    return "" if status == "RUNNING" else status


def finalizes_aborted(stack: LocalStack) -> bool:
    """Return whether the image of an aborted execution gets a final status although the record belongs to an older version."""
    with without_rules(stack):
        image = upload_newer_version(stack)
        event = abort_execution(stack, image)
        answer = invoke(stack, "FinalizeFunction", event)
    return (
        answer is None and notified_record(stack, image).get("reason") == "Aborted" and not _has_objects(stack, image)
    )


def sweep_finishes_all(stack: LocalStack) -> bool:
    """Return whether the sweep finishes three images: one without an event, one with a dead-letter message, and an aborted one."""
    _delete_uploads(stack)
    with without_rules(stack):
        lost, dead, broken = (upload_image(stack, str(uuid4())) for _ in range(3))
        queue = stack.outputs["DeadLetterQueueUrl"]
        stack.emulator.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(upload_event(dead)))
        _create_record(stack, broken)
        abort_execution(stack, broken)
        answer = invoke(stack, "SweepFunction", {"everything": True})  # one of them has no record
    if "errorType" in answer or _has_objects(stack, broken):
        return False
    started = [eventually(partial(notified_record, stack, image))["status"] for image in (lost, dead)]
    return notified_record(stack, broken).get("reason") == "Aborted" and started == ["SUCCEEDED"] * 2


@contextmanager
def failing_metadata(stack: LocalStack, image: PipelineInputImage) -> Iterator[str]:
    """Start an execution whose ExtractMetadata fails, and yield its ARN while it waits for its retry."""
    client, arn = stack.emulator.client("stepfunctions"), executions.arn(image, stack.outputs["ProcessingPipelineArn"])
    before = configure(stack, "MetadataFunction", MAX_EDGE="none")
    try:
        client.start_execution(
            stateMachineArn=stack.outputs["ProcessingPipelineArn"],
            name=executions.name(image),
            input=json.dumps({"image": image}),
        )
        eventually(lambda: client.get_execution_history(executionArn=arn)["events"][-1]["type"] == "TaskFailed")
        yield arn
    finally:
        configure(stack, "MetadataFunction", **before)


def abort_execution(stack: LocalStack, image: PipelineInputImage) -> dict[str, Any]:
    """Start the image's execution and abort it, with objects left in both buckets; return the event about it."""
    client, machine = stack.emulator.client("stepfunctions"), stack.outputs["ProcessingPipelineArn"]
    text, name = json.dumps({"image": image}), executions.name(image)
    arn = client.start_execution(stateMachineArn=machine, name=name, input=text)["executionArn"]
    client.stop_execution(executionArn=arn)
    for bucket, folder in _folders(stack, image):
        stack.emulator.client("s3").put_object(Bucket=bucket, Key=f"{folder}resized.jpg", Body=b"")
    return execution_ended(image, arn, "ABORTED")


def _create_record(stack: LocalStack, image: PipelineInputImage) -> None:
    """Create the image's record as the first step does."""
    facts = {name: dict(image)[name] for name in ("imageId", "owner", "bucket", "key", "versionId", "attempt")}
    begun = {"execution": executions.name(image), "status": "PROCESSING", "steps": {}}
    times = {"createdAt": timestamp(), "updatedAt": timestamp()}
    table = stack.outputs["MetadataTableName"]
    stack.emulator.client("dynamodb").put_item(TableName=table, Item=serialize({**facts, **begun, **times}))


def _folders(stack: LocalStack, image: PipelineInputImage) -> list[tuple[str, str]]:
    name = executions.name(image)
    archive = stack.outputs["ArchiveBucketName"], object_keys.archive_folder(image, name)
    return [(stack.outputs["UploadBucketName"], object_keys.staged_folder(name)), archive]


def _has_objects(stack: LocalStack, image: PipelineInputImage) -> bool:
    """Return whether objects of the image's execution are staged or archived."""
    s3 = stack.emulator.client("s3")
    return any("Contents" in s3.list_objects_v2(Bucket=bucket, Prefix=at) for bucket, at in _folders(stack, image))


def _delete_uploads(stack: LocalStack) -> None:
    """Delete earlier uploads of this module, so that a sweep has little else to look at."""
    s3, bucket = stack.emulator.client("s3"), stack.outputs["UploadBucketName"]
    for version in s3.list_object_versions(Bucket=bucket, Prefix=object_keys.upload_key(OWNER, "")).get("Versions", []):
        s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
