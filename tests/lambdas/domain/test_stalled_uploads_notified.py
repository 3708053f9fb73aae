"""What a sweep does with final records: pending notifications are published, and leftovers are removed from the archive."""

import pytest

from lambdas.domain.record import CLEARED_AT, Record
from tests.fake_aws.account import ARCHIVE_BUCKET
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import RETENTION_DAYS, TABLE, export
from tests.lambdas.pipeline import FACTS, STALLED_AFTER, Pipeline, Sweep
from workflow.contracts.durations import EXECUTION_TIMEOUT

each_type = pytest.mark.parametrize("environment", ["environment", "express"])


@pytest.mark.share(1)
@pytest.mark.parametrize("status", FACTS)
def test_a_pending_notification_is_published(pipeline: Pipeline, sweep: Sweep, status: str) -> None:
    """A pending notification is published once, with the name of its execution."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, status)
    assert sweep() == {"resumed": 1}
    assert [(one["status"], one["notificationId"]) for one, _ in pipeline.notifications()] == [
        (status, event["execution"])
    ]
    assert "notifiedAt" in pipeline.record(event)
    assert sweep() == {"resumed": 0}
    assert pipeline.notifications() == []


def test_the_outcome_of_an_older_version_is_not_published_again(pipeline: Pipeline, sweep: Sweep) -> None:
    """A record without an attempt was written by a version that published its outcome and did not keep when."""
    event = pipeline.begin(b"data")
    record = pipeline.write_outcome(event, "SUCCEEDED")
    pipeline.store({name: value for name, value in record.items() if name != "attempt"})
    sweep()
    assert pipeline.notifications() == []


@pytest.mark.share(1)
@each_type
def test_a_success_keeps_what_it_archived(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    """Archived objects of a success stay, also of a success of an older version."""
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


def test_a_failed_image_keeps_no_archived_objects(pipeline: Pipeline, sweep: Sweep) -> None:
    """The archived objects of a failed image are removed, and those of other images stay."""
    event, other = pipeline.begin(b"data"), pipeline.begin(b"data")
    pipeline.write_outcome(event, "FAILED", notified=True)
    pipeline.write_outcome(other, "SUCCEEDED", notified=True)
    pipeline.leave_objects(event)
    kept = pipeline.leave_objects(other)[1]
    assert sweep()["resumed"] == 1
    assert pipeline.keys(ARCHIVE_BUCKET) == {kept}


@pytest.mark.share(1)
@pytest.mark.parametrize("status", FACTS)
def test_an_execution_whose_record_was_replaced_keeps_no_archived_objects(
    pipeline: Pipeline, sweep: Sweep, status: str
) -> None:
    """The archived objects of an older version whose record was replaced are removed, with any outcome of the newer version."""
    older = pipeline.begin(b"older")
    newer = pipeline.upload_again(older, b"newer")
    Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS)
    pipeline.write_outcome(newer, status, notified=True)
    pipeline.leave_objects(older)
    assert sweep()["resumed"] == 1
    assert pipeline.keys(ARCHIVE_BUCKET) == set()


@pytest.mark.share(1)
@pytest.mark.parametrize("environment", ["environment", "express"])
def test_objects_that_an_older_execution_archives_late_are_removed(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch, fake_clock: FakeClock, environment: str
) -> None:
    """The archive is only known to be cleared once no execution from before can run, however long that waited for a service."""
    export(monkeypatch, getattr(pipeline, environment))
    older = pipeline.begin(b"older")
    newer = pipeline.upload_again(older, b"newer")
    Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS)
    kept = pipeline.leave_objects(newer)[1]
    pipeline.write_outcome(newer, "SUCCEEDED", notified=True)
    sweep()
    fake_clock.advance(seconds=EXECUTION_TIMEOUT - 3 * STALLED_AFTER)
    pipeline.leave_objects(older)
    assert sweep(everything=True)["resumed"] == 1
    assert (pipeline.keys(ARCHIVE_BUCKET), CLEARED_AT in pipeline.record(newer)) == ({kept}, False)
    fake_clock.advance(seconds=2 * STALLED_AFTER)
    assert sweep(everything=True)["resumed"] == 0
    assert CLEARED_AT in pipeline.record(newer)


def test_objects_that_are_being_archived_stay(pipeline: Pipeline, sweep: Sweep) -> None:
    """The record of a newer version that is being processed is not late: its objects stay, and so do those of an older success."""
    older = pipeline.begin(b"older")
    pipeline.write_outcome(older, "SUCCEEDED", notified=True)
    newer = pipeline.upload_again(older, b"newer")
    Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS)
    pipeline.start(newer)
    kept = {pipeline.leave_objects(older)[1], pipeline.leave_objects(newer)[1]}
    sweep()
    assert pipeline.keys(ARCHIVE_BUCKET) == kept
