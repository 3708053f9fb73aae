"""GET /images: the caller's images, the newest first, whatever comes and goes between two pages."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from lambdas.domain.outcomes import FAILED, PROCESSING, REJECTED, SUCCEEDED
from lambdas.list_images import DEFAULT_LIMIT, handler
from lambdas.runtime import clients
from lambdas.runtime.clock import rfc3339
from tests.effort import times
from tests.fake_aws.account import ARCHIVE_BUCKET, OWNER, Payload
from tests.lambdas.account import CONTEXT, ORIGIN, TABLE, Account, log_lines
from workflow import contracts
from workflow.contracts.errors import INTERNAL_ERROR_MESSAGE
from workflow.releases import FOLDER, released

ANOTHER = "5d3b8a1e-92c4-4f07-8e6d-1c7a40b2f9e3"
EXAMPLES = {one["status"]: one for one in contracts.schema("metadata-record")["examples"]}
BEGINNING = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
BAD = [
    ("limit", ["0", "101", "-1", "1.5", "", "ten", "9" * 9, "\u0663"]),
    ("cursor", ["", "AAAA", "x" * 257, "\u2028", "AAAAAAAAAAAAAAAAAAAAAA"]),
    ("status", ["", "succeeded", "DELETED", "PROCESSING,FAILED"]),
]


def request(query: dict[str, str], owner: str = OWNER) -> dict[str, Any]:
    """Return the event of a request by a signed-in user."""
    return {
        "httpMethod": "GET",
        "headers": {"origin": ORIGIN},
        "pathParameters": None,
        "queryStringParameters": query or None,
        "requestContext": {"authorizer": {"claims": {"sub": owner}}},
    }


def ask(owner: str = OWNER, **query: str) -> tuple[int, Payload]:
    """Return status and body of the response, after checking its contract."""
    response = handler(request(query, owner), CONTEXT)
    body = json.loads(response["body"])
    contracts.check("image-list.response" if response["statusCode"] == 200 else "api-error", body)
    assert response["headers"]["Cache-Control"] == "no-store"
    return response["statusCode"], body


def page(owner: str = OWNER, **query: str) -> Payload:
    """Return a page of the list."""
    status, body = ask(owner, **query)
    assert status == 200, body
    return body


def everything(owner: str = OWNER, between: Callable[[], object] = lambda: None, **query: str) -> list[Payload]:
    """Return all pages' images; between two pages something happens."""
    found = page(owner, **query)
    images: list[Payload] = found["images"]
    while "cursor" in found:
        between()
        found = page(owner, **query, cursor=found["cursor"])
        images += found["images"]
    return images


class Records:
    """Records of one owner in the table, at times of which several are the same."""

    def __init__(self, account: Account, random: Random) -> None:
        """Begin with none."""
        self._account, self._random = account, random
        self.stored: dict[str, Payload] = {}

    def add(self, seconds: int, status: str = PROCESSING, owner: str = OWNER) -> str:
        """Write a record that began so many seconds after the beginning."""
        image_id = str(UUID(int=self._random.getrandbits(128), version=4))
        example = EXAMPLES.get(status) or {
            name: value for name, value in EXAMPLES[REJECTED].items() if name not in ("reason", "message")
        }
        known = {"imageId": image_id, "owner": owner, "status": status}
        record = {**example, **known, "createdAt": rfc3339(BEGINNING + timedelta(seconds=seconds))}
        if "archive" in record:
            record["archive"] = {**record["archive"], "bucket": ARCHIVE_BUCKET}
        self._account.store(record)
        if owner == OWNER:
            self.stored[image_id] = record
        return image_id

    def remove(self, image_id: str) -> None:
        """Delete a record."""
        clients.dynamodb().delete_item(TableName=TABLE, Key={"imageId": {"S": image_id}})
        del self.stored[image_id]


@pytest.fixture
def records(account: Account) -> Records:
    """Give the owner's records."""
    return Records(account, Random(7))  # noqa: S311 - no secret


def test_no_images_are_an_empty_page(account: Account) -> None:  # noqa: ARG001 - the table
    """A user without images gets a page without images and without a cursor."""
    found = page()
    assert (found["images"], "cursor" in found) == ([], False)


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_the_newest_come_first(records: Records, limit: int) -> None:
    """Page after page has the newest images, each once, also where several began in the same millisecond."""
    for seconds in (5, 1, 1, 1, 3, 2, 5):
        records.add(seconds)
    found = everything(limit=str(limit))
    assert [one["createdAt"] for one in found] == sorted((one["createdAt"] for one in found), reverse=True)
    assert sorted(one["imageId"] for one in found) == sorted(records.stored)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_only_the_last_page_has_no_cursor(records: Records, count: int) -> None:
    """A full page has a cursor only if there is an image after it."""
    for seconds in range(count):
        records.add(seconds)
    assert ("cursor" in page(limit="2")) == (count > 2)


def test_the_default_is_one_screen(records: Records) -> None:
    """Without a limit a page has the default number of images."""
    for seconds in range(DEFAULT_LIMIT + 1):
        records.add(seconds)
    assert len(page()["images"]) == DEFAULT_LIMIT


