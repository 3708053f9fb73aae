"""The stack with other parameters: an EXPRESS state machine, allowed origins and a thumbnail size, under its own roles."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

import pytest

from imaging.formats import FORMATS
from lambdas.domain import executions
from local.client import Client
from local.process import process
from local.stack import LocalStack, local_stack
from tests.effort import times
from tests.local.account import eventually
from tests.local.finalization import (
    notified_record,
    upload_event,
    upload_image,
    upload_newer_version,
    without_rules,
)
from tests.local.image_status import NOBODYS, another_token, final, listed, read
from tests.local.role_statements import ONLY_EXPRESS, STATEMENTS, without_statements
from tests.local.stack_access import configure, invoke, invoke_trigger
from tests.patience import PATIENCE
from tests.pictures import examples
from workflow.contracts.payloads import Image

pytestmark = pytest.mark.heavy

PHOTOGRAPH = Path("local/photographs/waterfall.jpg")
ALLOWED, OTHER = "https://photos.example", "https://other.example"
CHOSEN = {
    "WorkflowType": executions.EXPRESS,
    "AllowedOrigins": f"https://more.example,{ALLOWED}",
    "ThumbnailEdge": "300",
    "ThumbnailSizes": "320x180",
    "RenditionFormats": "AVIF,WEBP",
    "EnabledFormats": ",".join(name for name in FORMATS if name != "HEIF"),
}
STEMS = ("resized", "thumbnail", "thumbnail-320x180")


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """Run the stack with other parameters and permissions enforced; the sweep finds stalled uploads at once."""
    with local_stack(enforce=True, parameters=CHOSEN) as running:
        configure(running, "SweepFunction", STALLED_AFTER_SECONDS="0")
        yield running


def test_image_is_processed_by_an_express_workflow(stack: LocalStack, tmp_path: Path) -> None:
    """An EXPRESS state machine has the same outcome, and other parameters reach the functions."""
    client = stack.emulator.client("stepfunctions")
    assert client.describe_state_machine(stateMachineArn=stack.outputs["ProcessingPipelineArn"])["type"] == "EXPRESS"
    photograph = Path("local/photographs/rocket.jpg")
    (outcome,) = process(stack, [photograph], tmp_path, at_once=1, timeout=PATIENCE)
    assert outcome.status == "SUCCEEDED"
    assert outcome.record
    assert outcome.record["thumbnail"]["width"] == 300
    made = {Path(one["key"]).name for one in outcome.record["archive"]["renditions"]}
    assert made == {f"{stem}.{format_}" for stem in STEMS for format_ in ("jpg", "avif", "webp")}
    assert outcome.document
    http = stack.emulator.http()
    for one in outcome.document["renditions"]["images"]:
        assert http.request("GET", one["url"]).headers["Content-Type"] == one["contentType"]


def test_a_format_that_is_off_is_rejected_and_its_decoder_not_deployed(stack: LocalStack, tmp_path: Path) -> None:
    """Its type gets no upload URL, a file that hides it is rejected, and no function has the layer of its decoder."""
    honest, hidden = tmp_path / "photo.heic", tmp_path / "photo.jpg"
    for file in (honest, hidden):
        file.write_bytes(examples()["HEIF"])
    outcomes = list(process(stack, [honest, hidden], tmp_path / "output", at_once=1, timeout=PATIENCE))
    assert [(one.status, one.reason) for one in outcomes] == [("REJECTED", "FORMAT_DISABLED")] * 2
    assert sorted(one.imageId is None for one in outcomes) == [False, True]  # only the hidden one was uploaded
    functions = stack.emulator.client("lambda").list_functions()["Functions"]
    layers = [layer["Arn"] for one in functions for layer in one.get("Layers", [])]
    assert [arn for arn in layers if "Imaging" in arn]
    assert not [arn for arn in layers if "Heif" in arn]


@pytest.mark.parametrize(("origin", "seen"), [(ALLOWED, ALLOWED), (OTHER, None)])
def test_preflight_allows_configured_origins(stack: LocalStack, origin: str, seen: str | None) -> None:
    """A preflight request, which has no token, succeeds for pages of the allowed origins only."""
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    answer = stack.emulator.http().request("OPTIONS", stack.upload_url_endpoint, headers=asked)
    assert answer.status == HTTPStatus.NO_CONTENT
    assert answer.headers.get("Access-Control-Allow-Origin") == seen
    assert ("authorization" in answer.headers.get("Access-Control-Allow-Headers", "").lower()) == (seen is not None)


@pytest.mark.share(1)
@pytest.mark.parametrize(("origin", "seen"), [(ALLOWED, ALLOWED), (OTHER, None)])
def test_allowed_origins_can_read_the_upload_url(stack: LocalStack, origin: str, seen: str | None) -> None:
    """The response with the URL can be read by pages of the allowed origins only."""
    query = {"filename": "a.jpg", "contentType": "image/jpeg", "size": "5"}
    headers = {"Origin": origin, "Authorization": stack.token}
    answer = stack.emulator.http().request("GET", stack.upload_url_endpoint, fields=query, headers=headers)
    assert json.loads(answer.data)["uploadUrl"]
    assert answer.headers.get("Access-Control-Allow-Origin") == seen


def test_any_page_can_read_errors_of_the_api(stack: LocalStack) -> None:
    """A page of any origin can read that a token is missing; else its developer would see a CORS error instead."""
    answer = stack.emulator.http().request("GET", stack.upload_url_endpoint, headers={"Origin": OTHER})
    assert answer.status == HTTPStatus.UNAUTHORIZED
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_bucket_accepts_uploads_from_the_allowed_origins(stack: LocalStack) -> None:
    """The CORS rules of the upload bucket allow PUT for the allowed origins and the web page, and nothing else."""
    rules = stack.emulator.client("s3").get_bucket_cors(Bucket=stack.outputs["UploadBucketName"])["CORSRules"]
    assert [rule["AllowedMethods"] for rule in rules] == [["PUT"]] * 2
    assert rules[0]["AllowedOrigins"] == ["https://more.example", ALLOWED]
    assert len(rules[1]["AllowedOrigins"]) == 1


def _executions(stack: LocalStack, image: Image) -> int:
    """Return the number of executions of an image; AWS itself does not list those of EXPRESS state machines."""
    client, machine = stack.emulator.client("stepfunctions"), stack.outputs["ProcessingPipelineArn"]
    found = client.list_executions(stateMachineArn=machine, maxResults=1000)["executions"]
    return sum(one["name"] == executions.name(image) for one in found)


def test_repeated_event_starts_one_execution(stack: LocalStack) -> None:
    """An event that arrives three times starts one execution, although the state machine accepts a name again."""
    with without_rules(stack):
        image = upload_image(stack, str(uuid4()))
    for events in ([upload_event(image)] * 2, [upload_event(image)]):
        assert invoke_trigger(stack, events) == {"batchItemFailures": []}
    assert eventually(lambda: notified_record(stack, image))["status"] == "SUCCEEDED"
    assert _executions(stack, image) == 1


def test_sweep_starts_an_upload_without_event(stack: LocalStack) -> None:
    """An upload whose event was lost is started by the sweep, which finds its record by the index."""
    with without_rules(stack):
        image_id = Client(stack.upload_url_endpoint, stack.token, stack.emulator.http()).upload(PHOTOGRAPH)
    assert "errorType" not in invoke(stack, "SweepFunction", {})
    assert eventually(lambda: final(stack, image_id))["status"] == "SUCCEEDED"


@pytest.mark.parametrize("name", sorted(ONLY_EXPRESS)[:: times(2, 1)])
def test_without_a_statement_nothing_is_started(stack: LocalStack, name: str) -> None:
    """Without permission to claim the record or to list versions, the message goes back to the queue."""
    (statement,) = (one for one in STATEMENTS if one.name == name)
    with without_rules(stack):
        image = upload_newer_version(stack)
    with without_statements(stack, statement):
        assert invoke_trigger(stack, [upload_event(image)])["batchItemFailures"]
    assert not invoke_trigger(stack, [upload_event(image)])["batchItemFailures"]
    assert eventually(lambda: notified_record(stack, image))["status"] == "SUCCEEDED"


@pytest.fixture(scope="module")
def succeeded(stack: LocalStack) -> str:
    """Upload a photograph, wait for its success, and return its id."""
    image_id = Client(stack.upload_url_endpoint, stack.token, stack.emulator.http()).upload(PHOTOGRAPH)
    assert eventually(lambda: final(stack, image_id))["status"] == "SUCCEEDED"
    return image_id


def test_urls_of_the_document_read_the_images(stack: LocalStack, succeeded: str) -> None:
    """The URLs of an image that succeeded are valid without a token, for exactly the images that they are for."""
    found, http = final(stack, succeeded)["renditions"], stack.emulator.http()
    original = http.request("GET", found["original"]["url"])
    assert (original.status, original.data) == (200, PHOTOGRAPH.read_bytes())
    assert original.headers["Content-Disposition"].startswith('inline; filename="waterfall.jpg"')
    assert len(http.request("GET", found["thumbnail"]["url"]).data) == found["thumbnail"]["size"]
    forged = found["original"]["url"].replace("original.jpg", "thumbnail.jpg")
    assert http.request("GET", forged).status == 403


def test_unchanged_document_is_not_sent_again(stack: LocalStack, succeeded: str) -> None:
    """The ETag comes through API Gateway, and 304 goes back without a body."""
    tag = read(stack, succeeded).headers["ETag"]
    again = read(stack, succeeded, **{"If-None-Match": tag})
    if again.status == 200:  # an interval of the URLs has just ended
        again = read(stack, succeeded, **{"If-None-Match": again.headers["ETag"]})
    assert (again.status, again.data) == (304, b"")


def test_rejected_image_says_why(stack: LocalStack, tmp_path: Path) -> None:
    """The document about an image that is rejected has the reason and a sentence."""
    file = tmp_path / "truncated.jpg"
    file.write_bytes(PHOTOGRAPH.read_bytes()[:50_000])
    image_id = Client(stack.upload_url_endpoint, stack.token, stack.emulator.http()).upload(file)
    found = eventually(lambda: final(stack, image_id))
    assert (found["status"], found["reason"]) == ("REJECTED", "TRUNCATED")


def test_images_are_listed_page_by_page(stack: LocalStack, succeeded: str) -> None:
    """The list of the user has the image, with a thumbnail that can be read; a cursor leads through all pages."""
    images = list(listed(stack, limit="1"))
    assert [one["createdAt"] for one in images] == sorted((one["createdAt"] for one in images), reverse=True)
    (found,) = (one for one in images if one["imageId"] == succeeded)
    thumbnail = stack.emulator.http().request("GET", found["thumbnail"]["url"])
    assert (thumbnail.status, len(thumbnail.data)) == (200, found["thumbnail"]["size"])
    assert {one["status"] for one in listed(stack, status="REJECTED")} <= {"REJECTED"}


def test_another_user_sees_nothing(stack: LocalStack, succeeded: str) -> None:
    """A second user gets the same answer for the first user's image as for one that does not exist, and an empty list."""
    token = another_token(stack)
    assert list(listed(stack, token)) == []
    answers = [read(stack, image_id, token) for image_id in (succeeded, NOBODYS)]
    assert [one.status for one in answers] == [404, 404]
    assert answers[0].data == answers[1].data
