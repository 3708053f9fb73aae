"""The whole template on this machine, used through its API."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
import urllib3
from PIL import Image

from lambdas.domain import object_keys
from local.emulator.process import ACCESS_KEY
from local.process import Outcome, process, read_record
from local.stack import LocalStack, local_stack
from pages.api_cases import CASES, Case
from pages.graph import main as draw
from templates.resources.gateway_responses import GATEWAY_RESPONSES
from tests.effort import times
from tests.fake_aws.events import object_created
from tests.local import image_status
from tests.local.account import eventually
from tests.local.deletion import delete, versions
from tests.local.image_status import another_token
from tests.local.stack_access import configure, invoke_trigger, scale_waits
from tests.local.stack_contents import NotificationListener
from tests.patience import PATIENCE
from workflow import contracts

pytestmark = pytest.mark.heavy

PHOTOGRAPHS = Path("local/photographs")
NAME = 'Ærø 夏 "1+1" 50% a&b=c;d#e [red] ñ'.ljust(200, "x") + ".png"
HTTP = urllib3.PoolManager()


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """Run the stack with short waits before retries."""
    with local_stack() as running:
        scale_waits(running, 0.01)
        yield running


@pytest.fixture(scope="module")
def outcomes(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Send valid and invalid images through the stack, and return their outcomes by file name."""
    folder = tmp_path_factory.mktemp("pictures")
    whole = (PHOTOGRAPHS / "waterfall.jpg").read_bytes()
    (folder / "truncated.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "page.jpg").write_text("<html>not an image</html>", encoding="utf-8")
    (folder / "empty.jpg").touch()
    Image.new("1", (8000, 8000)).save(folder / "too many pixels.png")
    (folder / NAME).write_bytes((PHOTOGRAPHS / "coffee.png").read_bytes())
    sent = [*folder.iterdir(), PHOTOGRAPHS / "waterfall.jpg"]
    found = process(stack, sent, folder / "results", at_once=1, timeout=PATIENCE)  # more would start more workers
    return {Path(outcome.file).name: outcome for outcome in found}


@pytest.fixture
def ask(stack: LocalStack) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Return a function that sends GET /upload-url and returns status and body."""

    def send(token: str | None = stack.token, **query: str) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": token} if token else {}
        answer = HTTP.request("GET", stack.upload_url_endpoint, fields=query, headers=headers)
        return answer.status, json.loads(answer.data)

    return send


@pytest.mark.parametrize(("name", "photograph"), [("waterfall.jpg", "waterfall.jpg"), (NAME, "coffee.png")])
def test_photograph_is_archived_and_notified(outcomes: dict[str, Outcome], name: str, photograph: str) -> None:
    """A photograph has three files in the archive, and a record and a notification that conform to their contracts."""
    outcome = outcomes[name]
    assert outcome.status == "SUCCEEDED"
    contracts.check("success-notification", outcome.notification)
    contracts.check("metadata-record", outcome.record)
    contracts.check("image-status.response", outcome.document)
    assert outcome.record
    assert outcome.document
    assert outcome.record["status"] == outcome.document["status"] == "SUCCEEDED"
    assert Path(outcome.outputs["original"]).read_bytes() == (PHOTOGRAPHS / photograph).read_bytes()
    with Image.open(outcome.outputs["thumbnail"]) as thumbnail:
        assert thumbnail.size == (256, 256)


def test_rotated_photograph_is_resized_upright(outcomes: dict[str, Outcome]) -> None:
    """The EXIF orientation is applied to the resized image."""
    with Image.open(outcomes["waterfall.jpg"].outputs["resized"]) as resized:
        assert resized.size == (600, 450)


def test_staged_renditions_are_gone(stack: LocalStack, outcomes: dict[str, Outcome]) -> None:
    """Nothing stays staged of images with a final status."""
    finished = [outcome.record["execution"] for outcome in outcomes.values() if outcome.record]
    assert len(finished) == len(outcomes) - 1  # the empty file has no execution
    s3, bucket = stack.emulator.client("s3"), stack.outputs["UploadBucketName"]
    listings = [s3.list_objects_v2(Bucket=bucket, Prefix=object_keys.staged_folder(name)) for name in finished]
    assert not [listing for listing in listings if "Contents" in listing]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("truncated.jpg", "TRUNCATED"), ("page.jpg", "NOT_AN_IMAGE"), ("too many pixels.png", "TOO_MANY_PIXELS")],
)
def test_invalid_image_is_rejected(outcomes: dict[str, Outcome], name: str, reason: str) -> None:
    """A file that is not a valid image within the limits is REJECTED, with the reason in record and notification."""
    outcome = outcomes[name]
    assert (outcome.status, outcome.reason) == ("REJECTED", reason)
    contracts.check("rejection-notification", outcome.notification)
    contracts.check("metadata-record", outcome.record)
    assert outcome.record
    assert outcome.record["reason"] == reason


def test_empty_file_gets_no_upload_url(outcomes: dict[str, Outcome]) -> None:
    """The API refuses a file of size 0."""
    assert (outcomes["empty.jpg"].status, outcomes["empty.jpg"].reason) == ("REJECTED", "EMPTY")


def test_execution_is_drawn(
    stack: LocalStack,
    outcomes: dict[str, Outcome],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`python -m pages.graph --execution ARN` reads an execution of the stack and draws it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", stack.emulator.endpoint)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, ACCESS_KEY)
    record = outcomes["waterfall.jpg"].record or {}
    arn = f"{stack.outputs['ProcessingPipelineArn'].replace(':stateMachine:', ':execution:')}:{record['execution']}"
    describe = stack.emulator.client("stepfunctions").describe_execution
    eventually(lambda: describe(executionArn=arn)["status"] != "RUNNING")  # the outcome is notified before it ends
    assert draw(["--execution", arn, "--format", "html"]) == 0
    page = capsys.readouterr().out
    assert 'class="state Task succeeded" data-state="ParallelProcessing/0/ResizeImage"' in page
    assert "<strong>succeeded</strong>" in page


@pytest.mark.parametrize("case", [*CASES.values()][:: times(2, 1)], ids=[*CASES][:: times(2, 1)])
def test_api_responds_as_documented(stack: LocalStack, case: Case) -> None:
    """Each example of docs/openapi.json gets its status, and a body that conforms to the schema and has the same values."""
    headers = {"Authorization": stack.token} if case.signed_in else {}
    query = {name: str(value) for name, value in case.query.items()}
    url = stack.api_url(case.route.path.format(**case.path))
    answer = HTTP.request(case.route.method, url, fields=query, headers=headers)
    assert answer.status == case.status
    contracts.check(f"{case.route.contract}.response" if case.status == 200 else "api-error", answer.json())
    assert case.body.items() <= answer.json().items()
    if case.status != 200:
        assert (answer.headers["Content-Type"], answer.json()["status"]) == ("application/problem+json", case.status)


def test_client_in_the_documentation_uploads_an_image(stack: LocalStack) -> None:
    """The client in docs/api.md, run unchanged, uploads an image and prints its id."""
    (code,) = re.findall(r"```python\n(.*?)```", Path("docs/api.md").read_text(encoding="utf-8"), re.DOTALL)
    known = {
        "UPLOAD_URL_ENDPOINT": stack.upload_url_endpoint,
        "TOKEN": stack.token,
        "FILE": str(PHOTOGRAPHS / "coffee.png"),
    }
    ran = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **known}, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    versions = stack.emulator.client("s3").list_object_versions(Bucket=stack.outputs["UploadBucketName"])["Versions"]
    assert any(one["Key"].endswith(ran.stdout.strip()) for one in versions)


@pytest.mark.parametrize("kind", [None, "nonsense", "AccessToken"])
def test_upload_url_needs_an_id_token(stack: LocalStack, kind: str | None) -> None:
    """Without a token, with an invalid one or with an access token the status is 401, in the response that the template describes."""
    token = stack.sign_in().get(kind or "", kind)
    query = {"filename": "a.jpg", "contentType": "image/jpeg", "size": "10"}
    headers = {"Authorization": token} if token else {}
    answer = HTTP.request("GET", stack.upload_url_endpoint, fields=query, headers=headers)
    assert _gateway_response(answer) == (401, "UNAUTHORIZED", GATEWAY_RESPONSES["UNAUTHORIZED"].detail)


def test_function_error_is_a_response_of_the_gateway(stack: LocalStack) -> None:
    """If the function fails, the status is 502, with the body and the CORS header that the template describes."""
    before = configure(stack, "GetUploadUrlFunction", MAX_BYTES="many")
    try:
        query = {"filename": "a.jpg", "contentType": "image/jpeg", "size": "10"}
        answer = HTTP.request(
            "GET", stack.upload_url_endpoint, fields=query, headers={"Authorization": stack.token}, retries=False
        )
    finally:
        configure(stack, "GetUploadUrlFunction", **before)
    assert _gateway_response(answer) == (502, "DEFAULT_5XX", GATEWAY_RESPONSES["DEFAULT_5XX"].detail)


def test_uploads_beyond_a_limit_are_refused(stack: LocalStack) -> None:
    """Beyond the uploads of a day the status is 429, with the seconds until midnight in Retry-After."""
    before = configure(stack, "GetUploadUrlFunction", MAX_UPLOADS_PER_DAY="1")
    try:
        query = {"filename": "a.jpg", "contentType": "image/jpeg", "size": "10"}
        headers = {"Authorization": stack.token}
        _, answer = (
            HTTP.request("GET", stack.upload_url_endpoint, fields=query, headers=headers, retries=False)
            for _ in range(2)
        )
    finally:
        configure(stack, "GetUploadUrlFunction", **before)
    assert (answer.status, answer.json()["reason"]) == (429, "TOO_MANY_UPLOADS_TODAY")
    assert 0 < int(answer.headers["Retry-After"]) <= 24 * 3600 + 1
    contracts.check("api-error", answer.json())


def _gateway_response(answer: urllib3.BaseHTTPResponse) -> tuple[int, str, str]:
    """Return status, reason and message of an error, which any origin may read."""
    body = answer.json()
    contracts.check("api-error", body)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status, body["reason"], body["detail"]


@pytest.mark.parametrize(
    ("field", "query"),
    [
        ("contentType", {"filename": "a.txt", "contentType": "text/plain", "size": "10"}),
        ("size", {"filename": "a.jpg", "contentType": "image/jpeg", "size": "0"}),
        ("size", {"filename": "a.jpg", "contentType": "image/jpeg", "size": str(10**9)}),
    ],
)
def test_invalid_request_names_the_field(
    ask: Callable[..., tuple[int, dict[str, Any]]], field: str, query: dict[str, str]
) -> None:
    """An invalid request gets status 400 and a body that names the field."""
    status, body = ask(**query)
    assert status == 400
    assert body["field"] == field
    contracts.check("api-error", body)


@pytest.mark.parametrize("changed", ["Content-Type", "x-amz-meta-filename"])
def test_url_accepts_the_signed_headers_only(ask: Callable[..., tuple[int, dict[str, Any]]], changed: str) -> None:
    """A PUT with another value of a signed header gets status 403."""
    _, grant = ask(filename="a.jpg", contentType="image/jpeg", size="5")
    answer = HTTP.request("PUT", grant["uploadUrl"], body=b"12345", headers={**grant["headers"], changed: "other"})
    assert answer.status == 403


@pytest.mark.parametrize(
    ("added", "unsigned"),
    [
        ({"X-Amz-Acl": "public-read"}, "x-amz-acl"),
        (
            {"x-amz-website-redirect-location": "/b", "x-amz-tagging": "a=1"},
            "x-amz-tagging, x-amz-website-redirect-location",
        ),
        ({"x-amz-meta-filename": "a.jpg", "Origin": "https://example.com"}, None),
    ],
)
def test_url_accepts_no_other_amz_header(
    ask: Callable[..., tuple[int, dict[str, Any]]], added: dict[str, str], unsigned: str | None
) -> None:
    """A PUT with x-amz-* headers that are not signed gets status 403 and their names, and stores nothing."""
    _, grant = ask(filename="a.jpg", contentType="image/jpeg", size="5")
    signed = {name.lower(): value for name, value in grant["headers"].items()}
    first, second = (
        HTTP.request("PUT", grant["uploadUrl"], body=b"12345", headers=headers) for headers in (signed | added, signed)
    )
    assert (first.status, second.status) == ((403, 200) if unsigned else (200, 412))
    if unsigned:
        text = first.data.decode()
        assert "<Code>AccessDenied</Code>" in text
        assert f"<HeadersNotSigned>{unsigned}</HeadersNotSigned>" in text


def test_url_accepts_no_body_in_chunks(ask: Callable[..., tuple[int, dict[str, Any]]]) -> None:
    """A PUT whose body is sent in chunks gets status 501 as S3 answers it, also with the signed length, and stores nothing."""
    _, grant = ask(filename="a.jpg", contentType="image/jpeg", size="5")
    in_chunks = HTTP.request("PUT", grant["uploadUrl"], body=b"12345", headers=grant["headers"], chunked=True)
    assert (in_chunks.status, b"<Code>NotImplemented</Code>" in in_chunks.data) == (501, True)
    assert HTTP.request("PUT", grant["uploadUrl"], body=b"12345", headers=grant["headers"]).status == 200


def test_url_accepts_no_other_authentication(ask: Callable[..., tuple[int, dict[str, Any]]]) -> None:
    """A PUT that has an Authorization header too, even an empty one, gets status 400 as S3 answers it, and stores nothing."""
    _, grant = ask(filename="a.jpg", contentType="image/jpeg", size="5")
    headers = [grant["headers"] | added for added in ({"Authorization": "a token"}, {"authorization": ""}, {})]
    answers = [HTTP.request("PUT", grant["uploadUrl"], body=b"12345", headers=each) for each in headers]
    assert [answer.status for answer in answers] == [400, 400, 200]
    assert b"<Code>InvalidArgument</Code>" in answers[0].data
    assert b"a token" not in answers[0].data


def test_url_allows_one_upload(ask: Callable[..., tuple[int, dict[str, Any]]]) -> None:
    """A second PUT with the same URL gets status 412, so that an image is not replaced while it is processed."""
    _, grant = ask(filename="a.jpg", contentType="image/jpeg", size="5")
    answers = [HTTP.request("PUT", grant["uploadUrl"], body=b"12345", headers=grant["headers"]) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 412]


def test_deleted_image_is_gone(stack: LocalStack, tmp_path: Path) -> None:
    """Another user cannot delete an image. Its own one can, twice; then no status, list, URL or object shows it."""
    (outcome,) = process(stack, [PHOTOGRAPHS / "coffee.png"], tmp_path, at_once=1, timeout=PATIENCE)
    image_id = outcome.imageId or ""
    thumbnail = image_status.final(stack, image_id)["renditions"]["thumbnail"]["url"]
    other = another_token(stack)
    foreign, unknown = (delete(stack, one, other) for one in (image_id, image_status.NOBODYS))
    assert (foreign.status, foreign.data) == (unknown.status, unknown.data) == (404, unknown.data)
    assert HTTP.request("GET", thumbnail).status == 200
    assert [delete(stack, image_id).status for _ in range(2)] == [204, 204]
    assert HTTP.request("GET", thumbnail).status == 404
    assert image_status.read(stack, image_id).status == 404
    assert image_id not in [one["imageId"] for one in image_status.listed(stack)]
    assert versions(stack, image_id) == []
    listener = NotificationListener(stack)
    eventually(lambda: not listener.poll())
    deleted = [one for one in listener.received if one["imageId"] == image_id]
    assert [one["status"] for one in deleted] == ["DELETED"]
    contracts.check("deletion-notification", deleted[0])


@pytest.mark.parametrize(
    "before", ["local.process._final_outcome", "local.client.Client.document", "local.notifications.Notifications.wait"]
)
def test_image_that_is_deleted_meanwhile_has_that_status(
    stack: LocalStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    """An image that somebody deletes while it is processed, or while its results are read, is DELETED, and no error."""
    real = resolve_name(before)

    def late(*arguments: Any) -> Any:
        for image in image_status.listed(stack):
            if image.get("filename") == file.name:
                delete(stack, image["imageId"])
        return real(*arguments)

    monkeypatch.setattr(before, late)
    file = tmp_path / f"{before}.png"
    Image.new("1", (8, 8)).save(file)
    (outcome,) = process(stack, [file], tmp_path, at_once=1, timeout=PATIENCE)
    assert (outcome.status, outcome.reason, outcome.record) == ("DELETED", None, None)


def test_repeated_event_starts_nothing(stack: LocalStack, outcomes: dict[str, Outcome]) -> None:
    """A repeated event starts no execution and does not change the record."""
    record = outcomes["waterfall.jpg"].record
    assert record
    event = _event(record)
    trigger = invoke_trigger(stack, [event, event])
    assert trigger == {"batchItemFailures": []}
    assert read_record(stack, record["imageId"]) == record


def test_poison_message_goes_to_the_dead_letter_queue(stack: LocalStack) -> None:
    """A message that is not an S3 event is moved to the dead-letter queue."""
    sqs = stack.emulator.client("sqs")
    queue, dead = stack.outputs["ProcessingQueueUrl"], stack.outputs["DeadLetterQueueUrl"]
    # Deliver it again at once; the template waits longer than the trigger may run.
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "0"})
    sqs.send_message(QueueUrl=queue, MessageBody="no event")
    messages = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=20)["Messages"]
    assert [message["Body"] for message in messages] == ["no event"]


def test_internal_error_is_retried_then_fails(stack: LocalStack, tmp_path: Path) -> None:
    """A step that fails with an internal error is retried; then record and notification say FAILED."""
    before = configure(stack, "ThumbnailFunction", THUMBNAIL_EDGE="none")
    try:
        (outcome,) = process(stack, [PHOTOGRAPHS / "rocket.jpg"], tmp_path, at_once=1, timeout=PATIENCE)
    finally:
        configure(stack, "ThumbnailFunction", **before)
    assert (outcome.status, outcome.reason) == ("FAILED", "ValueError")
    contracts.check("failure-notification", outcome.notification)
    contracts.check("metadata-record", outcome.record)
    assert outcome.record
    assert outcome.record["status"] == "FAILED"


def test_file_name_is_unchanged_in_the_notification(outcomes: dict[str, Outcome]) -> None:
    """A file name of any script, with spaces, quotes and plus signs, is in the notification unchanged."""
    notification = outcomes[NAME].notification
    assert notification
    assert notification["filename"] == NAME


def test_unfinished_image_has_no_status(stack: LocalStack, tmp_path: Path) -> None:
    """An image without a final status in time has no status in its outcome."""
    (outcome,) = process(stack, [PHOTOGRAPHS / "rocket.jpg"], tmp_path, at_once=1, timeout=0)
    assert outcome.status is None


def _event(record: dict[str, Any]) -> dict[str, Any]:
    return object_created(record["bucket"], record["key"], record["versionId"], at=record["createdAt"])
