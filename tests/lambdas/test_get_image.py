"""GET /images/{imageId}: the document about one image, for its owner only."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from moto.core import models

from lambdas.domain.outcomes import FAILED, PROCESSING, REJECTED, SUCCEEDED
from lambdas.domain.record import Record
from lambdas.get_image import LONGEST_POLL, SHORTEST_POLL, handler
from lambdas.runtime import clients
from tests.fake_aws.account import ARCHIVE_BUCKET, Payload
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import CONTEXT, IMAGE_SETTINGS, TABLE, Account, log_lines, record_of
from tests.lambdas.image_requests import ask, document, image_request
from tests.lambdas.pipeline import FACTS
from workflow import contracts
from workflow.contracts.errors import INTERNAL_ERROR_MESSAGE
from workflow.releases import FOLDER, released

ANOTHER = "5d3b8a1e-92c4-4f07-8e6d-1c7a40b2f9e3"
RECORDS = contracts.schema("metadata-record")["examples"]
SECRET = "a-cause-that-is-for-operators"


def archived(account: Account, data: bytes) -> str:
    """Take an image through all steps and return its id."""
    from lambdas.archive import handler as archive

    event = account.run_steps(data)
    archive(event, CONTEXT)
    return str(event["image"]["imageId"])


@pytest.fixture
def succeeded(account: Account) -> str:
    """Give the id of an image that has succeeded."""
    return archived(account, Path("local/photographs/coffee.png").read_bytes())


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the library requests download from moto, which takes moto a while to prepare; other tests only upload."""
    monkeypatch.setattr(models, "RESPONSES_METHODS", ("GET", "PUT"))


def finish(event: Payload, status: str, **facts: str) -> None:
    """Give the open record of event's image a final status."""
    found = {**FACTS[status], "finishedAt": "2026-11-23T09:15:03Z", **facts}
    Record(TABLE, event["image"], event["execution"]).complete_step("ArchiveImage", found, status)


def in_archive(record: Payload) -> Payload:
    """Return a record of a contract's example for the archive bucket of the tests."""
    return {**record, "archive": {**record["archive"], "bucket": ARCHIVE_BUCKET}} if "archive" in record else record


def images(found: Payload) -> Iterator[Payload]:
    """Yield the images of a document."""
    shown = found["renditions"]
    yield from (shown["original"], shown["resized"], *shown["smaller"], shown["thumbnail"])


def test_an_image_that_succeeded_has_all_that_was_found(account: Account, succeeded: str) -> None:
    """The document has times, steps, name and metadata as the record has them, and each rendition with its size."""
    found, record = document(succeeded), account.record({"image": {"imageId": succeeded}})
    assert found["status"] == SUCCEEDED
    assert found["filename"] == "Landscape 8.jpg"
    for name in ("imageId", "createdAt", "updatedAt", "finishedAt", "steps", "metadata"):
        assert found[name] == record[name]
    sizes = [record["validation"], record["resized"], *record["resized"]["smaller"], record["thumbnail"]]
    assert [(one["width"], one["height"]) for one in images(found)] == [(one["width"], one["height"]) for one in sizes]


@pytest.mark.usefixtures("downloads")
def test_every_url_reads_its_image(account: Account, succeeded: str) -> None:
    """Each URL answers with the bytes of the archived object and its type, and says how a browser calls the file."""
    stored = {account.content(ARCHIVE_BUCKET, key) for key in account.keys(ARCHIVE_BUCKET)}
    seen = set()
    for image in images(document(succeeded)):
        answer = requests.get(image["url"], timeout=5)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, image["contentType"])
        assert len(answer.content) == image["size"]
        seen.add(answer.content)
    assert seen == stored


@pytest.mark.share(1)
@pytest.mark.usefixtures("downloads")
@pytest.mark.parametrize(
    ("download", "kind"), [({}, "inline"), ({"download": "false"}, "inline"), ({"download": "true"}, "attachment")]
)
def test_a_browser_shows_or_saves_the_image(succeeded: str, download: dict[str, str], kind: str) -> None:
    """A browser shows the image, or saves it on request, under the name of the original."""
    found = document(succeeded, **download)["renditions"]
    names = {
        name: requests.get(found[name]["url"], timeout=5).headers["Content-Disposition"]
        for name in ("original", "thumbnail")
    }
    assert names["original"].startswith(f'{kind}; filename="Landscape 8.jpg"')
    assert names["thumbnail"].startswith(f'{kind}; filename="Landscape 8-thumbnail.')


