"""Who may replace a record: the newest upload of its key, and a later attempt at one that did not succeed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.domain import executions, object_keys, upload_versions
from lambdas.domain.outcomes import FAILED, PROCESSING, REJECTED, SUCCEEDED
from lambdas.runtime import clients
from tests.fake_aws.account import Payload
from tests.lambdas.account import RETENTION_DAYS, TABLE, Account, numbered, record_of
from workflow import contracts
from workflow.contracts.errors import PreviousOutcomePending, StaleExecution

if TYPE_CHECKING:
    from workflow.contracts.payloads import Image

FINAL_STATUSES = (SUCCEEDED, REJECTED, FAILED)
each_status = pytest.mark.parametrize("status", FINAL_STATUSES)


def begin(event: Payload) -> bool:
    """Begin the record for event's execution."""
    return record_of(event).begin(RETENTION_DAYS)


def make_final(account: Account, event: Payload, status: str, *, notified: bool = True) -> Payload:
    """Give event's record a final status, notified or not, and return it."""
    account.set_status(event, status)
    if notified:
        record_of(event).mark_notified()
    return account.record(event)


def attempt(event: Payload, number: int) -> Payload:
    """Return the input of that attempt at event's upload."""
    image = numbered(event["image"], number)
    return {"image": image, "execution": executions.name(image)}


def refused(event: Payload, error: type[Exception], account: Account) -> None:
    """Assert that event's execution can neither begin nor fail, because of that error, and that the record stays as it is."""
    before = account.record(event)
    with pytest.raises(error):
        begin(event)
    assert account.record(event) == before


def taken(event: Payload, account: Account) -> Payload:
    """Let event's execution replace the record, and return it after asserting that it holds nothing of the old one."""
    assert begin(event)
    record = account.record(event)
    assert (record["execution"], record["status"]) == (event["execution"], PROCESSING)
    assert record["versionId"] == event["image"]["versionId"]
    assert record["steps"] == {}
    assert not {"finishedAt", "notifiedAt", "failedIn", "reason", "message", "error", "archive"} & record.keys()
    contracts.check("metadata-record", record)
    return record


@each_status
def test_a_newer_upload_replaces_a_notified_record(account: Account, status: str) -> None:
    """The newest upload begins a new record, which lists the executions whose archived objects stay."""
    event = account.begin(b"older")
    make_final(account, event, status)
    record = taken(account.upload_again(event, b"newer"), account)
    assert record["earlier"] == ([event["execution"]] if status == SUCCEEDED else [])
    assert ("expiresAt" in record) == (status != SUCCEEDED)  # an expired record would lose the earlier success


def test_a_newer_upload_replaces_an_open_record(account: Account) -> None:
    """If an upload is overwritten while it is processed, its record becomes the newer one's."""
    event = account.begin(b"older")
    record = taken(account.upload_again(event, b"newer"), account)
    assert record["earlier"] == []
    with pytest.raises(StaleExecution):
        record_of(event).complete_step("ResizeImage", {}, SUCCEEDED)
    assert account.record(event) == record


@each_status
def test_an_outcome_is_published_before_its_record_is_replaced(account: Account, status: str) -> None:
    """While the notification of the older outcome is pending, the newer upload waits."""
    event = account.begin(b"older")
    make_final(account, event, status, notified=False)
    newer = account.upload_again(event, b"newer")
    refused(newer, PreviousOutcomePending, account)
    record_of(event).mark_notified()
    taken(newer, account)


@each_status
def test_an_older_upload_never_replaces_a_newer_one(account: Account, status: str) -> None:
    """Events arrive out of order: an upload that was overwritten has nothing to do, whether or not the newer one is final."""
    older = account.upload(b"older")
    newer = account.upload_again(older, b"newer")
    begin(newer)
    refused(older, StaleExecution, account)
    make_final(account, newer, status)
    refused(older, StaleExecution, account)


def test_versions_of_longer_keys_do_not_count(account: Account) -> None:
    """Only the versions of the key itself decide which upload is the newest, not those of other keys with the same prefix."""
    event = account.begin(b"older")
    newer = account.upload_again(event, b"newer")
    account.put(f"{event['image']['key']}0", b"of another key")
    taken(newer, account)


def test_another_key_never_replaces_the_record(account: Account) -> None:
    """An image id under another owner's folder is not the same image."""
    event = account.begin(b"data")
    found: Image = event["image"]
    key = object_keys.upload_key("another-owner", found["imageId"])
    image: Image = {**found, "owner": "another-owner", "key": key, "versionId": account.put(key, b"theirs")}
    refused({"image": image, "execution": executions.name(image)}, StaleExecution, account)