@pytest.mark.parametrize("seed", range(times(5, 100)))
def test_pages_are_right_while_images_come_and_go(account: Account, seed: int) -> None:
    """Images that are there from the first page to the last are listed once, and none twice, whatever else comes and goes.

    The image at which a page ends may be deleted before the next page is read.
    """
    random = Random(seed)  # noqa: S311 - no secret
    records = Records(account, random)
    for _ in range(random.randrange(12)):
        records.add(random.randrange(4), owner=random.choice((OWNER, OWNER, ANOTHER)))
    before = set(records.stored)

    def happen() -> None:
        for _ in range(random.randrange(3)):
            if random.random() < 0.5:
                records.add(random.randrange(6))
            elif records.stored:
                records.remove(random.choice(sorted(records.stored)))

    status = {"status": PROCESSING} if random.random() < 0.3 else {}
    found = [one["imageId"] for one in everything(between=happen, limit=str(random.randint(1, 4)), **status)]
    assert len(found) == len(set(found))
    assert set(found) >= before & set(records.stored)


def test_a_deleted_image_ends_a_page(records: Records) -> None:
    """A cursor stays right if the image at which the page ended is deleted."""
    oldest, middle, newest = (records.add(seconds) for seconds in range(3))
    first = page(limit="2")
    assert [one["imageId"] for one in first["images"]] == [newest, middle]
    records.remove(middle)
    assert [one["imageId"] for one in page(limit="2", cursor=first["cursor"])["images"]] == [oldest]


@pytest.mark.share(1)
@pytest.mark.parametrize("status", [PROCESSING, SUCCEEDED, REJECTED, FAILED])
def test_a_status_selects(records: Records, status: str) -> None:
    """With a status, all images with it and no others are listed, in the same order."""
    for seconds in range(12):
        records.add(seconds, (PROCESSING, SUCCEEDED, REJECTED, FAILED)[seconds % 4])
    found = everything(status=status, limit="2")
    wanted = {name for name, record in records.stored.items() if record["status"] == status}
    assert [one["status"] for one in found] == [status] * 3
    assert {one["imageId"] for one in found} == wanted


def test_nobody_sees_anothers_images(records: Records) -> None:
    """A list has the images of the user in the token, and no parameter changes that."""
    records.add(1)
    records.add(2, owner=ANOTHER)
    assert [one["imageId"] for one in page()["images"]] == list(records.stored)
    assert len(page(ANOTHER)["images"]) == len(page(ANOTHER, sub=OWNER)["images"]) == 1
    assert page(str(uuid4()))["images"] == []


def test_a_cursor_is_good_for_its_owner_only(records: Records) -> None:
    """Another user's cursor is 400, as one that nobody was given."""
    for seconds in range(3):
        records.add(seconds)
        records.add(seconds, owner=ANOTHER)
    cursor = page(limit="1")["cursor"]
    status, body = ask(ANOTHER, cursor=cursor)
    assert (status, body["field"], body["reason"]) == (400, "cursor", "INVALID")
    assert cursor not in json.dumps(body)


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in BAD for value in values])
def test_a_bad_parameter_is_named(field: str, value: str) -> None:
    """A parameter that cannot be used is 400 with the field, and without its value."""
    status, body = ask(**{field: value})
    assert (status, body["field"], body["reason"]) == (400, field, "INVALID")
    assert len(value) < 4 or value not in body["detail"]


def test_what_an_image_shows(records: Records) -> None:
    """A success has its thumbnail and its appearance, a rejection its reason, a failure no cause."""
    for seconds, status in enumerate((FAILED, REJECTED, SUCCEEDED)):
        records.add(seconds, status)
    succeeded, rejected, failed = page()["images"]
    example = EXAMPLES[SUCCEEDED]
    assert succeeded["appearance"] == example["metadata"]["appearance"]
    assert succeeded["filename"] == example["validation"]["filename"]
    assert (succeeded["thumbnail"]["width"], succeeded["thumbnail"]["height"]) == (256, 256)
    assert "X-Amz-Signature" in succeeded["thumbnail"]["url"]
    assert (rejected["reason"], rejected["message"]) == ("TRUNCATED", EXAMPLES[REJECTED]["message"])
    assert (failed["message"], "reason" in failed) == (INTERNAL_ERROR_MESSAGE, False)


@pytest.mark.parametrize("version", released())
def test_records_of_earlier_versions_are_listed(account: Account, version: str) -> None:
    """The records that a released version has written are in the list."""
    examples = contracts.schema("metadata-record", FOLDER / version)["examples"]
    for number, one in enumerate(examples):
        archive = {"archive": {**one["archive"], "bucket": ARCHIVE_BUCKET}} if "archive" in one else {}
        account.store({**one, **archive, "imageId": str(UUID(int=number, version=4))})
    assert {one["status"] for one in page(examples[0]["owner"])["images"]} == {one["status"] for one in examples}


def test_a_page_is_one_query(records: Records, capsys: pytest.CaptureFixture[str]) -> None:
    """A page takes one query and no request to S3, and its log has neither URLs nor names."""
    for seconds in range(3):
        records.add(seconds, SUCCEEDED)
    calls: list[str] = []
    for client in (clients.dynamodb(), clients.s3_unsigned()):
        client.meta.events.register("before-call", lambda model, **_: calls.append(model.name))
    page(limit="2")
    assert calls == ["Query"]
    (line,) = log_lines(out := capsys.readouterr().out)
    assert line["message"] == "listed 2 images"
    assert not [word for word in ("X-Amz", "Landscape", "amazonaws") if word in out]
