"""Who may take a record over: the newest upload of its key, and a later attempt at what did not succeed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.domain import executions, object_keys, upload_versions
from lambdas.domain.outcomes import FAILED, PROCESSING, REJECTED, SUCCEEDED
from lambdas.domain.record import Record
from lambdas.runtime import clients
from tests.lambdas.bench import RETENTION_DAYS, TABLE, Bench, Payload, numbered
from workflow import contracts
from workflow.contracts.errors import PreviousOutcomePending, StaleExecution

if TYPE_CHECKING:
    from workflow.contracts.payloads import Image

ENDS = (SUCCEEDED, REJECTED, FAILED)
each_end = pytest.mark.parametrize("end", ENDS)


def record_of(event: Payload) -> Record:
    """Return the record of event's picture, for its own execution."""
    return Record(TABLE, event["image"], event["execution"])


def begin(event: Payload) -> bool:
    """Begin the record for event's execution."""
    return record_of(event).begin(RETENTION_DAYS)


def ended(bench: Bench, event: Payload, end: str, *, told: bool = True) -> Payload:
    """Give event's record an end, told or not, and return it."""
    bench.end(event, end)
    if told:
        record_of(event).mark_notified()
    return bench.record(event)


def attempt(event: Payload, number: int) -> Payload:
    """Return the input of that attempt at event's upload."""
    image = numbered(event["image"], number)
    return {"image": image, "execution": executions.name(image)}


def refused(event: Payload, error: type[Exception], bench: Bench) -> None:
    """Assert that event's execution cannot begin, nor fail, for that error, and that the record stays as it is."""
    before = bench.record(event)
    with pytest.raises(error):
        begin(event)
    assert bench.record(event) == before


def taken(event: Payload, bench: Bench) -> Payload:
    """Let event's execution take the record over; return it after asserting that nothing of the old one is in it."""
    assert begin(event)
    record = bench.record(event)
    assert (record["execution"], record["status"]) == (event["execution"], PROCESSING)
    assert record["versionId"] == event["image"]["versionId"]
    assert record["steps"] == {}
    assert not {"finishedAt", "notifiedAt", "failedIn", "reason", "message", "error", "archive"} & record.keys()
    contracts.check("metadata-record", record)
    return record


@each_end
def test_a_newer_upload_follows_every_end_that_is_told(bench: Bench, end: str) -> None:
    """The newest upload begins the record anew; whose archive stays is not forgotten."""
    event = bench.begun(b"older")
    ended(bench, event, end)
    record = taken(bench.again(event, b"newer"), bench)
    assert record["earlier"] == ([event["execution"]] if end == SUCCEEDED else [])
    assert ("expiresAt" in record) == (end != SUCCEEDED)  # with it would go what it knows of the older success


def test_a_newer_upload_follows_what_goes_on(bench: Bench) -> None:
    """The record of an upload that was overwritten while it was processed is the newer one's from then on."""
    event = bench.begun(b"older")
    record = taken(bench.again(event, b"newer"), bench)
    assert record["earlier"] == []
    with pytest.raises(StaleExecution):
        record_of(event).complete_step("ResizeImage", {}, SUCCEEDED)
    assert bench.record(event) == record


@each_end
def test_an_end_is_told_before_the_record_is_taken_over(bench: Bench, end: str) -> None:
    """While nobody may have been told of the end, the newer upload waits."""
    event = bench.begun(b"older")
    ended(bench, event, end, told=False)
    newer = bench.again(event, b"newer")
    refused(newer, PreviousOutcomePending, bench)
    record_of(event).mark_notified()
    taken(newer, bench)


@each_end
def test_an_older_upload_never_follows_a_newer_one(bench: Bench, end: str) -> None:
    """Events come out of order: what was overwritten already has nothing to do, whether the newer one has ended."""
    older = bench.uploaded(b"older")
    newer = bench.again(older, b"newer")
    begin(newer)
    refused(older, StaleExecution, bench)
    ended(bench, newer, end)
    refused(older, StaleExecution, bench)


def test_what_lies_under_a_longer_key_is_no_version(bench: Bench) -> None:
    """Of what S3 lists by a prefix, only the versions of the key itself tell which upload is the newest."""
    event = bench.begun(b"older")
    newer = bench.again(event, b"newer")
    bench.put(f"{event['image']['key']}0", b"of another key")
    taken(newer, bench)