def test_every_earlier_success_is_kept(account: Account) -> None:
    """The record of the third upload lists both executions that succeeded, and not the one that failed."""
    first = account.begin(b"first")
    make_final(account, first, SUCCEEDED)
    second = account.upload_again(first, b"second")
    begin(second)
    make_final(account, second, FAILED)
    third = attempt(second, 2)
    begin(third)
    make_final(account, third, SUCCEEDED)
    fourth = taken(account.upload_again(first, b"fourth"), account)
    assert fourth["earlier"] == [first["execution"], third["execution"]]


@pytest.mark.parametrize("status", [REJECTED, FAILED])
def test_next_attempt_replaces_a_failed_one(account: Account, status: str) -> None:
    """A later attempt at the same upload begins a new record, and the earlier one has nothing more to do."""
    event = account.begin(b"data")
    make_final(account, event, status)
    second = attempt(event, 2)
    assert taken(second, account)["attempt"] == 2
    refused(event, StaleExecution, account)


def test_next_attempt_replaces_an_open_record(account: Account) -> None:
    """A later attempt replaces a record that was left open."""
    event = account.begin(b"data")
    assert taken(attempt(event, 2), account)["attempt"] == 2


def without_attempt(event: Payload) -> None:
    """Make event's record one of version 0.1, which did not number attempts."""
    clients.dynamodb().update_item(
        TableName=TABLE, Key={"imageId": {"S": event["image"]["imageId"]}}, UpdateExpression="REMOVE attempt"
    )


def test_a_record_without_an_attempt_is_of_the_first(account: Account) -> None:
    """A record of version 0.1 is of the first attempt: the second one replaces it, and no other execution of the first."""
    event = account.begin(b"data")
    make_final(account, event, FAILED)
    without_attempt(event)
    refused({**event, "execution": f"{event['execution']}-of-a-newer-version"}, StaleExecution, account)
    assert taken(attempt(event, 2), account)["attempt"] == 2


def test_success_is_final_for_its_upload(account: Account) -> None:
    """No attempt follows one that succeeded."""
    event = account.begin(b"data")
    make_final(account, event, SUCCEEDED)
    refused(attempt(event, 2), StaleExecution, account)


def test_an_attempt_waits_for_a_pending_notification(account: Account) -> None:
    """An attempt waits for a pending notification as a newer upload does."""
    event = account.begin(b"data")
    make_final(account, event, FAILED, notified=False)
    refused(attempt(event, 2), PreviousOutcomePending, account)


def in_between(monkeypatch: pytest.MonkeyPatch, what: Callable[[], object]) -> None:
    """Let something happen after the next execution has read the record, and before it writes its own."""
    newest = upload_versions.newest_version

    def seen(*arguments: Any) -> str | None:
        monkeypatch.setattr(upload_versions, "newest_version", newest)
        what()
        return newest(*arguments)

    monkeypatch.setattr(upload_versions, "newest_version", seen)


def test_a_final_status_that_is_written_meanwhile_is_kept(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the older upload becomes final between read and write, the write is refused and the final status is kept."""
    event = account.begin(b"older")
    newer = account.upload_again(event, b"newer")
    in_between(monkeypatch, lambda: account.set_status(event, SUCCEEDED))
    with pytest.raises(PreviousOutcomePending):
        begin(newer)
    assert (account.record(event)["execution"], account.record(event)["status"]) == (event["execution"], SUCCEEDED)


def test_of_two_replacements_at_once_one_succeeds(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """If another execution replaces the record between read and write, it keeps the record."""
    event = account.begin(b"older")
    middle, newer = account.upload_again(event, b"middle"), account.upload_again(event, b"newer")
    in_between(monkeypatch, lambda: replaced(event, middle))
    with pytest.raises(PreviousOutcomePending):
        begin(newer)
    assert account.record(event)["execution"] == middle["execution"]
    taken(newer, account)


def replaced(event: Payload, other: Payload) -> None:
    """Give the record to the other execution, as if that had replaced it while its upload was the newest."""
    clients.dynamodb().update_item(
        TableName=TABLE,
        Key={"imageId": {"S": event["image"]["imageId"]}},
        UpdateExpression="SET execution = :execution, versionId = :version",
        ExpressionAttributeValues={
            ":execution": {"S": other["execution"]},
            ":version": {"S": other["image"]["versionId"]},
        },
    )
