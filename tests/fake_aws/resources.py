"""What the pipeline works on, in moto: two buckets, a table, a topic and a queue that listens to it."""

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, cast
from uuid import uuid4

import boto3
from boto3.dynamodb.types import TypeDeserializer

from lambdas.domain.object_keys import archive_folder, staged_folder, upload_key
from lambdas.domain.objects import filename_metadata

if TYPE_CHECKING:
    from workflow.contracts.payloads import Image

REGION: Literal["eu-central-1"] = "eu-central-1"
ACCOUNT = "123456789012"
OWNER = "9d1c2a3e-77b0-4e63-8a0e-2f1f0c9b6a55"
UPLOADS, ARCHIVE, TABLE = "uploads-of-a-test", "archive-of-a-test", "records"
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
    "MAX_BYTES": "1000000",
    "MAX_PIXELS": str(MAX_PIXELS),
    "MAX_EDGE": "4000",
    "MAX_FRAMES": "10",
    "RESIZE_EDGES": f"{RESIZE_EDGE},{SMALLER_EDGE}",
    "THUMBNAIL_EDGE": str(THUMBNAIL_EDGE),
    "QUALITY": "80",
    "RECORD_RETENTION_DAYS": "90",
    "WORKFLOW_TYPE": "STANDARD",
    "STALLED_AFTER_SECONDS": str(STALLED_AFTER),
}


class Resources:
    """The account's resources, and what a test asks them."""

    def __init__(self) -> None:
        """Create them all."""
        self._s3, self._dynamodb = boto3.client("s3"), boto3.client("dynamodb")
        self._sqs, self._sns = boto3.client("sqs"), boto3.client("sns")
        for bucket in (UPLOADS, ARCHIVE):
            self._s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
            self._s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        self._dynamodb.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "imageId", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "imageId", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self._listen()

    def _listen(self) -> None:
        name = TOPIC.rpartition(":")[2]
        self._sns.create_topic(Name=name)
        self._queue = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        raw = {"RawMessageDelivery": "true"}
        self._sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=queue, Attributes=raw)
        self.dead_letters = self._sqs.create_queue(QueueName="dead-letters")["QueueUrl"]

    def upload(self, data: bytes, filename: str = "Größe 8.jpg", image_id: str | None = None) -> dict[str, Any]:
        """Upload data and return the image as the pipeline is told of it."""
        image_id = image_id or str(uuid4())
        key = upload_key(OWNER, image_id)
        put = self._s3.put_object(Bucket=UPLOADS, Key=key, Body=data, Metadata=filename_metadata(filename))
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
        return None if item is None else _plain(TypeDeserializer().deserialize({"M": item}))

    def forget(self, image: dict[str, Any], attribute: str) -> None:
        """Remove an attribute of the picture's record."""
        key = {"imageId": {"S": image["imageId"]}}
        self._dynamodb.update_item(TableName=TABLE, Key=key, UpdateExpression=f"REMOVE {attribute}")

    def notifications(self) -> list[tuple[dict[str, Any], dict[str, str]]]:
        """Return message and attributes of each notification that was not asked for yet."""
        answer = self._sqs.receive_message(
            QueueUrl=self._queue, MaxNumberOfMessages=10, MessageAttributeNames=["All"], WaitTimeSeconds=0
        )
        for message in answer.get("Messages", []):
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return [
            (json.loads(message["Body"]), {name: value["StringValue"] for name, value in _attributes(message).items()})
            for message in answer.get("Messages", [])
        ]

    def archived(self, image: dict[str, Any], execution: str) -> dict[str, bytes]:
        """Return what the execution has put into the archive for the picture, by key."""
        keys = self.keys(ARCHIVE, archive_folder(cast("Image", image), execution))
        return {key: self._s3.get_object(Bucket=ARCHIVE, Key=key)["Body"].read() for key in keys}

    def staged(self, execution: str) -> list[str]:
        """Return the keys of the execution's renditions that wait to be archived."""
        return self.keys(UPLOADS, staged_folder(execution))

    def keys(self, bucket: str, prefix: str) -> list[str]:
        """Return the keys under prefix of what lies in a bucket."""
        return [item["Key"] for item in self._s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]


def _attributes(message: Any) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = message.get("MessageAttributes", {})
    return found


def _plain(value: object) -> Any:
    """Return value with JSON's numbers in place of DynamoDB's."""

    def number(decimal: Decimal) -> int | float:
        return int(decimal) if decimal == decimal.to_integral_value() else float(decimal)

    return json.loads(json.dumps(value, default=number))
