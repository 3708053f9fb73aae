"""The limits of each user: open uploads and upload URLs of a day, 429 with Retry-After."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lambdas.domain import grants, usage
from lambdas.domain.attribute_values import deserialize
from lambdas.domain.outcomes import REJECTED
from lambdas.domain.record import Record
from lambdas.get_upload_url import handler
from lambdas.runtime import clients
from tests.fake_aws.account import OWNER, Payload, usage_table
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import (
    CONTEXT,
    RETENTION_DAYS,
    TABLE,
    URL_SETTINGS,
    Account,
    before_next_call,
    export,
    metric_lines,
)
from tests.lambdas.pipeline import FACTS
from tests.lambdas.test_awaiting_uploads import uploaded
from tests.lambdas.url_requests import PARAMETERS, url_request
from workflow import contracts

OPEN, DAILY = 3, 5
ANOTHER = "5d3b8a1e-92c4-4f07-8e6d-1c7a40b2f9e3"
DAY = 24 * 3600  # seconds


@pytest.fixture(autouse=True)
def _low(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - its settings come first
    """Set low limits."""
    export(monkeypatch, replace(URL_SETTINGS, max_open_uploads=OPEN, max_uploads_per_day=DAILY))


def ask(owner: str = OWNER) -> Payload:
    """Return the response to a valid request."""
    response = handler(url_request(PARAMETERS, owner), CONTEXT)
    contract = "upload-url.response" if response["statusCode"] == 200 else "api-error"
    contracts.check(contract, json.loads(response["body"]))
    return response


def grant() -> Payload:
    """Return a grant."""
    response = ask()
    assert response["statusCode"] == 200, response["body"]
    granted: Payload = json.loads(response["body"])
    return granted


def refused(reason: str, owner: str = OWNER) -> int:
    """Return after how many seconds the client may ask again, of a request that is refused for that reason."""
    response = ask(owner)
    assert (response["statusCode"], json.loads(response["body"])["reason"]) == (429, reason)
    return int(response["headers"]["Retry-After"])


def end(granted: Payload) -> None:
    """Take the image of a grant to its outcome."""
    event = uploaded(granted)
    record = Record(TABLE, event["image"], event["execution"])
    record.begin(RETENTION_DAYS)
    record.complete_step("ValidateImage", FACTS[REJECTED], REJECTED)


def item() -> Payload:
    """Return the user's item."""
    answer = clients.dynamodb().get_item(TableName=usage_table(TABLE), Key={"owner": {"S": OWNER}})
    return deserialize(answer["Item"])


def test_open_uploads_are_limited() -> None:
    """A user with as many open uploads as allowed is asked to wait for some seconds; another user is not affected."""
    for _ in range(OPEN):
        grant()
    assert 1 <= refused(usage.OPEN) <= usage.SOON
    assert ask(ANOTHER)["statusCode"] == 200


def test_an_image_with_its_outcome_makes_room() -> None:
    """An upload is over with the final status of its image; one that is processed is open."""
    first, second, _ = (grant() for _ in range(OPEN))
    event = uploaded(second)
    Record(TABLE, event["image"], event["execution"]).begin(RETENTION_DAYS)
    refused(usage.OPEN)
    end(first)
    grant()
    refused(usage.OPEN)


def test_an_expired_url_makes_room(fake_clock: FakeClock) -> None:
    """An upload that is not made is over with its URL; shortly before, the client is asked to wait for just that."""
    for _ in range(OPEN):
        grant()
    fake_clock.advance(seconds=URL_SETTINGS.url_expiry_seconds - 3)
    wait = refused(usage.OPEN)
    assert wait <= 3
    fake_clock.advance(seconds=4)
    grant()


def test_uploads_of_a_day_are_limited(fake_clock: FakeClock) -> None:
    """Uploads count also when they are over, until midnight UTC, which is when the client may ask again."""
    for _ in range(DAILY):
        end(grant())
    wait = refused(usage.DAILY)
    midnight = fake_clock.now() + timedelta(seconds=wait)
    assert (midnight.hour, midnight.minute) == (0, 0)
    assert ask(ANOTHER)["statusCode"] == 200
    fake_clock.advance(seconds=wait)
    grant()
    assert item()["count"] == 1


