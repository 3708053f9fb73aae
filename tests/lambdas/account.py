"""The account for tests of functions: uploads as from a client, and the results of the functions."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any
from uuid import uuid4

import pytest
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from lambdas import archive, metadata, resize, thumbnail, validate
from lambdas.domain import executions, object_keys, objects
from lambdas.domain.attribute_values import deserialize, serialize
from lambdas.domain.record import Record
from lambdas.runtime import clients
from lambdas.runtime.settings import (
    ArchiveSettings,
    DeleteImageSettings,
    GetImageSettings,
    GetUploadUrlSettings,
    ImageStepSettings,
    ListImagesSettings,
    ResizeSettings,
    Settings,
    ThumbnailSettings,
    ValidateSettings,
)
from tests.fake_aws.account import (
    ACCOUNT,
    ARCHIVE_BUCKET,
    OWNER,
    REGION,
    UPLOAD_BUCKET,
    Payload,
    create_storage,
    usage_table,
)
from tests.imaging.limits import LIMITS
from workflow.contracts.payloads import Image

TABLE = "records-of-a-test"
MAX_BYTES = 1_000_000

RETENTION_DAYS = 90
ORIGIN = "https://pictures.example"

URL_SETTINGS = GetUploadUrlSettings(
    metadata_table=TABLE,
    upload_bucket=UPLOAD_BUCKET,
    enabled_formats=LIMITS.enabled_formats,
    max_bytes=MAX_BYTES,
    url_expiry_seconds=900,
    usage_table=usage_table(TABLE),
    max_open_uploads=100,
    max_uploads_per_day=5000,
    allowed_origins=(ORIGIN,),
)
IMAGE_SETTINGS = GetImageSettings(
    metadata_table=TABLE,
    image_url_expiry_seconds=3600,
    allowed_origins=(ORIGIN,),
    archive_storage_class="GLACIER",
    archive_transition_days=30,
)
LIST_SETTINGS = ListImagesSettings(
    metadata_table=TABLE,
    image_url_expiry_seconds=3600,
    allowed_origins=(ORIGIN,),
    cursor_key="the-key-of-a-stack",
)
DELETE_SETTINGS = DeleteImageSettings(
    metadata_table=TABLE,
    upload_bucket=UPLOAD_BUCKET,
    archive_bucket=ARCHIVE_BUCKET,
    notification_topic=f"arn:aws:sns:{REGION}:{ACCOUNT}:notifications",
    allowed_origins=(ORIGIN,),
)
IMAGE_STEP_SETTINGS = ImageStepSettings(
    metadata_table=TABLE,
    max_bytes=MAX_BYTES,
    enabled_formats=LIMITS.enabled_formats,
    max_pixels=LIMITS.max_pixels,
    max_edge=LIMITS.max_edge,
    max_frames=LIMITS.max_frames,
    hdr="TONE_MAP",
)
VALIDATE_SETTINGS = ValidateSettings(**asdict(IMAGE_STEP_SETTINGS), record_retention_days=RETENTION_DAYS)
RESIZE_SETTINGS = ResizeSettings(**asdict(IMAGE_STEP_SETTINGS), resize_edges=(30,), quality=90, rendition_formats=())
THUMBNAIL_SETTINGS = ThumbnailSettings(
    **asdict(IMAGE_STEP_SETTINGS), thumbnail_edge=20, thumbnail_sizes=(), quality=90, rendition_formats=()
)
ARCHIVE_SETTINGS = ArchiveSettings(metadata_table=TABLE, archive_bucket=ARCHIVE_BUCKET)

# The steps by the stem of their contracts.
STEPS: dict[str, Callable[[Payload, object], Payload]] = {
    "validate-image": validate.handler,
    "extract-metadata": metadata.handler,
    "resize-image": resize.handler,
    "generate-thumbnail": thumbnail.handler,
    "archive-image": archive.handler,
}


@dataclass(frozen=True)
class Context:
    """The fields of Lambda's context that the functions read."""

    aws_request_id: str = "6f0e5f3c-5b0f-4d57-a1b5-0f3f1f0d4f11"


CONTEXT = Context()


def export(monkeypatch: pytest.MonkeyPatch, *environments: Settings) -> None:
    """Set the variables that stand for environments."""
    for environment in environments:
        for field in fields(environment):
            monkeypatch.setenv(field.name.upper(), _variable(getattr(environment, field.name)))


def _variable(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple | frozenset) else str(value)


