"""The contents of a stack: records, versions, executions, notifications, and the objects in both buckets."""

import json
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from lambdas.domain import executions as execution
from lambdas.domain import object_keys
from lambdas.domain.attribute_values import deserialize
from lambdas.domain.outcomes import AWAITING_UPLOAD
from local.stack import LocalStack
from workflow.contracts.errors import PreviousOutcomePending
from workflow.contracts.payloads import Image

RECEIVE_SECONDS = 1  # one long poll
WORKER_DIED = "Runtime.HandlerError"  # the emulator's error for a function whose worker died


@dataclass
class NotificationListener:
    """Receives the notifications of a stack, and keeps them in the order of their arrival."""

    stack: LocalStack
    received: list[dict[str, Any]] = field(default_factory=list)

    def poll(self) -> bool:
        """Receive messages for one long poll, and return whether there were any."""
        sqs = self.stack.emulator.client("sqs")
        messages = sqs.receive_message(
            QueueUrl=self.stack.notifications_url, MaxNumberOfMessages=10, WaitTimeSeconds=RECEIVE_SECONDS
        ).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=self.stack.notifications_url, ReceiptHandle=message["ReceiptHandle"])
            self.received.append(json.loads(message["Body"]))
        return bool(messages)

    @property
    def image_ids(self) -> set[str]:
        """The ids of the images that notifications were received for."""
        return {notification["imageId"] for notification in self.received}


@dataclass(frozen=True)
class StackContents:
    """What is in a stack, and the notifications that were received before."""

    records: dict[str, dict[str, Any]]  # by image id
    versions: dict[str, list[Image]]  # by image id, newest first, in the form of the pipeline's input
    executions: list[str]  # names
    archived: dict[str, set[str]]  # file names by folder
    staged: list[str]  # keys
    notifications: list[dict[str, Any]]

    @property
    def first(self) -> set[str]:
        """The names of the executions of the first attempt at each version."""
        return {execution.name(image) for versions in self.versions.values() for image in versions}

    def succeeded(self, record: dict[str, Any]) -> list[str]:
        """Return the executions that succeeded for the image with this record."""
        return [*record.get("earlier", []), *([record["execution"]] if record["status"] == "SUCCEEDED" else [])]

    @property
    def folders(self) -> set[str]:
        """The archive's folders of the executions that succeeded."""
        records = self.records.values()
        return {
            object_keys.archive_folder(cast("Image", record), name)
            for record in records
            for name in self.succeeded(record)
        }

    @property
    def leftovers(self) -> set[str]:
        """Staged keys, and folders in the archive of executions that did not succeed."""
        return {*self.staged, *(self.archived.keys() - self.folders)}

    def notifications_of(self, name: str) -> list[dict[str, Any]]:
        """Return the notifications about the outcome of an execution."""
        return [notification for notification in self.notifications if notification["notificationId"] == name]


def read_contents(stack: LocalStack, notifications: list[dict[str, Any]]) -> StackContents:
    """Read everything in a stack."""
    uploads, archive = stack.outputs["UploadBucketName"], stack.outputs["ArchiveBucketName"]
    known, uploaded = records(stack), versions(stack)
    return StackContents(
        records={record["imageId"]: record for record in known if not _is_abandoned(record, uploaded)},
        versions=uploaded,
        executions=[one["name"] for one in executions(stack)],
        archived=_by_folder(_keys(stack, archive, "")),
        staged=_keys(stack, uploads, object_keys.STAGED),
        notifications=notifications,
    )


def _is_abandoned(record: dict[str, Any], uploaded: Container[str]) -> bool:
    """Return whether nothing was uploaded with a URL: where a worker dies before it answers, its client asks for another one."""
    return record["status"] == AWAITING_UPLOAD and record["imageId"] not in uploaded


def records(stack: LocalStack) -> list[dict[str, Any]]:
    """Return all records."""
    pages = (
        stack.emulator.client("dynamodb").get_paginator("scan").paginate(TableName=stack.outputs["MetadataTableName"])
    )
    return [deserialize(item) for page in pages for item in page["Items"]]


def executions(stack: LocalStack, **parameters: str) -> list[dict[str, Any]]:
    """Return the executions of the pipeline; parameters of ListExecutions restrict them."""
    pages = stack.emulator.client("stepfunctions").get_paginator("list_executions")
    return list(
        pages.paginate(stateMachineArn=stack.outputs["ProcessingPipelineArn"], **parameters).search("executions[]")
    )


def lost_a_worker(stack: LocalStack) -> bool:
    """Return whether an execution succeeded after the worker of one of its tasks had died."""
    client = stack.emulator.client("stepfunctions")
    pages = client.get_paginator("get_execution_history")
    histories = (
        pages.paginate(executionArn=one["executionArn"]) for one in executions(stack, statusFilter="SUCCEEDED")
    )
    failed = (event for history in histories for event in history.search("events[].taskFailedEventDetails"))
    return any(event["error"] == WORKER_DIED for event in failed)


def gave_up_waiting(stack: LocalStack, name: str) -> bool:
    """Return whether an execution gave up because an older outcome was not notified in time."""
    arn = stack.outputs["ProcessingPipelineArn"].replace(":stateMachine:", ":execution:") + f":{name}"
    pages = stack.emulator.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=arn)
    events = list(pages.search("events[]"))
    entered = [event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event]
    failed = [event["taskFailedEventDetails"]["error"] for event in events if "taskFailedEventDetails" in event]
    return entered[-1:] == ["IgnoreStaleExecution"] and failed[-1:] == [PreviousOutcomePending.__name__]


def versions(stack: LocalStack) -> dict[str, list[Image]]:
    """Return all versions of all uploads by image id, newest first, in the form of the pipeline's input."""
    bucket = stack.outputs["UploadBucketName"]
    pages = (
        stack.emulator.client("s3")
        .get_paginator("list_object_versions")
        .paginate(Bucket=bucket, Prefix=object_keys.UPLOADS)
    )
    found: dict[str, list[Image]] = {}
    for one in pages.search("Versions[]"):
        owner, image_id = object_keys.parse_upload_key(one["Key"])
        image: Image = {
            "imageId": image_id,
            "owner": owner,
            "bucket": bucket,
            "key": one["Key"],
            "versionId": one["VersionId"],
        }
        found.setdefault(image_id, []).append(image)
    return found


def _keys(stack: LocalStack, bucket: str, prefix: str) -> list[str]:
    pages = stack.emulator.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [item["Key"] for item in pages.search("Contents[]") if item]


def _by_folder(keys: Iterable[str]) -> dict[str, set[str]]:
    folders: dict[str, set[str]] = {}
    for key in keys:
        folder, _, name = key.rpartition("/")
        folders.setdefault(f"{folder}/", set()).add(name)
    return folders
