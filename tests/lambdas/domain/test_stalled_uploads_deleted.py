"""Uploads that the sweep does not start: recent ones, deleted ones, and those whose record is of another key."""

from typing import TYPE_CHECKING

import pytest

from lambdas.domain import executions, object_keys, open_records
from lambdas.domain.outcomes import PROCESSING
from lambdas.domain.record import Record
from lambdas.domain.stalled_uploads import EXECUTION_NOT_FOUND
from lambdas.sweep import handler
from tests.fake_aws.account import ARCHIVE_BUCKET, Payload
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import CONTEXT, RETENTION_DAYS, TABLE, export
from tests.lambdas.pipeline import STALLED_AFTER, Pipeline, Sweep

if TYPE_CHECKING:
    from workflow.contracts.payloads import Image

OTHER_OWNER = "1b6c0f3e-5a2d-4c1b-9e7f-0a3d5c8b7e61"

each_type = pytest.mark.parametrize("environment", ["environment", "express"])


def test_a_recent_upload_is_left_alone(pipeline: Pipeline) -> None:
    """An upload or a record from within the limit may still be processed."""
    pipeline.upload(b"data")
    pipeline.write_outcome(pipeline.begin(b"data"), "FAILED")
    pipeline.begin(b"data")
    assert handler({}, CONTEXT) == {}
    assert (pipeline.executions(), pipeline.notifications()) == ({}, [])


def test_a_recently_updated_record_is_left_alone(pipeline: Pipeline, fake_clock: FakeClock) -> None:
    """An old upload whose record was updated within the limit is left alone too."""
    event = pipeline.upload(b"data")
    fake_clock.advance(seconds=STALLED_AFTER + 1)
    Record(TABLE, event["image"], event["execution"]).begin(RETENTION_DAYS)
    assert handler({}, CONTEXT) == {}
    assert handler({"everything": True}, CONTEXT) == {"resumed": 0}
    assert pipeline.executions() == {}


def test_a_deleted_upload_is_not_started(pipeline: Pipeline, sweep: Sweep) -> None:
    """An upload that was deleted before it was started is left alone, whether it had an older version or not."""
    older = pipeline.begin(b"older")
    pipeline.write_outcome(older, "FAILED", notified=True)
    for event in (pipeline.upload(b"data"), pipeline.upload_again(older, b"newer")):
        pipeline.delete(event)
    assert sweep() == {"resumed": 0}
    assert (pipeline.executions(), pipeline.notifications()) == ({}, [])


@each_type
def test_a_deleted_upload_that_was_begun_gets_an_outcome(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    """The image of a deleted upload whose execution is unknown fails and is notified; nothing is started, not even for a newer version."""
    export(monkeypatch, getattr(pipeline, environment))
    event = pipeline.begin(b"data")
    pipeline.delete(pipeline.upload_again(event, b"newer"))
    assert sweep() == {"resumed": 1}
    record = pipeline.record(event)
    assert (record["execution"], record["status"], record["reason"]) == (
        event["execution"],
        "FAILED",
        EXECUTION_NOT_FOUND,
    )
    assert [message["notificationId"] for message, _ in pipeline.notifications()] == [event["execution"]]
    assert pipeline.executions() == {}


def test_a_running_execution_of_a_deleted_upload_is_left_alone(pipeline: Pipeline, sweep: Sweep) -> None:
    """The execution of a deleted upload continues."""
    event = pipeline.begin(b"data")
    pipeline.start(event)
    pipeline.delete(event)
    assert sweep() == {"resumed": 0}
    assert pipeline.record(event)["status"] == PROCESSING


def test_failure_of_a_deleted_upload_is_published(pipeline: Pipeline, sweep: Sweep) -> None:
    """The failure of a deleted upload is published as for any other upload."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, "FAILED")
    pipeline.delete(event)
    assert sweep() == {"resumed": 1}
    assert [message["status"] for message, _ in pipeline.notifications()] == ["FAILED"]


def facts_of(pipeline: Pipeline, event: Payload) -> Payload:
    """Return the picture's record without what the sweep finds it by."""
    return {name: value for name, value in pipeline.record(event).items() if name not in open_records.KEYS}


@pytest.mark.share(1)
@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize("status", [PROCESSING, "FAILED"])
def test_a_record_of_another_key_is_left_alone(pipeline: Pipeline, sweep: Sweep, status: str, *, deleted: bool) -> None:
    """An object under another owner's prefix with the same image id has no part in the image's record.

    Nothing is started for it, and neither the outcome of the image nor what it archived is changed on its behalf.
    """
    event = pipeline.begin(b"data")
    image: Image = event["image"]
    if status == PROCESSING:
        pipeline.start(event)
    else:
        pipeline.write_outcome(event, status, notified=True)
        Record(TABLE, image, event["execution"]).mark_cleared()
    before = facts_of(pipeline, event)
    key = object_keys.upload_key(OTHER_OWNER, image["imageId"])
    other: Image = {**image, "owner": OTHER_OWNER, "key": key, "versionId": pipeline.put(key, b"theirs")}
    pipeline.leave_objects({"image": other, "execution": executions.name(other)})
    if deleted:
        pipeline.delete({"image": other})
    kept = pipeline.keys(ARCHIVE_BUCKET)
    assert sweep(everything=True)["resumed"] == 0  # by the index it would not be found
    assert facts_of(pipeline, event) == before
    assert pipeline.keys(ARCHIVE_BUCKET) == kept
    assert pipeline.notifications() == []
    assert not {name for name in pipeline.executions() if name != event["execution"]}
