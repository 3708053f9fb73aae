"""The status of images, read from a running stack through its API."""

from collections.abc import Iterator
from typing import Any

import urllib3

from lambdas.domain.outcomes import AWAITING_UPLOAD, PROCESSING
from local.stack import LocalStack
from operations.users import Users, generate_password
from workflow import contracts

NOBODYS = "00000000-0000-4000-8000-000000000000"  # the ID of no image


def read(stack: LocalStack, image_id: str, token: str = "", **headers: str) -> urllib3.BaseHTTPResponse:
    """Return the response about an image, to the test user or to the user with token."""
    given = {"Authorization": token or stack.token, **headers}
    return stack.emulator.http().request("GET", stack.api_url(f"images/{image_id}"), headers=given)


def final(stack: LocalStack, image_id: str) -> dict[str, Any]:
    """Return the document about an image that has a final status, or nothing; an open one says when to ask again."""
    response = read(stack, image_id)
    if response.status != 200:
        return {}
    body: dict[str, Any] = response.json()
    contracts.check("image-status.response", body)
    is_open = body["status"] in (AWAITING_UPLOAD, PROCESSING)
    assert ("Retry-After" in response.headers) == is_open
    return {} if is_open else body


def listed(stack: LocalStack, token: str = "", **query: str) -> Iterator[dict[str, Any]]:
    """Yield all images of the test user, or of the user with token, page by page."""
    headers, cursor = {"Authorization": token or stack.token}, dict[str, str]()
    while True:
        url, fields = stack.api_url("images"), {**query, **cursor}
        response = stack.emulator.http().request("GET", url, fields=fields, headers=headers)
        assert response.status == 200, response.data
        body = response.json()
        contracts.check("image-list.response", body)
        yield from body["images"]
        if "cursor" not in body:
            return
        cursor = {"cursor": body["cursor"]}


def lists_images(stack: LocalStack) -> bool:
    """Return whether the list of the test user's images is shown, and each thumbnail in it can be read."""
    http = stack.emulator.http()
    try:
        urls = [one["thumbnail"]["url"] for one in listed(stack, status="SUCCEEDED")]
    except AssertionError:
        return False
    return bool(urls) and all(http.request("GET", url).status == 200 for url in urls)


def shows_images(stack: LocalStack, image_id: str) -> bool:
    """Return whether the status of an image that succeeded is shown, and its thumbnail can be read."""
    if not (found := final(stack, image_id)):
        return False
    thumbnail = stack.emulator.http().request("GET", found["renditions"]["thumbnail"]["url"])
    return thumbnail.status == 200 and len(thumbnail.data) == found["renditions"]["thumbnail"]["size"]


def another_token(stack: LocalStack) -> str:
    """Add another user, and return the user's token."""
    email, password = "another@example.com", generate_password()
    cognito, client = stack.emulator.client("cognito-idp"), stack.outputs["UserPoolClientId"]
    Users(cognito, stack.outputs["UserPoolId"], client).add(email, password)
    signed_in = cognito.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": email, "PASSWORD": password}
    )
    return str(signed_in["AuthenticationResult"]["IdToken"])