def test_another_key_never_takes_the_record(bench: Bench) -> None:
    """An image id under another owner's folder is not the same picture."""
    event = bench.begun(b"data")
    found: Image = event["image"]
    key = object_keys.upload_key("another-owner", found["imageId"])
    image: Image = {**found, "owner": "another-owner", "key": key, "versionId": bench.put(key, b"theirs")}
    refused({"image": image, "execution": executions.name(image)}, StaleExecution, bench)


def test_all_that_succeeded_is_remembered(bench: Bench) -> None:
    """The record of the third upload knows both executions whose archives stay, and none that failed between."""
    first = bench.begun(b"first")
    ended(bench, first, SUCCEEDED)
    second = bench.again(first, b"second")
    begin(second)
    ended(bench, second, FAILED)
    third = attempt(second, 2)
    begin(third)
    ended(bench, third, SUCCEEDED)
    fourth = taken(bench.again(first, b"fourth"), bench)
    assert fourth["earlier"] == [first["execution"], third["execution"]]


@pytest.mark.parametrize("end", [REJECTED, FAILED])
def test_the_next_attempt_follows_what_did_not_succeed(bench: Bench, end: str) -> None:
    """A later attempt at the same upload begins anew, and the earlier one has nothing more to do."""
    event = bench.begun(b"data")
    ended(bench, event, end)
    second = attempt(event, 2)
    assert taken(second, bench)["attempt"] == 2
    refused(event, StaleExecution, bench)


def test_the_next_attempt_follows_what_vanished(bench: Bench) -> None:
    """A later attempt takes over a record that was left open."""
    event = bench.begun(b"data")
    assert taken(attempt(event, 2), bench)["attempt"] == 2


def test_success_is_final_for_its_upload(bench: Bench) -> None:
    """No attempt follows one that succeeded."""
    event = bench.begun(b"data")
    ended(bench, event, SUCCEEDED)
    refused(attempt(event, 2), StaleExecution, bench)


def test_an_attempt_waits_for_an_end_to_be_told(bench: Bench) -> None:
    """As a newer upload does."""
    event = bench.begun(b"data")
    ended(bench, event, FAILED, told=False)
    refused(attempt(event, 2), PreviousOutcomePending, bench)


def in_between(monkeypatch: pytest.MonkeyPatch, what: Callable[[], object]) -> None:
    """Let something happen after the next execution has seen the record, and before it puts its own."""
    newest = upload_versions.newest_version

    def seen(*arguments: Any) -> str | None:
        monkeypatch.setattr(upload_versions, "newest_version", newest)
        what()
        return newest(*arguments)

    monkeypatch.setattr(upload_versions, "newest_version", seen)


def test_a_record_that_ends_meanwhile_is_not_lost(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the older upload ends between the look at its record and the put, the put is refused and the end is kept."""
    event = bench.begun(b"older")
    newer = bench.again(event, b"newer")
    in_between(monkeypatch, lambda: bench.end(event, SUCCEEDED))
    with pytest.raises(PreviousOutcomePending):
        begin(newer)
    assert (bench.record(event)["execution"], bench.record(event)["status"]) == (event["execution"], SUCCEEDED)


def test_of_two_that_follow_at_once_one_does(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """If another takes the record over between look and put, it stays the other's."""
    event = bench.begun(b"older")
    middle, newer = bench.again(event, b"middle"), bench.again(event, b"newer")
    in_between(monkeypatch, lambda: replaced(event, middle))
    with pytest.raises(PreviousOutcomePending):
        begin(newer)
    assert bench.record(event)["execution"] == middle["execution"]
    taken(newer, bench)


def replaced(event: Payload, other: Payload) -> None:
    """Make the record the other execution's, as it is when that took it over while its upload was the newest."""
    clients.dynamodb().update_item(
        TableName=TABLE,
        Key={"imageId": {"S": event["image"]["imageId"]}},
        UpdateExpression="SET execution = :execution, versionId = :version",
        ExpressionAttributeValues={
            ":execution": {"S": other["execution"]},
            ":version": {"S": other["image"]["versionId"]},
        },
    )
