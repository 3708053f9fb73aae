"""The sweep by the index of open records: it finds what is open, and its work is that of what is open."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import count, pairwise
from typing import Any
from uuid import uuid4

import pytest

from lambdas import sweep as sweeping
from lambdas.domain import open_records, record_batches
from lambdas.domain.back_pressure import Pace
from lambdas.domain.grants import Grant, await_upload
from lambdas.domain.object_keys import upload_key
from lambdas.domain.open_records import KEYS, QUERIES, SHARD, SHARDS
from lambdas.domain.record import read_item
from lambdas.domain.rerender_record import Rerender
from lambdas.domain.stalled_uploads import LONGEST_PAUSE
from lambdas.runtime import clients
from tests.fake_aws.account import OWNER, UPLOAD_BUCKET, Payload
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import CONTEXT, RETENTION_DAYS, TABLE, before_next_call, record_of
from tests.lambdas.messages import object_created
from tests.lambdas.pipeline import AWAITING, STALLED_AFTER, Pipeline, Sweep
from workflow.contracts.durations import EXECUTION_TIMEOUT

EXAMPLE = str(uuid4())


@pytest.fixture
def calls(pipeline: Pipeline) -> Iterator[Counter[str]]:
    """Give the number of calls by operation, from now on."""
    made: Counter[str] = Counter()
    used = (clients.s3(), clients.dynamodb(), clients.stepfunctions())
    assert pipeline.executions() == {}

    def heard(model: Any, **_: object) -> None:
        made[model.name] += 1

    for client in used:
        client.meta.events.register("provide-client-params", heard)
    yield made
    for client in used:
        client.meta.events.unregister("provide-client-params", heard)


def grant(fake_clock: FakeClock, image_id: str = EXAMPLE) -> str:
    """Begin the record of an image that nobody uploads, and return its ID."""
    end = fake_clock.now() + timedelta(minutes=5)
    key = upload_key(OWNER, image_id)
    await_upload(TABLE, Grant(OWNER, image_id, UPLOAD_BUCKET, key, end), AWAITING["announced"])
    return image_id


def item(event: Payload) -> Payload:
    """Return the record as it is in the table."""
    return dict(read_item(TABLE, event["image"]["imageId"]) or {})


def is_open(event: Payload) -> bool:
    """Return whether the record is in the index."""
    found = {name for name in KEYS if name in item(event)}
    assert found in (set(), set(KEYS))
    return bool(found)


def test_a_record_is_open_until_nothing_is_left_to_do(pipeline: Pipeline, sweep: Sweep) -> None:
    """An outcome that is notified by an execution of an older definition is taken from the index by the next sweep."""
    event = pipeline.begin(b"data")
    assert is_open(event)
    pipeline.write_outcome(event, "SUCCEEDED")
    assert is_open(event)
    record_of(event).mark_notified()
    assert sweep() == {"resumed": 0}
    assert not is_open(event)


def test_a_failed_image_is_open_until_its_archive_is_clear(
    pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock
) -> None:
    """The sweep looks for leftovers as long as an execution may run, more and more seldom, and twice a day at least."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, "FAILED", notified=True)
    changes = []
    for pause in (timedelta(), LONGEST_PAUSE, timedelta(seconds=EXECUTION_TIMEOUT), LONGEST_PAUSE):
        before = item(event)
        fake_clock.advance(seconds=pause.total_seconds())
        sweep()
        changes.append(item(event) != before)
    assert changes == [True, True, True, True]
    assert not is_open(event)
    assert "clearedAt" in item(event)


def test_the_work_is_that_of_what_is_open(pipeline: Pipeline, sweep: Sweep, calls: Counter[str]) -> None:
    """Images that have their outcome cost a sweep nothing: no listing, no read of a record."""
    for _ in range(5):
        pipeline.write_outcome(pipeline.begin(b"data"), "SUCCEEDED", notified=True)
    waiting = pipeline.begin(b"data")
    pipeline.start(waiting)
    sweep()
    calls.clear()
    assert sweep() == {"resumed": 0}
    # The queries of what is open, and one of deletions; one batch of records, the newest version and the execution of the one that is open.
    assert calls == {
        "Query": QUERIES + 1,
        "BatchGetItem": 1,
        "ListObjectVersions": 1,
        "DescribeExecution": 1,
        "ListObjectsV2": 1,  # of staged objects
    }


@pytest.mark.parametrize("is_deleted", [False, True])
def test_an_upload_that_is_not_made_is_asked_for_more_and_more_seldom(
    pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock, calls: Counter[str], *, is_deleted: bool
) -> None:
    """Each sweep that finds no upload, or one that was deleted, doubles the time until the next one looks, until the record expires."""
    key = upload_key(OWNER, grant(fake_clock))
    if is_deleted:
        pipeline.put(key, b"data")
        clients.s3().delete_object(Bucket=UPLOAD_BUCKET, Key=key)
    looks = []
    for number in range(1, 10):  # about an hour each
        calls.clear()
        sweep()
        looks += [number] * calls["ListObjectVersions"]
    assert looks[0] == 1
    assert all(later >= 2 * earlier for earlier, later in pairwise(looks))


def test_an_upload_that_is_made_late_is_found(pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock) -> None:
    """An upload that takes hours, and whose event is lost, is started after the sweeps that found none."""
    image_id = grant(fake_clock)
    sweep()
    sweep()
    pipeline.put(upload_key(OWNER, image_id), b"data")
    for _ in range(5):
        sweep()
    assert [one["image"]["imageId"] for one in pipeline.executions().values()] == [image_id]


