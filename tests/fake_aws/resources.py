"""The resources of the pipeline in moto: two buckets, a table, a topic with a subscriber, and a dead-letter queue."""

from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import boto3

from imaging.formats import FORMATS
from lambdas.domain.attribute_values import deserialize
from lambdas.domain.object_keys import archive_folder, staged_folder, upload_key
from lambdas.domain.objects import upload_metadata
from tests.fake_aws.account import (
    ACCOUNT,
    ARCHIVE_BUCKET,
    OWNER,
    REGION,
    UPLOAD_BUCKET,
    Subscriber,
    create_storage,
)

if TYPE_CHECKING:
    from workflow.contracts.payloads import Image

UPLOADS, ARCHIVE, TABLE = UPLOAD_BUCKET, ARCHIVE_BUCKET, "records"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:notifications"

# Small, so that small pictures reach them.
MAX_PIXELS = 200_000
RESIZE_EDGE, SMALLER_EDGE = 160, 80  # pixels
THUMBNAIL_EDGE = 48  # pixels

STALLED_AFTER = 3600  # seconds

ENVIRONMENT = {
    "METADATA_TABLE": TABLE,
    "UPLOAD_BUCKET": UPLOADS,
    "ARCHIVE_BUCKET": ARCHIVE,
    "NOTIFICATION_TOPIC": TOPIC,
    "ENABLED_FORMATS": ",".join(FORMATS),
    "MAX_BYTES": "1000000",
    "MAX_PIXELS": str(MAX_PIXELS),
    "MAX_EDGE": "4000",
    "MAX_FRAMES": "10",
    "HDR": "TONE_MAP",
    "RESIZE_EDGES": f"{RESIZE_EDGE},{SMALLER_EDGE}",
    "THUMBNAIL_EDGE": str(THUMBNAIL_EDGE),
    "THUMBNAIL_SIZES": "",
    "RENDITION_FORMATS": "",
    "QUALITY": "80",
    "RECORD_RETENTION_DAYS": "90",
    "WORKFLOW_TYPE": "STANDARD",
    "STALLED_AFTER_SECONDS": str(STALLED_AFTER),
    "MAX_CONCURRENCY": "2",
    "SWEEP_INDEX": "true",
}


class Resources:
    """The account's resources, and functions that read them."""

    def __init__(self) -> None:
        """Create them all."""
        self._s3, self._dynamodb = boto3.client("s3"), boto3.client("dynamodb")
        create_storage(TABLE)
        self._subscriber = Subscriber()
        self.dead_letters = boto3.client("sqs").create_queue(QueueName="dead-letters")["QueueUrl"]

    def upload(self, data: bytes, filename: str = "Größe 8.jpg", image_id: str | None = None) -> dict[str, Any]:
        """Upload data and return the image as in the pipeline's input."""
        image_id = image_id or str(uuid4())
        key = upload_key(OWNER, image_id)
        put = self._s3.put_object(Bucket=UPLOADS, Key=key, Body=data, Metadata=upload_metadata(filename))
        return {
            "imageId": image_id,
            "owner": OWNER,
            "bucket": UPLOADS,
            "key": key,
            "versionId": put["VersionId"],
            "size": len(data),
            "sequencer": "0065A1B2C3D4E5F607",
            "uploadedAt": "2026-11-23T09:15:02Z",
        }

    def record(self, image: dict[str, Any]) -> dict[str, Any] | None:
        """Return the picture's record as JSON has it, or None."""
        key = {"imageId": {"S": image["imageId"]}}
        item = self._dynamodb.get_item(TableName=TABLE, Key=key, ConsistentRead=True).get("Item")
        return None if item is None else deserialize(item)

    def forget(self, image: dict[str, Any], attribute: str) -> None:
        """Remove an attribute of the picture's record."""
        key = {"imageId": {"S": image["imageId"]}}
        self._dynamodb.update_item(TableName=TABLE, Key=key, UpdateExpression=f"REMOVE {attribute}")

    def notifications(self) -> list[tuple[dict[str, Any], dict[str, str]]]:
        """Return message and attributes of each notification since the last call."""
        return self._subscriber.receive()

    def archived(self, image: dict[str, Any], execution: str) -> dict[str, bytes]:
        """Return the objects that the execution has archived for the picture, by key."""
        keys = self.keys(ARCHIVE, archive_folder(cast("Image", image), execution))
        return {key: self._s3.get_object(Bucket=ARCHIVE, Key=key)["Body"].read() for key in keys}

    def staged(self, execution: str) -> list[str]:
        """Return the keys of the execution's renditions that wait to be archived."""
        return self.keys(UPLOADS, staged_folder(execution))

    def keys(self, bucket: str, prefix: str) -> list[str]:
        """Return the keys of a bucket's objects under prefix."""
        return [item["Key"] for item in self._s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]
