"""GET /upload-url: create an image id and its record, and sign a URL to which exactly the announced file can be uploaded."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from imaging.errors import Reason
from imaging.formats import CONTENT_TYPES, FORMATS
from lambdas.domain import grants, object_keys, objects, usage
from lambdas.runtime import clients, clock
from lambdas.runtime.api import RequestError, api_handler, bad_request, json_response, violated_parameter
from lambdas.runtime.metrics import UPLOAD_URLS_ISSUED, UPLOAD_URLS_LIMITED, UPLOAD_URLS_REFUSED
from lambdas.runtime.proxy_events import owner
from lambdas.runtime.settings import GetUploadUrlSettings
from lambdas.runtime.telemetry import add_log_keys, count, logger, trace
from workflow import contracts
from workflow.contracts.errors import ContractViolation

if TYPE_CHECKING:
    from workflow.contracts.payloads import MetadataRecordAnnounced, UploadUrlRequest, UploadUrlResponse

MAX_DIGITS = 15  # no size in bytes needs more

# Stable codes for what can be wrong with a parameter, by parameter and violated rule.
REASONS = {
    ("contentType", "enum"): "UNSUPPORTED_CONTENT_TYPE",
    ("size", "minimum"): "EMPTY",
}
# Instead of a pattern that a person cannot read.
REQUIREMENTS = {
    ("filename", "pattern"): "must have no control characters, line separators or marks that reorder text",
    ("focus", "pattern"): "must be two numbers from 0 to 1 with at most four decimals, such as 0.31,0.6",
    ("focus", "maxLength"): "must be two numbers from 0 to 1 with at most four decimals, such as 0.31,0.6",
}


@api_handler(GetUploadUrlSettings)
def handler(event: dict[str, Any], settings: GetUploadUrlSettings) -> dict[str, Any]:
    """Answer an API Gateway proxy request with the contract upload-url.response; raises RequestError."""
    try:
        request = read_request(event.get("queryStringParameters") or {}, settings.max_bytes)
        check_enabled(request["contentType"], settings.enabled_formats)
    except RequestError as error:
        logger().info("refused: %s %s", error.body.get("field"), error.body["reason"])
        count(UPLOAD_URLS_REFUSED, reason=error.body["reason"])
        raise
    try:
        issued = _issue(owner(event), request, settings)
    except usage.LimitReachedError as error:
        logger().info("limited: %s", error.reason)
        count(UPLOAD_URLS_LIMITED, reason=error.reason)
        raise _limited(error, settings) from error
    logger().info("issued an upload URL", extra={"size": request["size"]})
    count(UPLOAD_URLS_ISSUED)
    return json_response(200, "upload-url.response", issued)


def read_request(parameters: dict[str, str], max_bytes: int) -> UploadUrlRequest:
    """Return the query parameters as the contract upload-url.request has them; raises RequestError."""
    for name in contracts.schema("upload-url.request")["required"]:
        if not parameters.get(name):
            raise bad_request(name, "MISSING", "is required")
    request = cast("UploadUrlRequest", {**parameters, "size": _size(parameters["size"], max_bytes)})
    try:
        contracts.check("upload-url.request", request)
    except ContractViolation as error:
        raise _violation(error) from error
    _check_filename(request["filename"])
    return request


def _check_filename(name: str) -> None:
    """Raise RequestError for a name that is too long, or that UTF-8 cannot have: JSON has halves of surrogate pairs."""
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise bad_request("filename", "INVALID", "must be Unicode text") from None
    if size > objects.MAX_FILENAME:
        raise bad_request("filename", "INVALID", f"must have at most {objects.MAX_FILENAME} bytes in UTF-8")


def check_enabled(content_type: str, enabled: frozenset[str]) -> None:
    """Raise RequestError for a content type whose format is not enabled: its upload would be rejected."""
    if CONTENT_TYPES[content_type].name not in enabled:
        accepted = ", ".join(found.content_type for name, found in FORMATS.items() if name in enabled)
        raise bad_request(
            "contentType",
            Reason.FORMAT_DISABLED,
            f"is not accepted at present. Convert the image to one of: {accepted}",
        )


def _size(value: str, max_bytes: int) -> int:
    if not (value.isascii() and value.isdigit()):
        raise bad_request("size", "INVALID", "must be a whole number of bytes")
    if len(value) > MAX_DIGITS or int(value) > max_bytes:
        raise bad_request("size", "TOO_MANY_BYTES", f"must be at most {max_bytes} bytes")
    return int(value)


def _violation(error: ContractViolation) -> RequestError:
    field = violated_parameter(error)
    requirement = REQUIREMENTS.get((field, error.rule), error.requirement)
    return bad_request(field, REASONS.get((field, error.rule), "INVALID"), requirement)


def _limited(error: usage.LimitReachedError, settings: GetUploadUrlSettings) -> RequestError:
    details = {
        usage.OPEN: f"At most {settings.max_open_uploads} uploads may be open; wait until some are processed.",
        usage.DAILY: f"At most {settings.max_uploads_per_day} uploads a day are accepted; the day ends at midnight UTC.",
    }
    status = HTTPStatus.TOO_MANY_REQUESTS
    return RequestError(status, error.reason, details[error.reason], retry_after=error.retry_after)


def _issue(user: str, request: UploadUrlRequest, settings: GetUploadUrlSettings) -> UploadUrlResponse:
    image_id = str(uuid4())
    add_log_keys(imageId=image_id)
    key = object_keys.upload_key(user, image_id)
    end = clock.now() + timedelta(seconds=settings.url_expiry_seconds)
    expires = end.strftime("%Y-%m-%dT%H:%M:%SZ")
    grant = grants.Grant(user, image_id, settings.upload_bucket, key, end)
    limits = usage.Limits(
        settings.usage_table, settings.metadata_table, settings.max_open_uploads, settings.max_uploads_per_day
    )
    usage.count_upload(grant, limits)
    with trace("SignUpload", imageId=image_id):
        url, headers = _sign(settings.upload_bucket, key, request, settings.url_expiry_seconds)
    announced: MetadataRecordAnnounced = {
        "filename": request["filename"],
        "contentType": request["contentType"],
        "size": request["size"],
        "expiresAt": expires,
    }
    grants.await_upload(settings.metadata_table, grant, announced)
    return {
        "imageId": image_id,
        "key": key,
        "uploadUrl": url,
        "method": "PUT",
        "headers": headers,
        "expiresAt": expires,
    }


def _sign(bucket: str, key: str, request: UploadUrlRequest, expires_in: int) -> tuple[str, dict[str, str]]:
    """Return a URL whose signature fixes type, exact length, file name, focal point and checksum, and the headers that it covers."""
    metadata = objects.upload_metadata(request["filename"], request.get("focus"))
    parameters = {
        "Bucket": bucket,
        "Key": key,
        "ContentType": request["contentType"],
        "ContentLength": request["size"],
        "Metadata": metadata,
        "IfNoneMatch": "*",
    }
    headers = {
        "Content-Type": request["contentType"],
        "Content-Length": str(request["size"]),
        "If-None-Match": "*",  # a URL is good for one upload: S3 answers another PUT with 412
        **{f"x-amz-meta-{name}": value for name, value in metadata.items()},
    }
    if "sha256" in request:
        digest = b64encode(bytes.fromhex(request["sha256"])).decode()
        parameters["ChecksumSHA256"] = headers["x-amz-checksum-sha256"] = digest
    url = clients.s3().generate_presigned_url("put_object", Params=parameters, ExpiresIn=expires_in)
    return url, headers
