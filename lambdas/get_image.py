"""GET /images/{imageId}: the status of one image of the caller's, what was found in it, and URLs of its renditions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from lambdas.domain.archive_class import ArchiveClass
from lambdas.domain.image_status import describe, digest
from lambdas.domain.image_urls import ImageUrls
from lambdas.domain.outcomes import is_final
from lambdas.domain.record import read_item
from lambdas.runtime import clock
from lambdas.runtime.api import api_handler, json_response, no_such_image, read_parameters
from lambdas.runtime.proxy_events import has_current, owner
from lambdas.runtime.settings import GetImageSettings
from lambdas.runtime.telemetry import add_log_keys, logger

if TYPE_CHECKING:
    from workflow.contracts.payloads import ImageStatusRequest, MetadataRecord

SHORTEST_POLL, LONGEST_POLL = 1, 30  # seconds between two requests
POLLED_SHARE = 4  # of the time since the image was first seen: an image that has waited for long will wait for longer


@api_handler(GetImageSettings)
def handler(event: dict[str, Any], settings: GetImageSettings) -> dict[str, Any]:
    """Answer an API Gateway proxy request with the contract image-status.response; raises RequestError.

    Another user's image is answered as one that does not exist.
    """
    request = read_request(event)
    add_log_keys(imageId=request["imageId"])
    record = read_item(settings.metadata_table, request["imageId"])
    if record is None or record["owner"] != owner(event):
        raise no_such_image()
    logger().info("status: %s", record["status"])
    urls = ImageUrls(
        settings.image_url_expiry_seconds,
        as_download=request.get("download") == "true",
        archive_class=ArchiveClass(settings.archive_storage_class, settings.archive_transition_days),
    )
    headers = _headers(record, f'"{digest(record, urls)}"')
    if has_current(event, headers["ETag"]):
        return {"statusCode": 304, "headers": headers, "body": ""}
    response = json_response(200, "image-status.response", describe(record, urls))
    response["headers"] |= headers
    return response


def read_request(event: dict[str, Any]) -> ImageStatusRequest:
    """Return the parameters of the path and the query as the contract image-status.request has them; raises RequestError."""
    request = (event.get("queryStringParameters") or {}) | event["pathParameters"]
    return cast("ImageStatusRequest", read_parameters("image-status.request", request))


def _headers(record: MetadataRecord, tag: str) -> dict[str, str]:
    """Return the headers with which a browser keeps the response, and asks each time whether it has changed."""
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    return headers if is_final(record) else headers | {"Retry-After": str(_poll_seconds(record))}


def _poll_seconds(record: MetadataRecord) -> int:
    began = datetime.fromisoformat(record.get("createdAt", record["updatedAt"]))
    waited = int((clock.now() - began).total_seconds())
    return max(SHORTEST_POLL, min(waited // POLLED_SHARE, LONGEST_POLL))
