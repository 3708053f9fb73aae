"""DELETE /images/{imageId}: delete an image of the caller's for good, with everything that was made of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from lambdas.domain import deletions, tombstones
from lambdas.domain.objects import ObjectsNotDeletedError
from lambdas.domain.outcomes import AWAITING_UPLOAD, DELETED, PROCESSING
from lambdas.runtime.api import api_handler, empty_response, no_such_image, read_parameters
from lambdas.runtime.metrics import IMAGES_DELETED
from lambdas.runtime.proxy_events import owner
from lambdas.runtime.settings import DeleteImageSettings
from lambdas.runtime.telemetry import add_log_keys, count, logger

if TYPE_CHECKING:
    from workflow.contracts.payloads import MetadataRecord


@api_handler(DeleteImageSettings)
def handler(event: dict[str, Any], settings: DeleteImageSettings) -> dict[str, Any]:
    """Answer an API Gateway proxy request with 204, or with 202 if something may be left for a while; raises RequestError.

    Another user's image is answered as one that does not exist.
    """
    image_id = str(read_parameters("image-deletion.request", event["pathParameters"])["imageId"])
    add_log_keys(imageId=image_id)
    try:
        tombstone, status = tombstones.replace_record(settings.metadata_table, image_id, owner(event))
    except tombstones.NoSuchImageError as error:
        raise no_such_image() from error
    logger().info("deleted with the status %s", status)
    if status != DELETED:
        count(IMAGES_DELETED)
    complete = _complete(tombstone, status, settings)
    return empty_response(HTTPStatus.NO_CONTENT if complete and status != PROCESSING else HTTPStatus.ACCEPTED)


def _complete(tombstone: MetadataRecord, status: str, settings: DeleteImageSettings) -> bool:
    """Complete the deletion of an image that had a status, and return whether that went well; a sweep does the rest."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        deletions.complete(tombstone, settings)
        if status not in (
            AWAITING_UPLOAD,
            PROCESSING,
            DELETED,
        ):  # nothing is being written that the next sweep would find
            tombstones.mark_looked_at(settings.metadata_table, tombstone)
    except (BotoCoreError, ClientError, ObjectsNotDeletedError):
        logger().exception("the deletion is left to the sweep")
        return False
    return True
