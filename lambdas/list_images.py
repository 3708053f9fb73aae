"""GET /images: the caller's images, the newest first, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from lambdas.domain import cursors
from lambdas.domain.image_list import read_page
from lambdas.domain.image_status import summarize
from lambdas.domain.image_urls import ImageUrls
from lambdas.runtime.api import api_handler, bad_request, json_response, violated_parameter
from lambdas.runtime.clock import rfc3339
from lambdas.runtime.proxy_events import owner
from lambdas.runtime.settings import ListImagesSettings
from lambdas.runtime.telemetry import logger
from workflow import contracts
from workflow.contracts.errors import ContractViolation

if TYPE_CHECKING:
    from workflow.contracts.payloads import ImageListRequest, ImageListResponse

DEFAULT_LIMIT = 20
MAX_DIGITS = 4  # no limit needs more


@api_handler(ListImagesSettings)
def handler(event: dict[str, Any], settings: ListImagesSettings) -> dict[str, Any]:
    """Answer an API Gateway proxy request with the contract image-list.response; raises RequestError."""
    user, request = owner(event), read_request(event.get("queryStringParameters") or {})
    after = _position(request["cursor"], user, settings.cursor_key) if "cursor" in request else None
    limit = request.get("limit", DEFAULT_LIMIT)
    page = read_page(settings.metadata_table, user, limit, after=after, status=request.get("status"))
    logger().info("listed %d images", len(page.records))
    urls = ImageUrls(settings.image_url_expiry_seconds)
    found: ImageListResponse = {
        "images": [summarize(record, urls) for record in page.records],
        "urlsExpireAt": rfc3339(urls.expires_at),
    }
    if page.end:
        found["cursor"] = cursors.encode(page.end, user, settings.cursor_key)
    return json_response(200, "image-list.response", found)


def read_request(parameters: dict[str, str]) -> ImageListRequest:
    """Return the query parameters as the contract image-list.request has them; raises RequestError."""
    request: dict[str, object] = dict(parameters)
    if "limit" in request:
        request["limit"] = _number(parameters["limit"])
    try:
        contracts.check("image-list.request", request)
    except ContractViolation as error:
        raise bad_request(violated_parameter(error), "INVALID", error.requirement) from error
    return cast("ImageListRequest", request)


def _number(value: str) -> int:
    if value.isascii() and value.isdigit() and len(value) <= MAX_DIGITS:
        return int(value)
    highest = contracts.schema("image-list.request")["properties"]["limit"]["maximum"]
    raise bad_request("limit", "INVALID", f"must be a whole number from 1 to {highest}")


def _position(cursor: str, user: str, key: str) -> cursors.Position:
    try:
        return cursors.decode(cursor, user, key)
    except cursors.InvalidCursorError as error:
        raise bad_request("cursor", "INVALID", "must be the cursor of a response to the same user") from error
