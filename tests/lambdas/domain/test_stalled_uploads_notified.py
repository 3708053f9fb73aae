"""What a sweep makes of ends: told if nobody was told, and the archive cleared of all that did not succeed."""

import pytest

from lambdas.domain.record import Record
from tests.lambdas.aftermath import FACTS, Aftermath, Sweep
from tests.lambdas.bench import ARCHIVE_BUCKET, RETENTION_DAYS, TABLE, export

each_type = pytest.mark.parametrize("environment", ["environment", "express"])


@pytest.mark.parametrize("end", FACTS)
def test_an_end_that_nobody_was_told_of_is_told(aftermath: Aftermath, sweep: Sweep, end: str) -> None:
    """Once, and under the name of its execution."""
    event = aftermath.begun(b"data")
    aftermath.ended(event, end)
    assert sweep() == {"resumed": 1}
    assert [(one["status"], one["notificationId"]) for one, _ in aftermath.notifications()] == [
        (end, event["execution"])
    ]
    assert "notifiedAt" in aftermath.record(event)
    assert sweep() == {"resumed": 0}
    assert aftermath.notifications() == []


@each_type
def test_a_success_keeps_what_it_archived(
    aftermath: Aftermath, sweep: Sweep, monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    """Nothing is removed of what succeeded, now or for an older version, whatever else lies there."""
    export(monkeypatch, getattr(aftermath, environment))
    older = aftermath.begun(b"older")
    aftermath.ended(older, "SUCCEEDED", told=True)
    newer = aftermath.again(older, b"newer")
    Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS)
    aftermath.ended(newer, "SUCCEEDED", told=True)
    kept = {aftermath.left(older)[1], aftermath.left(newer)[1]}
    stranger = {**newer, "execution": f"{newer['execution']}0"}
    aftermath.left(stranger)
    sweep()
    assert aftermath.keys(ARCHIVE_BUCKET) == kept


def test_a_failure_keeps_nothing(aftermath: Aftermath, sweep: Sweep) -> None:
    """What a failed picture has in the archive is removed, and what other pictures have is not."""
    event, other = aftermath.begun(b"data"), aftermath.begun(b"data")
    aftermath.ended(event, "FAILED", told=True)
    aftermath.ended(other, "SUCCEEDED", told=True)
    aftermath.left(event)
    kept = aftermath.left(other)[1]
    assert sweep()["resumed"] == 1
    assert aftermath.keys(ARCHIVE_BUCKET) == {kept}


@pytest.mark.parametrize("end", FACTS)
def test_what_lost_its_record_keeps_nothing(aftermath: Aftermath, sweep: Sweep, end: str) -> None:
    """What an older version archived before a newer one took its record is removed, however the newer one ended."""
    older = aftermath.begun(b"older")
    newer = aftermath.again(older, b"newer")
    Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS)
    aftermath.ended(newer, end, told=True)
    aftermath.left(older)
    assert sweep()["resumed"] == 1
    assert aftermath.keys(ARCHIVE_BUCKET) == set()


def test_what_is_archived_just_now_is_left(aftermath: Aftermath, sweep: Sweep) -> None:
    """The record of a newer version that goes on is not late, and what it archives stays; so does its older success."""
    older = aftermath.begun(b"older")
    aftermath.ended(older, "SUCCEEDED", told=True)
    newer = aftermath.again(older, b"newer")
    Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS)
    aftermath.start(newer)
    kept = {aftermath.left(older)[1], aftermath.left(newer)[1]}
    sweep()
    assert aftermath.keys(ARCHIVE_BUCKET) == kept
