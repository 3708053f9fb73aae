"""Requests for the status of an image as API Gateway passes them on."""

import json
from typing import Any

from lambdas import delete_image
from lambdas.get_image import handler
from tests.fake_aws.account import OWNER
from tests.lambdas.account import CONTEXT, ORIGIN
from workflow import contracts


def image_request(
    image_id: str, owner: str = OWNER, headers: dict[str, str] | None = None, **query: str
) -> dict[str, Any]:
    """Return the event of a request by a signed-in user."""
    return {
        "httpMethod": "GET",
        "headers": {"origin": ORIGIN, **(headers or {})},
        "pathParameters": {"imageId": image_id},
        "queryStringParameters": query or None,
        "requestContext": {"authorizer": {"claims": {"sub": owner}}},
    }


def ask(image_id: str, owner: str = OWNER, headers: dict[str, str] | None = None, **query: str) -> dict[str, Any]:
    """Return the response to a signed-in user, after checking its contract."""
    response = handler(image_request(image_id, owner, headers, **query), CONTEXT)
    if response["statusCode"] != 304:
        contract = "image-status.response" if response["statusCode"] == 200 else "api-error"
        contracts.check(contract, json.loads(response["body"]))
    return response


def delete(image_id: str, owner: str = OWNER) -> dict[str, Any]:
    """Return the response to a signed-in user who deletes an image, after checking its contract."""
    response = delete_image.handler({**image_request(image_id, owner), "httpMethod": "DELETE"}, CONTEXT)
    if response["statusCode"] in (202, 204):
        assert (response["body"], response["headers"]["Cache-Control"]) == ("", "no-store")
    else:
        contracts.check("api-error", json.loads(response["body"]))
    return response


def document(image_id: str, owner: str = OWNER, **query: str) -> dict[str, Any]:
    """Return the document about an image."""
    response = ask(image_id, owner, None, **query)
    assert response["statusCode"] == 200
    found: dict[str, Any] = json.loads(response["body"])
    return found
