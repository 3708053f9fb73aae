"""The sweep: looks at everything that may have got lost, does nothing where nothing was, and tells what it did."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from lambdas.domain import executions, objects
from lambdas.domain.object_keys import UPLOADS
from lambdas.domain.record import Record
from lambdas.runtime import clients
from lambdas.sweep import BATCH_SIZE, HORIZON, handler
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
    """Give the calls that change something, as they are made from now on."""
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


def test_where_nothing_is_lost_nothing_is_written(pipeline: Pipeline, sweep: Sweep, written: list[str]) -> None:
    """A sweep over pictures that have their ends, or are on their way, looks and goes."""
    for status in ("SUCCEEDED", "REJECTED", "FAILED"):
        pipeline.write_outcome(pipeline.begin(b"data"), status, notified=True)
    pipeline.start(pipeline.begin(b"data"))
    assert sweep() == {"resumed": 0}
    written.clear()
    assert sweep() == {"resumed": 0}
    assert written == []


def test_an_empty_stack_is_swept(sweep: Sweep, written: list[str]) -> None:
    """There need not be anything."""
    assert sweep() == {}
    assert written == []


def test_many_are_resumed_in_one_sweep(pipeline: Pipeline, sweep: Sweep) -> None:
    """There may be more than DynamoDB gives records of at once."""
    events = [pipeline.upload(b"data") for _ in range(BATCH_SIZE + 2)]
    pipeline.write_outcome(begun(events[0]), "FAILED", notified=True)
    assert sweep() == {"resumed": BATCH_SIZE + 1}
    names = {one["execution"] for one in events[1:]}
    assert {name for name in names if executions.status(image_of(events, name), pipeline.environment)} == names


def begun(event: Payload) -> Payload:
    """Begin the record of event's picture and return event."""
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
    """A sweep that begins in the middle of another starts nothing twice, and each end is told."""
    export(monkeypatch, getattr(pipeline, workflow))
    lost, untold = pipeline.upload(b"data"), pipeline.begin(b"data")
    pipeline.write_outcome(untold, "REJECTED")
    batches = clients.dynamodb().batch_get_item

    def late(**arguments: Any) -> Any:
        found = batches(**arguments)
        monkeypatch.setattr(clients.dynamodb(), "batch_get_item", batches)
        handler({}, CONTEXT)
        return found

    monkeypatch.setattr(clients.dynamodb(), "batch_get_item", late)
    sweep()
    assert list(pipeline.executions()) == [lost["execution"]]
    assert {message["notificationId"] for message, _ in pipeline.notifications()} == {untold["execution"]}


def test_express_restarts_what_was_never_claimed(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under EXPRESS a lost event is made up for once: the claim in the record keeps the next sweep from it."""
    export(monkeypatch, pipeline.express)
    event = pipeline.upload(b"data")
    assert sweep() == {"resumed": 1}
    assert handler({}, CONTEXT) == {"resumed": 0}
    assert list(pipeline.executions()) == [event["execution"]]


def test_what_is_staged_for_nobody_is_removed(pipeline: Pipeline, sweep: Sweep) -> None:
    """Staged pictures of ended, superseded and unknown executions go; those that wait for the archive stay."""
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


def test_what_was_staged_of_late_is_left(pipeline: Pipeline, fake_clock: FakeClock) -> None:
    """Whatever it is for, it may be needed yet."""
    event = pipeline.upload(b"data")
    fake_clock.advance(seconds=STALLED_AFTER + 1)
    key = stage({**event, "execution": "00000000-0000-0000-0000-000000000000-0-1"})
    handler({}, CONTEXT)
    assert key in pipeline.keys(UPLOAD_BUCKET)


def test_what_is_older_than_the_horizon_is_looked_at_on_demand(
    pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock
) -> None:
    """A sweep leaves what hundreds before it have looked at, unless it is asked for everything."""
    event = pipeline.upload(b"data")
    fake_clock.advance(seconds=(HORIZON + timedelta(minutes=1)).total_seconds())
    assert sweep() == {}
    assert sweep(everything=False) == {}
    assert sweep(everything=True) == {"resumed": 1}
    assert list(pipeline.executions()) == [event["execution"]]


def test_what_may_have_lost_its_record_is_not_begun_anew(
    pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock
) -> None:
    """An upload from before the oldest record that the table still has may have had its end."""
    pipeline.upload(b"data")
    fake_clock.advance(seconds=timedelta(days=RETENTION_DAYS, minutes=1).total_seconds())
    assert sweep(everything=True) == {"resumed": 0}
    assert pipeline.executions() == {}


def test_an_old_upload_that_is_tried_again_is_looked_at(
    pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock
) -> None:
    """What has a record is brought to its end by the sweep for everything, however old the upload is."""
    event = pipeline.upload(b"data")
    fake_clock.advance(seconds=timedelta(days=RETENTION_DAYS, minutes=1).total_seconds())
    begun(event)
    assert sweep(everything=True) == {"resumed": 1}
    second = numbered(event["image"], 2)
    assert executions.name(second) in pipeline.executions()


@pytest.mark.parametrize("key", ["photo.jpg", f"{OWNER}/photo.jpg", f"{OWNER}/{'0' * 36}", f"a/b/{OWNER}", "<>/x"])
def test_what_is_no_upload_is_left(pipeline: Pipeline, sweep: Sweep, key: str) -> None:
    """An object under uploads/ that no client could have put there is neither processed nor an error."""
    pipeline.put(f"{UPLOADS}{key}", b"data")
    assert sweep() == {}
    assert pipeline.executions() == {}


def test_what_was_deleted_is_left(pipeline: Pipeline, sweep: Sweep) -> None:
    """An upload whose version is gone cannot be processed, and is no error."""
    event = pipeline.upload(b"data")
    image = event["image"]
    clients.s3().delete_object(Bucket=UPLOAD_BUCKET, Key=image["key"], VersionId=image["versionId"])
    assert sweep() == {}
    assert pipeline.executions() == {}
