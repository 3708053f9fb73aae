"""Everything that a stack holds of one person: the images, found by the index of owners and in both buckets."""

import re
from collections.abc import Iterator

from lambdas.domain import index_queries, object_keys
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
        *index_queries.find_images(settings.metadata_table, INDEX, "#owner = :owner", {"owner": owner}),
        *_stored(settings.upload_bucket, f"{object_keys.UPLOADS}{owner}/"),
        *_stored(settings.archive_bucket, f"{owner}/"),
    }
    return sorted(found)


def _stored(bucket: str, prefix: str) -> Iterator[str]:
    """Yield the IDs of the images under prefix of which a version or a delete marker is left."""
    pages = clients.s3().get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    for page in pages:
        for one in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
            image_id = one["Key"].removeprefix(prefix).split("/")[0]
            if IMAGE.fullmatch(image_id):
                yield image_id
