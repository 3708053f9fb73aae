"""What a sweep makes of ends: told if nobody was told, and the archive cleared of all that did not succeed."""

import pytest

from lambdas.domain.record import Record
from tests.fake_aws.account import ARCHIVE_BUCKET
from tests.lambdas.account import RETENTION_DAYS, TABLE, export
from tests.lambdas.pipeline import FACTS, Pipeline, Sweep

each_type = pytest.mark.parametrize("environment", ["environment", "express"])


@pytest.mark.parametrize("end", FACTS)
def test_an_end_that_nobody_was_told_of_is_told(pipeline: Pipeline, sweep: Sweep, end: str) -> None:
    """Once, and under the name of its execution."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, end)
    assert sweep() == {"resumed": 1}
    assert [(one["status"], one["notificationId"]) for one, _ in pipeline.notifications()] == [
        (end, event["execution"])
    ]
    assert "notifiedAt" in pipeline.record(event)
    assert sweep() == {"resumed": 0}
    assert pipeline.notifications() == []


@each_type
def test_a_success_keeps_what_it_archived(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    """Nothing is removed of what succeeded, now or for an older version, whatever else lies there."""
    export(monkeypatch, getattr(pipeline, environment))
    older = pipeline.begin(b"older")
    pipeline.write_outcome(older, "SUCCEEDED", notified=True)
    newer = pipeline.upload_again(older, b"newer")
    Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS)
    pipeline.write_outcome(newer, "SUCCEEDED", notified=True)
    kept = {pipeline.leave_objects(older)[1], pipeline.leave_objects(newer)[1]}
    stranger = {**newer, "execution": f"{newer['execution']}0"}
    pipeline.leave_objects(stranger)
    sweep()
    assert pipeline.keys(ARCHIVE_BUCKET) == kept


def test_a_failure_keeps_nothing(pipeline: Pipeline, sweep: Sweep) -> None:
    """What a failed picture has in the archive is removed, and what other pictures have is not."""
    event, other = pipeline.begin(b"data"), pipeline.begin(b"data")
    pipeline.write_outcome(event, "FAILED", notified=True)
    pipeline.write_outcome(other, "SUCCEEDED", notified=True)
    pipeline.leave_objects(event)
    kept = pipeline.leave_objects(other)[1]
    assert sweep()["resumed"] == 1
    assert pipeline.keys(ARCHIVE_BUCKET) == {kept}


@pytest.mark.parametrize("end", FACTS)
def test_what_lost_its_record_keeps_nothing(pipeline: Pipeline, sweep: Sweep, end: str) -> None:
    """What an older version archived before a newer one took its record is removed, however the newer one ended."""
    older = pipeline.begin(b"older")
    newer = pipeline.upload_again(older, b"newer")
    Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS)
    pipeline.write_outcome(newer, end, notified=True)
    pipeline.leave_objects(older)
    assert sweep()["resumed"] == 1
    assert pipeline.keys(ARCHIVE_BUCKET) == set()


def test_what_is_archived_just_now_is_left(pipeline: Pipeline, sweep: Sweep) -> None:
    """The record of a newer version that goes on is not late, and what it archives stays; so does its older success."""
    older = pipeline.begin(b"older")
    pipeline.write_outcome(older, "SUCCEEDED", notified=True)
    newer = pipeline.upload_again(older, b"newer")
    Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS)
    pipeline.start(newer)
    kept = {pipeline.leave_objects(older)[1], pipeline.leave_objects(newer)[1]}
    sweep()
    assert pipeline.keys(ARCHIVE_BUCKET) == kept
