"""The AWS calls of a request to the API are those that docs/api.md states."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lambdas.runtime import clients
from tests.lambdas.account import IMAGE_SETTINGS, LIST_SETTINGS, URL_SETTINGS, export
from tests.lambdas.image_requests import ask, delete
from tests.lambdas.pipeline import Pipeline
from tests.lambdas.test_list_images import page
from tests.lambdas.url_requests import granted_url

PAGE = (Path(__file__).parents[2] / "docs/api.md").read_text(encoding="utf-8")
REQUESTS: dict[str, Callable[[str], object]] = {
    "GET /upload-url": lambda _: granted_url(),
    "GET /images/{imageId}": ask,
    "GET /images": lambda _: page(),
    "GET /images?status=": lambda _: page(status="FAILED"),
    "DELETE /images/{imageId}": delete,
}


def stated(request: str) -> list[str]:
    """Return the calls that the page states for a request."""
    (row,) = re.findall(rf"^\| `{re.escape(request)}` \|(.*)\|$", PAGE, re.MULTILINE)
    return [name for number, name in re.findall(r"(?:(\d+) )?`(\w+)`", row) for _ in range(int(number or 1))]


@pytest.mark.parametrize("request_", REQUESTS)
def test_calls_are_those_that_the_page_states(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, request_: str
) -> None:
    """Each request makes the stated calls of DynamoDB, S3 and SNS, and no others; signing a URL is no call."""
    export(monkeypatch, URL_SETTINGS, IMAGE_SETTINGS, LIST_SETTINGS)
    granted_url()
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, "REJECTED", notified=True)
    calls: list[str] = []

    def heard(model: Any, **_: object) -> None:
        calls.append(model.name)

    for client in (clients.dynamodb(), clients.s3(), clients.sns()):
        client.meta.events.register("before-call", heard)
    REQUESTS[request_](event["image"]["imageId"])
    assert sorted(calls) == sorted(stated(request_))
