"""What the template's parameters change, seen on this machine."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
import urllib3

from local.process import process
from local.stack import LocalStack, local_stack
from tests.patience import PATIENCE

ALLOWED, OTHER = "https://photos.example", "https://other.example"
HTTP = urllib3.PoolManager()


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """Run the stack as an express workflow, for the pages of two origins, with large thumbnails."""
    origins = f"https://more.example,{ALLOWED}"
    chosen = {"WorkflowType": "EXPRESS", "AllowedOrigins": origins, "ThumbnailEdge": "300"}
    with local_stack(parameters=chosen) as running:
        yield running


def test_picture_travels_through_an_express_workflow(stack: LocalStack, tmp_path: Path) -> None:
    """An express state machine takes pictures to the same end, and other parameters reach the functions."""
    client = stack.emulator.client("stepfunctions")
    assert client.describe_state_machine(stateMachineArn=stack.outputs["ProcessingPipelineArn"])["type"] == "EXPRESS"
    photograph = Path("local/photographs/rocket.jpg")
    (outcome,) = process(stack, [photograph], tmp_path, at_once=1, timeout=PATIENCE)
    assert outcome.status == "SUCCEEDED"
    assert outcome.record
    assert outcome.record["thumbnail"]["width"] == 300


@pytest.mark.parametrize(("origin", "seen"), [(ALLOWED, ALLOWED), (OTHER, None)])
def test_preflight_tells_which_pages_may_upload(stack: LocalStack, origin: str, seen: str | None) -> None:
    """A browser that asks, without a token, learns that pages of the allowed origins may go on, and no others."""
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    answer = HTTP.request("OPTIONS", stack.upload_url_endpoint, headers=asked)
    assert answer.status == HTTPStatus.NO_CONTENT
    assert answer.headers.get("Access-Control-Allow-Origin") == seen
    assert ("authorization" in answer.headers.get("Access-Control-Allow-Headers", "").lower()) == (seen is not None)


@pytest.mark.parametrize(("origin", "seen"), [(ALLOWED, ALLOWED), (OTHER, None)])
def test_granted_url_can_be_read_by_pages_that_may_upload(stack: LocalStack, origin: str, seen: str | None) -> None:
    """The answer with the URL is for pages of the allowed origins."""
    query = {"filename": "a.jpg", "contentType": "image/jpeg", "size": "5"}
    headers = {"Origin": origin, "Authorization": stack.token}
    answer = HTTP.request("GET", stack.upload_url_endpoint, fields=query, headers=headers)
    assert json.loads(answer.data)["uploadUrl"]
    assert answer.headers.get("Access-Control-Allow-Origin") == seen


def test_refusal_of_the_api_can_be_read_by_any_page(stack: LocalStack) -> None:
    """That a token is missing, a page of any origin may know, or its developer would see an error of CORS instead."""
    answer = HTTP.request("GET", stack.upload_url_endpoint, headers={"Origin": OTHER})
    assert answer.status == HTTPStatus.UNAUTHORIZED
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_bucket_takes_uploads_from_the_same_pages(stack: LocalStack) -> None:
    """The upload bucket lets the allowed origins put, and no more."""
    bucket = stack.outputs["UploadBucketName"]
    (rule,) = stack.emulator.client("s3").get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert (rule["AllowedMethods"], rule["AllowedOrigins"]) == (["PUT"], ["https://more.example", ALLOWED])
