"""The sweep: it finds what was lost, changes nothing if nothing was, and reports what it did."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lambdas.domain import executions, objects, record_batches
from lambdas.domain.object_keys import UPLOADS
from lambdas.domain.record import Record
from lambdas.runtime import clients
from lambdas.sweep import HORIZON, handler
from tests.effort import times
from tests.fake_aws.account import OWNER, UPLOAD_BUCKET, Payload
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import CONTEXT, RETENTION_DAYS, TABLE, export, numbered
from tests.lambdas.pipeline import RENDITION, STALLED_AFTER, Pipeline, Sweep
from workflow.contracts.payloads import Image

WRITES = (
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "PutObject",
    "DeleteObjects",
    "Publish",
    "StartExecution",
    "DeleteMessage",
)


@pytest.fixture
def written(pipeline: Pipeline) -> Iterator[list[str]]:
    """Give the calls that write, as they are made from now on."""
    calls: list[str] = []

    def heard(model: Any, **_: object) -> None:
        if model.name in WRITES:
            calls.append(model.name)

    assert pipeline.record({"image": {"imageId": "none"}}) == {}
    made = (clients.s3(), clients.dynamodb(), clients.sns(), clients.sqs(), clients.stepfunctions())
    for client in made:
        client.meta.events.register("provide-client-params", heard)
    yield calls
    for client in made:
        client.meta.events.unregister("provide-client-params", heard)


def test_a_sweep_without_stalled_uploads_writes_nothing(pipeline: Pipeline, sweep: Sweep, written: list[str]) -> None:
    """A sweep over images that are final or are being processed only reads."""
    for status in ("SUCCEEDED", "REJECTED", "FAILED"):
        pipeline.write_outcome(pipeline.begin(b"data"), status, notified=True)
    pipeline.start(pipeline.begin(b"data"))
    assert sweep() == {"resumed": 0}
    written.clear()
    assert sweep() == {"resumed": 0}
    assert written == []


def test_an_empty_stack_is_swept(sweep: Sweep, written: list[str]) -> None:
    """A stack without uploads is swept without an error."""
    assert sweep() == {}
    assert written == []


def test_many_uploads_are_resumed_in_one_sweep(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There may be more uploads than the records of one request to DynamoDB."""
    at_once = times(10, record_batches.BATCH_SIZE)
    monkeypatch.setattr(record_batches, "BATCH_SIZE", at_once)
    events = [pipeline.upload(b"data") for _ in range(at_once + 2)]
    pipeline.write_outcome(begun(events[0]), "FAILED", notified=True)
    assert sweep() == {"resumed": at_once + 1}
    names = {one["execution"] for one in events[1:]}
    assert {name for name in names if executions.status(image_of(events, name), pipeline.environment)} == names


def begun(event: Payload) -> Payload:
    """Begin the record of event's image and return event."""
    Record(TABLE, event["image"], event["execution"]).begin(RETENTION_DAYS)
    return event


def image_of(events: list[Payload], name: str) -> Image:
    """Return the image whose execution is called name."""
    found: Image = next(event["image"] for event in events if event["execution"] == name)
    return found


@pytest.mark.parametrize("workflow", ["environment", "express"])
def test_sweeps_may_run_at_once(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch, workflow: str
) -> None:
    """A sweep that begins during another one starts nothing twice, and each outcome is published."""
    export(monkeypatch, getattr(pipeline, workflow))
    lost, pending = pipeline.upload(b"data"), pipeline.begin(b"data")
    pipeline.write_outcome(pending, "REJECTED")
    batches = clients.dynamodb().batch_get_item

    def late(**arguments: Any) -> Any:
        found = batches(**arguments)
        monkeypatch.setattr(clients.dynamodb(), "batch_get_item", batches)
        handler({}, CONTEXT)
        return found

    monkeypatch.setattr(clients.dynamodb(), "batch_get_item", late)
    sweep()
    assert list(pipeline.executions()) == [lost["execution"]]
    assert {message["notificationId"] for message, _ in pipeline.notifications()} == {pending["execution"]}


