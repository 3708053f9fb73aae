"""Everything that a stack holds of one person: the images, found by the index of owners and in both buckets."""

import re
from collections.abc import Iterator

from lambdas.domain import object_keys
from lambdas.domain.attribute_values import expression_names, expression_values
from lambdas.domain.image_list import INDEX
from lambdas.runtime import clients
from lambdas.runtime.settings import ImageSettings
from operations.errors import OperationError
from operations.stack import Stack
from workflow import contracts

OWNER = re.compile(contracts.schema("common")["$defs"]["owner"]["pattern"])
IMAGE = re.compile(contracts.schema("common")["$defs"]["imageId"]["pattern"])


def check_owner(owner: str) -> None:
    """Raise OperationError for what is no ID of a user: it is part of keys, and must not be that of others."""
    if not OWNER.fullmatch(owner):
        raise OperationError("the owner must be the ID of a user, as `operations status IMAGE` prints it")


def image_settings(stack: Stack) -> ImageSettings:
    """Return where the stack's images are, and the topic for what becomes of them."""
    return ImageSettings(
        metadata_table=stack.outputs["MetadataTableName"],
        upload_bucket=stack.outputs["UploadBucketName"],
        archive_bucket=stack.outputs["ArchiveBucketName"],
        notification_topic=stack.outputs["NotificationTopicArn"],
    )


def find_images(stack: Stack, owner: str) -> list[str]:
    """Return the IDs of all images of owner, sorted: of those with a record, and of objects whose record has expired."""
    settings = image_settings(stack)
    found = {
        *_recorded(settings.metadata_table, owner),
        *_stored(settings.upload_bucket, f"{object_keys.UPLOADS}{owner}/"),
        *_stored(settings.archive_bucket, f"{owner}/"),
    }
    return sorted(found)


def _recorded(table: str, owner: str) -> Iterator[str]:
    pages = (
        clients.dynamodb()
        .get_paginator("query")
        .paginate(
            TableName=table,
            IndexName=INDEX,
            KeyConditionExpression="#owner = :owner",
            ProjectionExpression="#imageId",
            ExpressionAttributeNames=expression_names("owner", "imageId"),
            ExpressionAttributeValues=expression_values({"owner": owner}),
        )
    )
    yield from (item["imageId"]["S"] for page in pages for item in page["Items"])


def _stored(bucket: str, prefix: str) -> Iterator[str]:
    """Yield the IDs of the images under prefix of which a version or a delete marker is left."""
    pages = clients.s3().get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        for one in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
            image_id = one["Key"].removeprefix(prefix).split("/")[0]
            if IMAGE.fullmatch(image_id):
                yield image_id