def test_an_open_image_has_its_steps(account: Account) -> None:
    """While an image is processed, the document has the steps that are complete and nothing of an outcome."""
    event = account.begin(b"data")
    record_of(event).complete_step("ValidateImage", {"validation": RECORDS[0]["validation"]}, PROCESSING)
    found = document(event["image"]["imageId"])
    assert (found["status"], list(found["steps"])) == (PROCESSING, ["ValidateImage"])
    assert not found.keys() & {"renditions", "urlsExpireAt", "reason", "message", "finishedAt"}


def test_a_rejected_image_has_reason_and_sentence(account: Account) -> None:
    """The reason and the sentence are those of the record."""
    event = account.begin(b"data")
    finish(event, REJECTED)
    found = document(event["image"]["imageId"])
    assert {name: found[name] for name in ("status", "reason", "message")} == {"status": REJECTED, **FACTS[REJECTED]}


def test_a_failed_image_has_nothing_for_operators(account: Account) -> None:
    """The user learns that the image failed, and nothing about the state, the error and its cause."""
    event = account.begin(b"data")
    finish(event, FAILED, error=json.dumps({"Cause": SECRET}), reason=SECRET, failedIn=SECRET)
    response = ask(event["image"]["imageId"])
    assert SECRET not in response["body"]
    assert json.loads(response["body"])["message"] == INTERNAL_ERROR_MESSAGE


@pytest.mark.share(2)
@pytest.mark.parametrize(
    "record",
    [
        pytest.param(one, id=f"{version}-{one['status']}")
        for version in released()
        for one in contracts.schema("metadata-record", FOLDER / version)["examples"]
    ],
)
def test_records_of_earlier_versions_have_a_document(account: Account, record: Payload) -> None:
    """A record that a released version has written is shown, with the same status."""
    account.store(in_archive(record))
    assert document(record["imageId"], record["owner"])["status"] == record["status"]


@pytest.mark.parametrize("status", [PROCESSING, SUCCEEDED, REJECTED, FAILED])
def test_another_users_image_does_not_exist(account: Account, status: str) -> None:
    """The answers about another user's image and about none are the same, in every status."""
    event = account.begin(b"data")
    if status != PROCESSING:
        account.store({**next(one for one in RECORDS if one["status"] == status), "imageId": event["image"]["imageId"]})
    foreign, unknown = ask(event["image"]["imageId"], ANOTHER), ask(str(uuid4()), ANOTHER)
    assert foreign == unknown
    assert (foreign["statusCode"], json.loads(foreign["body"])["reason"]) == (404, "NOT_FOUND")


ID = "0b7f3c52-4a58-4d0e-9a41-6f2f6c1f7d10"


@pytest.mark.parametrize(
    "image_id", ["", "1", ID.upper(), f"{ID}\n", f" {ID}", ID.replace("-", ""), "../x", "\ud800", "%00"]
)
def test_a_malformed_id_is_a_bad_request(account: Account, image_id: str) -> None:  # noqa: ARG001 - settings
    """What cannot be an imageId is 400 with the field, without a repetition of the value."""
    response = ask(image_id)
    body = json.loads(response["body"])
    assert (response["statusCode"], body["field"], body["reason"]) == (400, "imageId", "INVALID")
    assert len(image_id) < 3 or image_id not in body["detail"]


def test_a_parameter_of_the_query_is_not_the_id(account: Account) -> None:
    """An imageId in the query does not replace that of the path."""
    event = account.begin(b"data")
    assert document(event["image"]["imageId"], imageId="1")["imageId"] == event["image"]["imageId"]


@pytest.mark.share(2)
@pytest.mark.parametrize("value", ["", "yes", "TRUE", "1"])
def test_download_is_true_or_false(succeeded: str, value: str) -> None:
    """Any other value is 400 with the field."""
    response = ask(succeeded, download=value)
    assert (response["statusCode"], json.loads(response["body"])["field"]) == (400, "download")


@pytest.mark.share(1)
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_an_unchanged_document_is_not_sent_again(succeeded: str, form: str) -> None:
    """With the ETag in If-None-Match the answer is 304 with the same headers but the type, and no body."""
    first = ask(succeeded)
    second = ask(succeeded, headers={"if-none-match": form.format(first["headers"]["ETag"])})
    assert (second["statusCode"], second["body"]) == (304, "")
    same = {name: value for name, value in first["headers"].items() if name != "Content-Type"}
    assert second["headers"] == same


