"""The audit: uploads that no sweep would find come into the index, and nothing else changes."""

from datetime import timedelta

import pytest

from lambdas import sweep as sweeping
from lambdas.domain.back_pressure import Pace
from lambdas.domain.tombstones import LOOKS, due_tombstones
from lambdas.runtime import clients
from tests.fake_aws.account import UPLOAD_BUCKET, Payload
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import CONTEXT, RETENTION_DAYS, TABLE, before_next_call, export, record_of
from tests.lambdas.audited import SETTINGS, audit, inventory, item, late, lose_entry, lose_record
from tests.lambdas.image_requests import delete, document
from tests.lambdas.pipeline import Pipeline, Sweep
from tests.lambdas.test_delete_image import image_id, versions


@pytest.fixture(autouse=True)
def _settings(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - it sets others
    export(monkeypatch, SETTINGS)


def test_an_upload_without_a_record_is_started_by_the_next_sweep(
    pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock
) -> None:
    """An upload whose event and record are lost gets a record that awaits it, once, and the sweep starts it."""
    event = pipeline.upload(b"data")
    lose_record(event)
    late(fake_clock)
    assert sweep() == {}
    assert audit(inventory()) == {"missing": 1}
    assert audit(inventory()) == {}
    assert sweep() == {"resumed": 1}
    assert list(pipeline.executions()) == [event["execution"]]


def test_its_owner_sees_an_upload_that_was_found(pipeline: Pipeline, fake_clock: FakeClock) -> None:
    """The record that the audit writes is one that the API can show, as long as a message would be kept, though nobody knows the name of the file."""
    event = pipeline.upload(b"data")
    lose_record(event)
    late(fake_clock)
    audit(inventory())
    assert document(image_id(event))["status"] == "AWAITING_UPLOAD"
    left = timedelta(seconds=item(event)["expiresAt"] - fake_clock.now().timestamp())
    assert timedelta(days=14, seconds=-2) < left <= timedelta(days=14)


@pytest.mark.parametrize("ended", ["PROCESSING", "FAILED", "AWAITING_UPLOAD"])
def test_an_open_record_that_the_index_lost_is_found_again(
    pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock, ended: str
) -> None:
    """A record with something left to do, which the index does not have, is swept again."""
    event = (pipeline.upload if ended == "AWAITING_UPLOAD" else pipeline.begin)(b"data")
    if ended == "FAILED":
        pipeline.write_outcome(event, ended)
    lose_entry(event)
    late(fake_clock)
    assert sweep() == {}
    assert audit(inventory()) == {"unindexed": 1}
    assert audit(inventory()) == {}
    fake_clock.advance(days=1)
    assert sweep() == {"resumed": 1}


@pytest.mark.parametrize(
    ("name", "value"), [("earlier", {"L": []}), ("rerender", {"S": "claimed"}), ("superseded", {"L": []})]
)
def test_a_success_with_something_left_to_do_is_found(
    pipeline: Pipeline, fake_clock: FakeClock, name: str, value: Payload
) -> None:
    """An image that has succeeded is not complete while leftovers, a claim or replaced renditions are to be looked at."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, "SUCCEEDED", notified=True)
    lose_entry(event)
    late(fake_clock)
    assert audit(inventory()) == {}
    clients.dynamodb().update_item(
        TableName=TABLE,
        Key={"imageId": {"S": image_id(event)}},
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": value},
    )
    assert audit(inventory()) == {"unindexed": 1}


def test_a_newer_version_of_a_complete_image_is_started(
    pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An image that was uploaded again, and whose event is lost, is started, also if the first sweep may not start it."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, "SUCCEEDED", notified=True)
    sweep()
    newer = pipeline.upload_again(event, b"more")
    late(fake_clock)
    assert sweep() == {}
    assert audit(inventory()) == {"unindexed": 1}
    with monkeypatch.context() as busy:
        busy.setattr(Pace, "admits", lambda _: False)
        assert sweep() == {"resumed": 0}
    assert sweep() == {"resumed": 1}
    assert [one["image"]["versionId"] for one in pipeline.executions().values()] == [newer["image"]["versionId"]]


def test_a_newer_version_that_is_gone_by_then_changes_nothing(
    pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock
) -> None:
    """An inventory is a day or two old: what it lists and S3 does not have any more is not started."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, "SUCCEEDED", notified=True)
    sweep()
    before = item(event)
    newer = pipeline.upload_again(event, b"more")["image"]
    rows = inventory()
    clients.s3().delete_object(Bucket=newer["bucket"], Key=newer["key"], VersionId=newer["versionId"])
    late(fake_clock)
    assert audit(rows) == {"unindexed": 1}
    assert sweep() == {"resumed": 0}
    assert (item(event), pipeline.executions()) == (before, {})


def test_a_late_upload_of_a_deleted_image_is_deleted(pipeline: Pipeline, fake_clock: FakeClock) -> None:
    """What was uploaded after the deletion is gone for good after the next sweep, long before it would look again."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, "FAILED", notified=True)
    delete(image_id(event))
    fake_clock.advance(hours=3)
    sweeping.handler({}, CONTEXT)
    following = item(event)["createdAt"]
    pipeline.upload_again(event, b"data")
    late(fake_clock)
    assert list(due_tombstones(TABLE)) == []
    assert audit(inventory()) == {"undeleted": 1}
    assert sweeping.handler({}, CONTEXT) == {"deleted": 1}
    assert (versions(), pipeline.executions()) == ([], {})
    assert item(event)["createdAt"] == following


def test_what_was_deleted_after_the_inventory_is_left_to_its_deletion(
    pipeline: Pipeline, fake_clock: FakeClock
) -> None:
    """A row that is older than the deletion says nothing: the deletion removes all that there was."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, "FAILED", notified=True)
    rows = inventory()
    fake_clock.advance(days=2)
    delete(image_id(event))
    fake_clock.advance(seconds=LOOKS[1].total_seconds() + 1)
    sweeping.handler({}, CONTEXT)
    assert audit(rows) == {}
    assert list(due_tombstones(TABLE)) == []


def test_what_is_in_order_is_left_alone(pipeline: Pipeline, sweep: Sweep) -> None:
    """Complete images with any outcome, those that the index has, hidden ones that were not begun, and recent ones are not written."""
    complete, failed, running, hidden = (pipeline.begin(b"data") for _ in range(4))
    pipeline.write_outcome(complete, "SUCCEEDED", notified=True)
    pipeline.write_outcome(failed, "FAILED", notified=True)
    record_of(failed).mark_cleared()
    pipeline.start(running)
    withdrawn = pipeline.upload(b"data")
    lose_record(hidden)
    lose_entry(withdrawn)
    for event in (hidden, withdrawn):
        clients.s3().delete_object(Bucket=UPLOAD_BUCKET, Key=event["image"]["key"])
    sweep()
    recent = pipeline.upload(b"data")
    lose_record(recent)
    events = (complete, failed, running, hidden, withdrawn, recent)
    before = [item(event) for event in events]
    assert audit(inventory()) == {}
    assert [item(event) for event in events] == before


def test_a_record_that_may_have_expired_is_not_begun_anew(pipeline: Pipeline, fake_clock: FakeClock) -> None:
    """An upload that outlives its record is not processed again."""
    event = pipeline.upload(b"data")
    lose_record(event)
    fake_clock.advance(days=RETENTION_DAYS)
    assert audit(inventory()) == {}
    assert item(event) == {}


def test_an_outcome_that_is_written_meanwhile_stays_out_of_the_index(
    pipeline: Pipeline, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record that is complete by the time of the write is left as it is."""
    event = pipeline.begin(b"data")
    lose_entry(event)
    late(fake_clock)

    def finish() -> None:
        record_of(event).complete_step("ArchiveImage", {}, "SUCCEEDED")
        lose_entry(event)

    before_next_call(monkeypatch, clients.dynamodb(), "update_item", finish)
    assert audit(inventory()) == {"unindexed": 1}
    assert (item(event)["status"], "openSince" in item(event)) == ("SUCCEEDED", False)


def test_a_record_that_is_begun_meanwhile_is_not_replaced(
    pipeline: Pipeline, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An execution that begins between the read and the write keeps its record."""
    event = pipeline.upload(b"data")
    lose_record(event)
    late(fake_clock)
    before_next_call(monkeypatch, clients.dynamodb(), "put_item", lambda: record_of(event).begin(RETENTION_DAYS))
    assert audit(inventory()) == {"missing": 1}
    assert item(event)["status"] == "PROCESSING"