@pytest.mark.parametrize("started", [False, True], ids=["cannot start", "final meanwhile"])
def test_what_the_next_sweep_has_to_do_is_not_postponed(
    pipeline: Pipeline, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch, *, started: bool
) -> None:
    """An upload that this sweep may not start, and an outcome that may not be notified yet, are for the next sweep."""
    event = (pipeline.begin if started else pipeline.upload)(b"data")
    fake_clock.advance(seconds=STALLED_AFTER + 1)
    if started:
        pipeline.write_outcome(event, "FAILED")  # a moment ago: its execution is about to notify
    before = item(event)
    with monkeypatch.context() as busy:
        busy.setattr(Pace, "admits", lambda _: False)
        assert sweeping.handler({}, CONTEXT) == {"resumed": 0}
    assert item(event) == before
    fake_clock.advance(seconds=STALLED_AFTER + 1)
    assert sweeping.handler({}, CONTEXT) == {"resumed": 1}


@pytest.mark.parametrize("status", ["FAILED", "PROCESSING"])
def test_an_image_whose_upload_is_gone_for_good_has_its_outcome_notified(
    pipeline: Pipeline, sweep: Sweep, status: str
) -> None:
    """If S3 has no version of the upload any more, the record alone says what is to be done."""
    event = pipeline.begin(b"data")
    if status == "FAILED":
        pipeline.write_outcome(event, status)
    image = event["image"]
    clients.s3().delete_object(Bucket=image["bucket"], Key=image["key"], VersionId=image["versionId"])
    assert sweep() == {"resumed": 1}
    assert item(event)["status"] == "FAILED"
    assert "notifiedAt" in item(event)


def test_a_recent_version_is_left_alone(pipeline: Pipeline, fake_clock: FakeClock) -> None:
    """The age of the upload counts, not that of its URL: its event may be on the way."""
    image_id = grant(fake_clock)
    fake_clock.advance(seconds=STALLED_AFTER + 1)
    pipeline.put(upload_key(OWNER, image_id), b"data")
    assert sweeping.handler({}, CONTEXT) == {"resumed": 0}
    assert pipeline.executions() == {}


def test_every_image_is_in_a_shard(fake_clock: FakeClock, pipeline: Pipeline) -> None:  # noqa: ARG001 - the table
    """An image is found whatever its ID begins with, and the IDs, which are random, are spread evenly over the shards."""
    granted = [grant(fake_clock, digit + EXAMPLE[1:]) for digit in "0123456789abcdef"]
    assert sorted(open_records.list_open(TABLE, fake_clock.now())) == granted
    shards = Counter(str(open_records.opened(image_id, "")[SHARD]) for image_id in granted)
    assert shards == dict.fromkeys(SHARDS, len(granted) // len(SHARDS))


def test_an_attempt_that_begins_meanwhile_stays_open(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record of an attempt that an operator starts while the sweep looks at the one before stays in the index."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, "REJECTED", notified=True)
    again = {**event["image"], "attempt": 2}
    second = {"image": again, "execution": "second"}
    before_next_call(monkeypatch, clients.dynamodb(), "update_item", lambda: record_of(second).begin(RETENTION_DAYS))
    sweep()
    assert is_open(event)
    assert item(event)["attempt"] == 2


def test_a_success_that_is_claimed_meanwhile_stays_open(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim keeps status and execution of the record: it stays in the index, for the sweep that finds the claim left alone."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, "SUCCEEDED")
    record_of(event).mark_notified()
    claim = Rerender(TABLE, event["image"], "again")
    before_next_call(monkeypatch, clients.dynamodb(), "update_item", lambda: claim.begin(RETENTION_DAYS))
    assert sweep() == {"resumed": 0}
    assert is_open(event)


def test_an_entry_whose_record_is_gone_is_skipped(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index follows the table, and may name an image that has expired, or whose record has just been closed."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, "SUCCEEDED", notified=True)
    sweep()
    assert not is_open(event)
    ids = [event["image"]["imageId"], str(uuid4())]
    monkeypatch.setattr(open_records, "list_open", lambda *_: iter(ids))
    assert sweep() == {}


def test_an_image_of_a_dead_letter_message_without_a_record_is_started(pipeline: Pipeline, sweep: Sweep) -> None:
    """An image whose record was released after Step Functions refused its execution is found by its message."""
    event = pipeline.upload(b"data")
    image = event["image"]
    clients.dynamodb().delete_item(TableName=TABLE, Key={"imageId": {"S": image["imageId"]}})
    pipeline.add_dead_letters(object_created(image["imageId"], image["versionId"], UPLOAD_BUCKET, image["key"]))
    assert sweep() == {"resumed": 1}
    assert list(pipeline.executions()) == [event["execution"]]


def test_a_sweep_that_runs_out_of_time_goes_on_in_the_next(
    pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sweep stops before Lambda ends it; what it leaves is as open as before, and left to chance, also in one part of the index."""
    monkeypatch.setattr(open_records, "SHARDS", SHARDS[:1])
    monkeypatch.setattr(record_batches, "BATCH_SIZE", 1)
    events = [pipeline.upload(b"data") for _ in range(3)]
    look = sweeping.Sweep._look  # noqa: SLF001 - the work of one image

    def slowly(self: sweeping.Sweep, found: Any) -> bool:
        fake_clock.advance(minutes=1)
        return look(self, found)

    monkeypatch.setattr(sweeping, "LOOKING", timedelta(minutes=2))
    monkeypatch.setattr(sweeping.Sweep, "_look", slowly)
    assert sweep() == {"resumed": 2}
    sweeps = count(1)
    while len(pipeline.executions()) < len(events):  # each looks at two of the three images, at random
        assert next(sweeps) < 100
        sweep()
    assert sorted(pipeline.executions()) == sorted(event["execution"] for event in events)
