"""Requests for an upload URL as API Gateway passes them on, and uploads as a client makes them."""

import json
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from lambdas.get_upload_url import handler
from tests.fake_aws.account import OWNER
from tests.lambdas.account import CONTEXT, ORIGIN
from workflow import contracts

DATA = b"some bytes"
PARAMETERS = {"filename": "Landscape 8.jpg", "contentType": "image/jpeg", "size": str(len(DATA))}
DIGEST = sha256(DATA).hexdigest()


def url_request(parameters: dict[str, str] | None, owner: str = OWNER, origin: str = ORIGIN) -> dict[str, Any]:
    """Return the event of a request by a signed-in user from a page of origin."""
    return {
        "httpMethod": "GET",
        "headers": {"origin": origin},
        "queryStringParameters": parameters,
        "requestContext": {"authorizer": {"claims": {"sub": owner}}},
    }


def request_url(parameters: dict[str, str] | None, owner: str = OWNER) -> tuple[int, dict[str, Any]]:
    """Return status and body of the answer to a signed-in user."""
    answer = handler(url_request(parameters, owner), CONTEXT)
    assert answer["headers"]["Cache-Control"] == "no-store"
    body = json.loads(answer["body"])
    contracts.check("upload-url.response" if answer["statusCode"] == 200 else "api-error", body)
    return answer["statusCode"], body


def granted_url(**parameters: str) -> dict[str, Any]:
    """Return the grant for a valid request with these parameters."""
    status, body = request_url({**PARAMETERS, **parameters})
    assert status == 200
    return body


def put_object(body: dict[str, Any], data: bytes = DATA) -> str:
    """Put data as the answer says, with exactly its headers, and return the version."""
    answer = requests.put(body["uploadUrl"], data=data, headers=body["headers"], timeout=5)
    assert answer.status_code == 200, answer.text
    return answer.headers["x-amz-version-id"]


def query_parameters(body: dict[str, Any]) -> dict[str, str]:
    """Return the parameters of the signed URL."""
    return {name: value for name, (value,) in parse_qs(urlsplit(body["uploadUrl"]).query).items()}