class Account:
    """The buckets and the table, and functions that tests use them with."""

    def __init__(self) -> None:
        """Make them."""
        create_storage(TABLE)

    def upload(self, data: bytes, filename: str = "Landscape 8.jpg") -> Payload:
        """Upload data and return the input of the first steps."""
        image_id = str(uuid4())
        key = object_keys.upload_key(OWNER, image_id)
        version = self.put(key, data, objects.upload_metadata(filename))
        image: Image = {
            "imageId": image_id,
            "owner": OWNER,
            "bucket": UPLOAD_BUCKET,
            "key": key,
            "versionId": version,
        }
        return {"image": image, "execution": executions.name(image)}

    def upload_again(self, event: Payload, data: bytes) -> Payload:
        """Upload data under the key of event's picture and return the input of the first steps."""
        older: Image = event["image"]
        image: Image = {**older, "versionId": self.put(older["key"], data)}
        return {"image": image, "execution": executions.name(image)}

    def put(self, key: str, data: bytes, metadata: dict[str, str] | None = None) -> str:
        """Put data into the upload bucket and return its version."""
        answer = clients.s3().put_object(Bucket=UPLOAD_BUCKET, Key=key, Body=data, Metadata=metadata or {})
        return answer["VersionId"]

    def put_many(self, bucket: str, folder: str, count: int) -> None:
        """Put count empty objects into a folder of bucket, as their numbers; past the API, which takes its time."""
        service = get_backend("s3")[DEFAULT_ACCOUNT_ID]["aws"]
        for number in range(count):
            service.put_object(bucket, f"{folder}{number}", b"")

    def delete(self, event: Payload) -> None:
        """Delete the upload of event's picture, as a person does: S3 hides its versions, and keeps them."""
        clients.s3().delete_object(Bucket=UPLOAD_BUCKET, Key=event["image"]["key"])

    def begin(self, data: bytes, filename: str = "Landscape 8.jpg") -> Payload:
        """Upload data, begin its record, and return the input of the steps that come after validation."""
        event = self.upload(data, filename)
        Record(TABLE, event["image"], event["execution"]).begin(RETENTION_DAYS)
        return event

    def run_steps(self, data: bytes) -> Payload:
        """Take an upload through all steps but the last and return the input of that one."""
        event = self.upload(data)
        validation, _, resized, thumbnailed = (
            STEPS[name](event, CONTEXT) for name in list(STEPS)[: -len(("archive-image",))]
        )
        return {**event, "validation": validation, "renditions": {"resized": resized, "thumbnail": thumbnailed}}

    def record(self, event: Payload) -> Payload:
        """Return the picture's record as plain JSON; empty if there is none."""
        answer = clients.dynamodb().get_item(TableName=TABLE, Key={"imageId": {"S": event["image"]["imageId"]}})
        return deserialize(answer.get("Item", {}))

    def store(self, record: Payload) -> None:
        """Write a record as it is."""
        clients.dynamodb().put_item(TableName=TABLE, Item=serialize(record))

    def set_status(self, event: Payload, status: str) -> None:
        """Give the picture's record a final status, as the state machine does for images that do not succeed."""
        clients.dynamodb().update_item(
            TableName=TABLE,
            Key={"imageId": {"S": event["image"]["imageId"]}},
            UpdateExpression="SET #status = :status",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":status": {"S": status}},
        )

    def keys(self, bucket: str) -> set[str]:
        """Return the keys of the objects in bucket."""
        return {found["Key"] for found in clients.s3().list_objects_v2(Bucket=bucket).get("Contents", [])}

    def content(self, bucket: str, key: str) -> bytes:
        """Return the object at key."""
        with clients.s3().get_object(Bucket=bucket, Key=key)["Body"] as body:
            return body.read()

    def content_type(self, bucket: str, key: str) -> str:
        """Return the media type that is stored with key."""
        return clients.s3().head_object(Bucket=bucket, Key=key)["ContentType"]


def numbered(image: Image, attempt: int) -> Image:
    """Return image for that attempt."""
    return {**image, "attempt": attempt}


def record_of(event: Payload, execution: str | None = None) -> Record:
    """Return the record of event's image, for its own execution or another."""
    return Record(TABLE, event["image"], execution or event["execution"])


def log_lines(output: str) -> list[Payload]:
    """Return the lines of the log in what was printed, but for metrics; raises ValueError for one that is no JSON."""
    return [line for line in map(json.loads, output.splitlines()) if "_aws" not in line]


def metric_lines(output: str) -> list[Payload]:
    """Return the lines in CloudWatch's embedded metric format in what was printed."""
    return [line for line in map(json.loads, output.splitlines()) if "_aws" in line]


def without_times(record: Payload) -> Payload:
    """Return record without the times in it: steps by name only."""
    times = ("createdAt", "updatedAt", "finishedAt", "expiresAt")
    return {**{name: value for name, value in record.items() if name not in times}, "steps": set(record["steps"])}


def before_next_call(monkeypatch: pytest.MonkeyPatch, client: Any, method: str, action: Callable[[], object]) -> None:
    """Run action just before the next call of client's method."""
    real = getattr(client, method)

    def delayed(**arguments: Any) -> Any:
        monkeypatch.setattr(client, method, real)
        action()
        return real(**arguments)

    monkeypatch.setattr(client, method, delayed)