def test_express_starts_an_unclaimed_upload_once(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With EXPRESS the image of a lost event is started once: the claimed record keeps the next sweep from it."""
    export(monkeypatch, pipeline.express)
    event = pipeline.upload(b"data")
    assert sweep() == {"resumed": 1}
    assert handler({}, CONTEXT) == {}
    assert list(pipeline.executions()) == [event["execution"]]


def test_abandoned_staged_objects_are_removed(pipeline: Pipeline, sweep: Sweep) -> None:
    """Staged objects of finished, superseded and unknown executions are removed; those that wait to be archived stay."""
    waiting, failed, superseded = (pipeline.begin(b"data") for _ in range(3))
    pipeline.start(waiting)
    pipeline.write_outcome(failed, "FAILED", notified=True)
    newer = begun(pipeline.upload_again(superseded, b"newer"))
    pipeline.start(newer)
    unknown = {**waiting, "execution": "00000000-0000-0000-0000-000000000000-0-1"}
    kept = {stage(event) for event in (waiting, newer)}
    gone = {stage(event) for event in (failed, superseded, unknown)}
    assert sweep()["cleared"] == len(gone)
    assert pipeline.keys(UPLOAD_BUCKET) & {*kept, *gone} == kept
    assert sweep()["cleared"] == 0


def stage(event: Payload) -> str:
    """Stage something for event's execution and return its key."""
    return objects.stage(UPLOAD_BUCKET, event["execution"], *RENDITION)


def test_recently_staged_objects_stay(pipeline: Pipeline, fake_clock: FakeClock) -> None:
    """Objects that were staged recently stay, since they may still be needed."""
    event = pipeline.upload(b"data")
    fake_clock.advance(seconds=STALLED_AFTER + 1)
    key = stage({**event, "execution": "00000000-0000-0000-0000-000000000000-0-1"})
    handler({}, CONTEXT)
    assert key in pipeline.keys(UPLOAD_BUCKET)


def test_without_the_index_recent_uploads_are_listed(
    pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stack that has no index yet lists the uploads that hundreds of sweeps have not checked, or everything on demand."""
    export(monkeypatch, replace(pipeline.environment, sweep_index="false"))
    event = pipeline.upload(b"data")
    fake_clock.advance(seconds=(HORIZON + timedelta(minutes=1)).total_seconds())
    assert sweep() == {}
    recent = pipeline.upload(b"data")
    assert sweep(everything=False) == {"resumed": 1}
    assert sweep(everything=True) == {"resumed": 1}
    assert sorted(pipeline.executions()) == sorted([event["execution"], recent["execution"]])


def test_an_upload_whose_record_may_have_expired_is_not_started(
    pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock
) -> None:
    """An upload from before the oldest record that DynamoDB still has may have had an outcome."""
    pipeline.upload(b"data")
    fake_clock.advance(seconds=timedelta(days=RETENTION_DAYS, minutes=1).total_seconds())
    assert sweep(everything=True) == {"resumed": 0}
    assert pipeline.executions() == {}


def test_an_upload_whose_record_is_about_to_expire_is_not_started(
    pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock
) -> None:
    """A record may expire minutes earlier than the sweep expects: clocks differ, and the sweep may have begun before."""
    pipeline.upload(b"data")
    fake_clock.advance(seconds=timedelta(days=RETENTION_DAYS, minutes=-20).total_seconds() - STALLED_AFTER)
    assert sweep(everything=True) == {"resumed": 0}
    assert pipeline.executions() == {}


def test_an_old_upload_with_a_record_is_checked(pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock) -> None:
    """The sweep for everything finalizes an image with a record, regardless of the upload's age."""
    event = pipeline.upload(b"data")
    fake_clock.advance(seconds=timedelta(days=RETENTION_DAYS, minutes=1).total_seconds())
    begun(event)
    assert sweep(everything=True) == {"resumed": 1}
    second = numbered(event["image"], 2)
    assert executions.name(second) in pipeline.executions()


@pytest.mark.parametrize("key", ["photo.jpg", f"{OWNER}/photo.jpg", f"{OWNER}/{'0' * 36}", f"a/b/{OWNER}", "<>/x"])
def test_other_objects_are_left_alone(pipeline: Pipeline, sweep: Sweep, key: str) -> None:
    """An object under uploads/ that no client could have uploaded is neither processed nor an error."""
    pipeline.put(f"{UPLOADS}{key}", b"data")
    assert sweep() == {}
    assert pipeline.executions() == {}


def test_a_deleted_version_is_left_alone(pipeline: Pipeline, sweep: Sweep) -> None:
    """An upload whose version was deleted cannot be processed, and is no error."""
    event = pipeline.upload(b"data")
    image = event["image"]
    clients.s3().delete_object(Bucket=UPLOAD_BUCKET, Key=image["key"], VersionId=image["versionId"])
    assert sweep() == {"resumed": 0}
    assert pipeline.executions() == {}