def test_a_day_begins_with_no_uploads(fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Uploads of yesterday count no more, also if they were few, and of two first requests of a day each is counted."""
    grant()
    fake_clock.advance(seconds=DAY)
    before_next_call(monkeypatch, clients.dynamodb(), "put_item", grant)
    grant()
    assert (item()["count"], len(item()["open"])) == (2, 2)


def test_open_uploads_stay_open_at_midnight(fake_clock: FakeClock) -> None:
    """A new day begins with no uploads of the day, and with those that are open."""
    now = fake_clock.now()
    tomorrow = datetime(now.year, now.month, now.day, tzinfo=UTC) + timedelta(days=1)
    fake_clock.advance(seconds=(tomorrow - now).total_seconds() - 60)
    for _ in range(OPEN):
        grant()
    fake_clock.advance(seconds=120)
    refused(usage.OPEN)


def test_the_item_expires(fake_clock: FakeClock) -> None:
    """DynamoDB deletes the item when nothing of it counts any more, and not before."""
    grant()
    left = timedelta(seconds=item()["expiresAt"] - fake_clock.now().timestamp())
    assert timedelta(days=1, seconds=URL_SETTINGS.url_expiry_seconds) < left <= timedelta(days=2)


def test_a_refused_request_counts_nothing() -> None:
    """Neither a request with a wrong parameter nor one beyond a limit is an upload."""
    for _ in range(OPEN):
        grant()
    before = item()
    refused(usage.OPEN)
    assert handler(url_request({**PARAMETERS, "size": "0"}), CONTEXT)["statusCode"] == 400
    assert item() == before


@pytest.mark.parametrize("over", [0, 1], ids=["all open", "one over"])
def test_requests_at_the_same_time_do_not_exceed_a_limit(monkeypatch: pytest.MonkeyPatch, *, over: int) -> None:
    """If another request takes the last place between the read and the write, the first one is refused."""
    grants = [grant() for _ in range(OPEN - 1 + over)]
    for granted in grants[:over]:
        end(granted)
    before_next_call(monkeypatch, clients.dynamodb(), "put_item" if over else "update_item", grant)
    refused(usage.OPEN)
    assert len(item()["open"]) == OPEN


def test_a_new_user_is_counted_once_by_two_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two first requests at the same time, one creates the item, and the other one counts in it."""
    before_next_call(monkeypatch, clients.dynamodb(), "put_item", grant)
    grant()
    assert (item()["count"], len(item()["open"])) == (2, 2)


def test_a_user_whose_requests_overtake_each_other_is_asked_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request gives up after some tries; each of them failed because another request was counted."""
    monkeypatch.setattr(usage, "_add", lambda *_: {"day": "2026-01-01", "count": 1, "open": {}})
    assert refused(usage.OPEN) == 1


def test_an_upload_whose_record_is_not_written_yet_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the count and the record, another request does not take the place."""
    monkeypatch.setattr(grants, "await_upload", lambda *_: None)
    for _ in range(OPEN):
        grant()
    refused(usage.OPEN)


def test_a_lost_answer_counts_an_open_upload_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the SDK repeats the write after a lost answer, the day has one upload more, and the user one open upload."""
    grant()
    client = clients.dynamodb()
    real = client.update_item

    def twice(**arguments: Any) -> Any:
        real(**arguments)
        return real(**arguments)

    monkeypatch.setattr(client, "update_item", twice)
    grant()
    assert (item()["count"], len(item()["open"])) == (3, 2)


def test_a_request_takes_two_writes_and_no_read() -> None:
    """A request of a user with room makes one write of the usage and one of the record; S3 is not asked."""
    grant()
    calls: list[str] = []
    for client in (clients.dynamodb(), clients.s3()):
        client.meta.events.register("before-call", lambda model, **_: calls.append(model.name))
    grant()
    assert calls == ["UpdateItem", "PutItem"]


def test_limited_requests_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """The metric has the reason beside it, and no alarm: users see the response."""
    for _ in range(OPEN):
        grant()
    capsys.readouterr()
    refused(usage.OPEN)
    (line,) = metric_lines(capsys.readouterr().out)
    assert (line["UploadUrlsLimited"], line["reason"]) == ([1.0], usage.OPEN)
