"""The requests to the API that the OpenAPI document shows with their responses; the tests send each of them."""

from dataclasses import dataclass, field
from typing import Any

from templates.resources.routes import DELETE_IMAGE, GET_IMAGE, GET_UPLOAD_URL, LIST_IMAGES, Route
from workflow import contracts

Node = dict[str, Any]

VALID_QUERY = contracts.schema("upload-url.request")["examples"][0]
NOBODYS = "00000000-0000-4000-8000-000000000000"  # the ID of no image


@dataclass(frozen=True)
class Case:
    """A request and its response."""

    summary: str
    status: int
    query: dict[str, Any] = field(default_factory=lambda: dict(VALID_QUERY))
    signed_in: bool = True
    body: Node = field(default_factory=dict)  # members of the response's body
    route: Route = GET_UPLOAD_URL
    path: dict[str, str] = field(default_factory=dict)  # parameters of the path


def _of_list(summary: str, status: int, **more: Any) -> Case:
    return Case(summary, status, route=LIST_IMAGES, **{"query": {}, **more})


def _of_image(summary: str, status: int, image_id: str = NOBODYS, **more: Any) -> Case:
    return Case(summary, status, route=GET_IMAGE, path={"imageId": image_id}, **{"query": {}, **more})


def _of_deletion(summary: str, status: int, image_id: str = NOBODYS, **more: Any) -> Case:
    return Case(summary, status, {}, route=DELETE_IMAGE, path={"imageId": image_id}, **more)


CASES = {
    "granted": Case("An upload is granted.", 200),
    "granted-with-checksum": Case(
        "The checksum is announced too; S3 verifies it.", 200, {**VALID_QUERY, "sha256": "0" * 64}
    ),
    "no-token": Case("No token.", 401, signed_in=False, body={"reason": "UNAUTHORIZED"}),
    "missing": Case(
        "A parameter is missing; API Gateway names it.",
        400,
        {name: value for name, value in VALID_QUERY.items() if name != "size"},
        body={"reason": "BAD_REQUEST_PARAMETERS"},
    ),
    "too-large": Case(
        "More than MaxBytes.", 400, {**VALID_QUERY, "size": 10**12}, body={"field": "size", "reason": "TOO_MANY_BYTES"}
    ),
    "empty": Case("No bytes.", 400, {**VALID_QUERY, "size": 0}, body={"field": "size", "reason": "EMPTY"}),
    "no-number": Case(
        "Not a number.", 400, {**VALID_QUERY, "size": "big"}, body={"field": "size", "reason": "INVALID"}
    ),
    "unsupported": Case(
        "Not a type of an image.",
        400,
        {**VALID_QUERY, "contentType": "text/html"},
        body={"field": "contentType", "reason": "UNSUPPORTED_CONTENT_TYPE"},
    ),
    "status-without-token": _of_image("No token.", 401, signed_in=False, body={"reason": "UNAUTHORIZED"}),
    "no-such-image": _of_image("No image of the user's.", 404, body={"reason": "NOT_FOUND"}),
    "no-image-id": _of_image("Not an imageId.", 400, "1", body={"field": "imageId", "reason": "INVALID"}),
    "no-boolean": _of_image(
        "Neither true nor false.", 400, query={"download": "1"}, body={"field": "download", "reason": "INVALID"}
    ),
    "deletion-without-token": _of_deletion("No token.", 401, signed_in=False, body={"reason": "UNAUTHORIZED"}),
    "nothing-to-delete": _of_deletion("No image of the user's.", 404, body={"reason": "NOT_FOUND"}),
    "no-image-id-to-delete": _of_deletion("Not an imageId.", 400, "1", body={"field": "imageId", "reason": "INVALID"}),
    "listed": _of_list("The newest images.", 200),
    "listed-by-status": _of_list("Those with a status.", 200, query={"status": "SUCCEEDED", "limit": 2}),
    "list-without-token": _of_list("No token.", 401, signed_in=False, body={"reason": "UNAUTHORIZED"}),
    "no-limit": _of_list("More than 100.", 400, query={"limit": 101}, body={"field": "limit", "reason": "INVALID"}),
    "no-status": _of_list(
        "Not a status.", 400, query={"status": "DONE"}, body={"field": "status", "reason": "INVALID"}
    ),
    "no-cursor": _of_list(
        "Another user's cursor.", 400, query={"cursor": "AAAA"}, body={"field": "cursor", "reason": "INVALID"}
    ),
}
