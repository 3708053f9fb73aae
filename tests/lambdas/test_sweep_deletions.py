"""The sweep completes deletions: those that died half way, and what arrives late for a deleted image."""

from datetime import timedelta
from itertools import pairwise
from typing import Any
from unittest.mock import Mock

import pytest

from lambdas import sweep as sweeping
from lambdas.domain import deletions, tombstones
from lambdas.domain.objects import ObjectsNotDeletedError
from lambdas.domain.outcomes import DELETED
from lambdas.domain.tombstones import LOOKS, due_tombstones
from lambdas.runtime import clients
from lambdas.runtime.metrics import OBJECTS_REMOVED
from lambdas.sweep import handler
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import CONTEXT, TABLE, metric_lines
from tests.lambdas.image_requests import delete
from tests.lambdas.pipeline import Pipeline, Sweep
from tests.lambdas.test_delete_image import image_id, versions
from workflow.contracts.durations import EXECUTION_TIMEOUT


def test_a_deletion_that_died_half_way_is_completed(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the function dies after it has written the tombstone, a sweep deletes every version, and notifies once."""
    event = pipeline.begin(b"data")
    pipeline.leave_objects(event)
    with monkeypatch.context() as patch:
        patch.setattr("lambdas.domain.deletions.complete", Mock(side_effect=SystemExit))
        with pytest.raises(SystemExit):
            delete(image_id(event))
    assert len(versions()) == 3
    assert sweep() == {"deleted": 1}
    assert versions() == []
    assert [message["status"] for message, _ in pipeline.notifications()] == [DELETED]
    sweep()
    assert pipeline.notifications() == []


def test_what_s3_did_not_delete_is_deleted_by_a_later_sweep(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DeleteObjects may delete only some versions, also for the sweep; it then fails, which raises an alarm, and goes on later."""
    event = pipeline.begin(b"data")
    pipeline.upload_again(event, b"more")
    real = clients.s3().delete_objects

    def partial(**parameters: Any) -> Any:
        first, *others = parameters["Delete"]["Objects"]
        real(**{**parameters, "Delete": {"Objects": [first]}})
        return {"Errors": [{**one, "Code": "InternalError"} for one in others]}

    with monkeypatch.context() as patch:
        patch.setattr(clients.s3(), "delete_objects", partial)
        assert delete(image_id(event))["statusCode"] == 202
    for _ in range(3):
        pipeline.upload_again(event, b"and more")
    with monkeypatch.context() as patch:
        patch.setattr(clients.s3(), "delete_objects", partial)
        with pytest.raises(sweeping.SweepIncompleteError):
            sweep()
    assert 0 < len(versions()) < 4
    sweep()
    assert versions() == []


def test_what_an_execution_leaves_is_deleted_by_the_next_sweep(
    pipeline: Pipeline, fake_clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a running execution writes after the deletion, and hides, is gone for good with the next sweep, which counts it."""
    event = pipeline.begin(b"data")
    delete(image_id(event))
    staged, _ = pipeline.leave_objects(event)
    clients.s3().delete_object(Bucket=event["image"]["bucket"], Key=staged)
    fake_clock.advance(seconds=1)
    capsys.readouterr()
    assert handler({}, CONTEXT) == {"deleted": 1}
    assert versions() == []
    (removed,) = metric_lines(capsys.readouterr().out)
    assert (removed[OBJECTS_REMOVED], removed["objects"]) == ([1.0], "3")  # two versions and a delete marker
    fake_clock.advance(hours=3)
    assert handler({}, CONTEXT) == {"deleted": 1}
    assert metric_lines(capsys.readouterr().out) == []


def test_a_late_upload_is_deleted(pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock) -> None:
    """A PUT with a grant that is still valid, after the deletion, leaves nothing, and is not processed."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, "FAILED", notified=True)
    assert delete(image_id(event))["statusCode"] == 204
    fake_clock.advance(hours=3)
    handler({}, CONTEXT)  # looks when it is due, before the upload
    pipeline.upload_again(event, b"data")
    assert sweep() == {}
    assert sweep(everything=True) == {"resumed": 1}
    assert (versions(), pipeline.executions()) == ([], {})


def test_a_tombstone_is_looked_at_until_nothing_can_come_late(pipeline: Pipeline, fake_clock: FakeClock) -> None:
    """A sweep looks at a tombstone a few times: the last time shortly before it expires, and never after."""
    event = pipeline.begin(b"data")
    delete(image_id(event))
    waits = [later - earlier for earlier, later in pairwise((timedelta(), *LOOKS))]
    for wait in waits:
        fake_clock.advance(seconds=wait.total_seconds() - 60)
        assert not list(due_tombstones(TABLE)) or wait < timedelta(minutes=1)
        fake_clock.advance(seconds=120)
        assert handler({}, CONTEXT) == {"deleted": 1}
        fake_clock.advance(seconds=-60)
    left = pipeline.record(event)["expiresAt"] - fake_clock.now().timestamp()
    assert timedelta(0) < timedelta(seconds=left) <= timedelta(days=1)
    fake_clock.advance(seconds=left)
    assert not list(due_tombstones(TABLE))


def test_a_look_follows_the_longest_execution() -> None:
    """What a STANDARD execution writes at its very end is not left until the tombstone expires."""
    longest = timedelta(seconds=EXECUTION_TIMEOUT)
    assert [look for look in LOOKS if longest < look <= longest + timedelta(days=2)]


def test_what_has_no_tombstone_any_more_is_left_alone(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index is late: it may name a tombstone that has expired, or an image with a record. Nothing is deleted or counted."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, "FAILED", notified=True)
    monkeypatch.setattr(tombstones, "due_tombstones", lambda _: iter(["expired", image_id(event)]))
    assert not any(sweep().values())
    assert len(versions()) == 1


def test_an_expired_tombstone_is_not_written_again(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """If DynamoDB deletes a tombstone while a sweep looks at it, the sweep does not bring a part of it back."""
    event = pipeline.begin(b"data")
    delete(image_id(event))
    key = {"imageId": {"S": image_id(event)}}
    real = clients.s3().delete_objects

    def expires(**parameters: Any) -> Any:
        clients.dynamodb().delete_item(TableName=TABLE, Key=key)
        return real(**parameters)

    pipeline.leave_objects(event)
    monkeypatch.setattr(clients.s3(), "delete_objects", expires)
    handler({}, CONTEXT)
    assert pipeline.record(event) == {}


def test_a_sweep_looks_for_a_limited_time(
    pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many deletions at once, as those of one person, do not keep the sweep from its other work; the next one goes on."""
    for _ in range(3):
        delete(image_id(pipeline.begin(b"data")))
    real = deletions.look_again

    def slow(*arguments: Any) -> bool:
        fake_clock.advance(seconds=sweeping.DELETING.total_seconds() / 2)
        return real(*arguments)

    monkeypatch.setattr(deletions, "look_again", slow)
    assert [sweep()["deleted"], handler({}, CONTEXT)["deleted"]] == [2, 1]


def test_an_error_with_one_keeps_no_other_waiting(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An image whose objects cannot be deleted is left to the next sweep; the others are completed."""
    events = [pipeline.begin(b"data") for _ in range(2)]
    for event in events:
        delete(image_id(event))
    real = deletions.look_again

    def failing(one: str, *arguments: Any) -> bool:
        if one == image_id(events[0]):
            raise ObjectsNotDeletedError
        return real(one, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(deletions, "look_again", failing)
        with pytest.raises(sweeping.SweepIncompleteError):
            sweep()
    assert list(due_tombstones(TABLE)) == [image_id(events[0])]