def test_every_change_of_the_record_changes_the_tag(account: Account) -> None:
    """Each step and the final status change the ETag; the notification, which is not shown, does not."""
    event = account.begin(b"data")
    image_id, tags = event["image"]["imageId"], list[str]()
    tags.append(ask(image_id)["headers"]["ETag"])
    record_of(event).complete_step("ValidateImage", {"validation": RECORDS[0]["validation"]}, PROCESSING)
    tags.append(ask(image_id)["headers"]["ETag"])
    finish(event, REJECTED)
    tags.append(ask(image_id)["headers"]["ETag"])
    assert len(set(tags)) == len(tags)
    record_of(event).mark_notified()
    assert ask(image_id)["headers"]["ETag"] == tags[-1]


def test_the_form_of_the_urls_changes_the_tag(succeeded: str) -> None:
    """A response with other URLs has another ETag."""
    assert ask(succeeded)["headers"]["ETag"] != ask(succeeded, download="true")["headers"]["ETag"]


def test_a_known_document_is_sent_again_before_its_urls_expire(succeeded: str, fake_clock: FakeClock) -> None:
    """304 means that the URLs of the known response are valid for a while: they never expire under a client that asks."""
    first = ask(succeeded)
    found = json.loads(first["body"])
    known = {"if-none-match": first["headers"]["ETag"]}
    while ask(succeeded, headers=known)["statusCode"] == 304:
        assert fake_clock.now().isoformat() < found["urlsExpireAt"].replace("Z", "+00:00")
        fake_clock.advance(minutes=1)
    assert document(succeeded)["urlsExpireAt"] > found["urlsExpireAt"]


def test_urls_stay_for_a_while(succeeded: str, fake_clock: FakeClock) -> None:
    """Two responses within a moment have the same URLs, so that a browser finds the images in its cache."""
    urls = [[image["url"] for image in images(document(succeeded))] for _ in range(2)]
    if urls[0] != urls[1]:  # the interval has just ended
        urls = [[image["url"] for image in images(document(succeeded))] for _ in range(2)]
    assert urls[0] == urls[1]
    fake_clock.advance(seconds=IMAGE_SETTINGS.image_url_expiry_seconds)
    assert [image["url"] for image in images(document(succeeded))] != urls[0]


def test_an_open_image_says_when_to_ask_again(account: Account, fake_clock: FakeClock) -> None:
    """The longer an image takes, the later the next request makes sense, within bounds; a final status has no next one."""
    event = account.begin(b"data")
    waits = []
    for _ in range(10):
        waits.append(int(ask(event["image"]["imageId"])["headers"]["Retry-After"]))
        fake_clock.advance(seconds=20)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (SHORTEST_POLL, LONGEST_POLL)
    finish(event, REJECTED)
    assert "Retry-After" not in ask(event["image"]["imageId"])["headers"]


def test_only_the_browser_may_keep_a_document(succeeded: str) -> None:
    """No shared cache keeps the document, and the browser asks whether it has changed; an error is kept nowhere."""
    assert ask(succeeded)["headers"]["Cache-Control"] == "private, no-cache"
    assert ask(str(uuid4()))["headers"]["Cache-Control"] == "no-store"


def test_pages_can_read_the_headers(succeeded: str) -> None:
    """Scripts of an allowed origin see ETag and Retry-After, and may send If-None-Match."""
    assert ask(succeeded)["headers"]["Access-Control-Expose-Headers"] == "ETag, Retry-After"
    asked = {**image_request(succeeded), "httpMethod": "OPTIONS"}
    assert "If-None-Match" in handler(asked, CONTEXT)["headers"]["Access-Control-Allow-Headers"]


def test_a_status_is_one_read(succeeded: str) -> None:
    """A response takes one consistent read of DynamoDB and no request to S3."""
    calls: list[tuple[str, Any]] = []
    for client in (clients.dynamodb(), clients.s3_unsigned()):
        client.meta.events.register(
            "before-call", lambda params, model, **_: calls.append((model.name, params["body"]))
        )
    document(succeeded)
    ((name, body),) = calls
    assert (name, json.loads(body)["ConsistentRead"]) == ("GetItem", True)


def test_no_log_line_has_a_url(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    """The log names the image and its status; it holds no signature and no file name."""
    record = in_archive(RECORDS[0])
    account.store(record)
    assert document(record["imageId"])["filename"] == "Landscape 8.jpg"
    out = capsys.readouterr().out
    (line,) = log_lines(out)
    assert (line["imageId"], SUCCEEDED in line["message"]) == (record["imageId"], True)
    assert not [word for word in ("X-Amz", "Landscape", "amazonaws") if word in out]
