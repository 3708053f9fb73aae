"""Renditions are made anew by the same pipeline: the record describes the old ones or the new ones, and nothing is lost."""

from datetime import datetime, timedelta

import pytest

from imaging.errors import Reason
from lambdas import finalize, sweep
from lambdas.domain import deletions, executions, tombstones
from lambdas.domain.record import CLAIM, CLEARED_AT, SUPERSEDED, Record
from lambdas.domain.rerender_record import Rerender
from lambdas.runtime.settings import ImageSettings
from tests.fake_aws.events import execution_ended
from tests.fake_aws.resources import ARCHIVE, STALLED_AFTER, TABLE, TOPIC, UPLOADS
from tests.lambdas.account import CONTEXT
from tests.workflow import images
from tests.workflow.processing import PICTURES, Outcome, Processing
from tests.workflow.rerendering import (
    archived_keys,
    begin,
    break_services,
    expiring,
    rerender,
    result,
    stored,
)
from workflow import contracts
from workflow.contracts.errors import ImageRejected, StaleExecution
from workflow.contracts.payloads import MetadataRecord
from workflow.steps import ARCHIVE as LAST
from workflow.steps import RESIZE

NEW_EDGE, NEW_THUMBNAIL = "120", "60"  # pixels: only one resized image
WRITES = 13  # of an execution


@pytest.fixture
def first(processing: Processing, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """Give an image that has succeeded, before the sizes were changed."""
    done = processing.process(images.jpeg())
    processing.fake_clock.advance(seconds=60)
    monkeypatch.setenv("RESIZE_EDGES", NEW_EDGE)
    monkeypatch.setenv("THUMBNAIL_EDGE", NEW_THUMBNAIL)
    processing.interpreter.most_retries = 1
    return done


def assert_whole(processing: Processing, outcome: Outcome) -> dict[str, object]:
    """Assert that all that the record names is there, and that the record is that of a success; return it."""
    record = processing.resources.record(outcome.image) or {}
    assert record["status"] == "SUCCEEDED"
    assert archived_keys(record) <= stored(processing, outcome)
    assert not archived_keys(record) & expiring(stored(processing, outcome))
    return record


def test_renditions_are_replaced_at_once(
    processing: Processing, first: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record has the new sizes, the same original and the same times; its notification names the new renditions."""
    with monkeypatch.context() as patch:
        writes = break_services(patch, lambda _: (True, True))
        done = rerender(processing, first, "run-1")
    assert next(writes) == WRITES + len(["the claim"])
    record, old = assert_whole(processing, done), first.record or {}
    contracts.check("metadata-record", record)
    assert (done.execution.status, record["execution"]) == ("SUCCEEDED", done.execution.name)
    assert max(record["resized"][edge] for edge in ("width", "height")) == int(NEW_EDGE)  # type: ignore[index]
    assert record["thumbnail"]["width"] == int(NEW_THUMBNAIL)  # type: ignore[index]
    assert (record["resized"]["smaller"], record["earlier"]) == ([], [first.execution.name])  # type: ignore[index]
    assert record["archive"]["original"] == old["archive"]["original"]  # type: ignore[index]
    same = ("validation", "metadata", "createdAt", "finishedAt", "versionId", "attempt")
    assert {name: record[name] for name in same} == {name: old[name] for name in same}
    assert not {CLAIM, SUPERSEDED, "openSince"} & record.keys()
    ((message, _),) = done.notifications
    assert (message["status"], message["notificationId"]) == ("SUCCEEDED", done.execution.name)
    assert (message["archive"], message["filename"]) == (record["archive"], old["validation"]["filename"])
    assert done.staged == []


def test_replaced_renditions_stay_until_they_expire(processing: Processing, first: Outcome) -> None:
    """Whoever has a URL of an old rendition can use it: the object is the same, and the bucket's rule deletes it later."""
    rerender(processing, first, "run-1")
    old = archived_keys(first.record)
    assert processing.resources.archived(first.image, first.execution.name) == first.archived
    assert expiring(old) == old - {first.record["archive"]["original"]["key"]}  # type: ignore[index]
    processing.fake_clock.advance(seconds=STALLED_AFTER + 1)
    sweep.handler({"everything": True}, CONTEXT)
    assert processing.resources.archived(first.image, first.execution.name) == first.archived


def test_a_second_run_replaces_the_renditions_of_the_first(processing: Processing, first: Outcome) -> None:
    """Each run replaces the renditions that it finds, and the original stays where it was archived first."""
    second = rerender(processing, first, "run-1")
    third = rerender(processing, first, "run-2")
    record = assert_whole(processing, third)
    assert record["earlier"] == [first.execution.name, second.execution.name]
    assert len(third.archived) == PICTURES - 2  # without original and second edge
    assert expiring(stored(processing, first)) == stored(processing, first) - archived_keys(record)


def test_the_same_execution_again_changes_nothing(processing: Processing, first: Outcome) -> None:
    """An EXPRESS state machine may run an execution twice: it claims nothing any more, and finds that its renditions are there."""
    done = rerender(processing, first, "run-1")
    record = Rerender(TABLE, done.image, done.execution.name)  # type: ignore[arg-type]
    with pytest.raises(StaleExecution):
        record.begin(90)
    record.complete_step(LAST.state, {"archive": (done.record or {})["archive"]}, "SUCCEEDED")
    assert processing.resources.record(done.image) == done.record
    assert_whole(processing, done)


def test_a_rejected_rerender_keeps_the_renditions(processing: Processing, first: Outcome) -> None:
    """An image that the limits of today reject keeps status, record and renditions; nothing is published."""
    processing.break_function(RESIZE.function, ImageRejected(Reason.TOO_MANY_PIXELS, "It has too many pixels."))
    done = rerender(processing, first, "run-1")
    assert (done.execution.status, done.notifications, done.archived) == ("SUCCEEDED", [], {})
    assert assert_whole(processing, done)["archive"] == first.record["archive"]  # type: ignore[index]


def test_a_rejection_releases_the_claim(
    processing: Processing, first: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a rejection nothing is left for the sweep."""
    monkeypatch.setenv("MAX_PIXELS", "10")
    done = rerender(processing, first, "run-1")
    assert not {CLAIM, "openSince", "openShard"} & assert_whole(processing, done).keys()


def test_a_deleted_image_stays_deleted(processing: Processing, first: Outcome) -> None:
    """A deletion while renditions are made leaves nothing of the image, and no notification but its own."""

    def delete() -> None:
        owner, image_id = first.image["owner"], first.image["imageId"]
        tombstone, _ = tombstones.replace_record(TABLE, image_id, owner)
        settings = ImageSettings(
            metadata_table=TABLE, upload_bucket=UPLOADS, archive_bucket=ARCHIVE, notification_topic=TOPIC
        )
        deletions.complete(tombstone, settings)

    before(processing, LAST.state, delete)
    done = rerender(processing, first, "run-1")
    assert [message["status"] for message, _ in done.notifications] == ["DELETED"]
    assert (done.execution.status, stored(processing, first)) == ("SUCCEEDED", set())


def test_a_newer_upload_wins(processing: Processing, first: Outcome) -> None:
    """An upload under the same key takes the record over, and what the rerender has archived is deleted."""
    newer = processing.resources.upload(images.transparent_png(), image_id=first.image["imageId"])
    before(processing, LAST.state, lambda: Record(TABLE, newer, executions.name(newer)).begin(90))  # type: ignore[arg-type]
    done = rerender(processing, first, "run-1")
    record = processing.resources.record(newer) or {}
    assert (record["status"], record["execution"]) == ("PROCESSING", executions.name(newer))  # type: ignore[arg-type]
    assert (done.archived, done.notifications) == ({}, [])
    assert stored(processing, first) == archived_keys(first.record)


def test_the_last_of_two_runs_wins(processing: Processing, first: Outcome) -> None:
    """Of two runs at the same time, the one that claims the record last replaces the renditions; the other leaves nothing."""
    claims: list[tuple[object, str]] = []
    before(processing, LAST.state, lambda: claims.append(begin(first.image["imageId"], "run-2")))
    loser = rerender(processing, first, "run-1")
    assert (loser.archived, loser.notifications, loser.execution.status) == ({}, [], "SUCCEEDED")
    ((image, name),) = claims
    processing.interpreter.before.clear()
    processing.interpreter.run({"image": image}, name)
    assert assert_whole(processing, first)["execution"] == name


def test_a_sweep_keeps_what_a_claim_has(processing: Processing, first: Outcome) -> None:
    """A sweep in the middle deletes nothing that an execution has staged or archived which may still succeed; a later one looks again."""
    again = rerender(processing, first, "run-1")  # so that a sweep looks for leftovers of the first execution
    processing.resources.forget(again.image, CLEARED_AT)

    def sweeping() -> None:
        processing.fake_clock.advance(seconds=STALLED_AFTER + 1)
        sweep.handler({"everything": True}, CONTEXT)

    before(processing, LAST.state, sweeping)
    done = rerender(processing, first, "run-2")
    record = assert_whole(processing, done)
    assert (record["execution"], CLEARED_AT in record) == (done.execution.name, False)
    age = processing.fake_clock.now() - datetime.fromisoformat(str(record["updatedAt"]))
    assert age < timedelta(seconds=STALLED_AFTER)  # of the replacement, and not of the claim


def before(processing: Processing, state: str, do: object) -> None:
    """Do something once, before a state."""
    waiting = [do]
    processing.interpreter.before[state] = lambda: waiting.pop()() if waiting else None  # type: ignore[operator]


@pytest.mark.share(2)
@pytest.mark.parametrize("at", range(WRITES))
def test_dying_between_two_writes_loses_nothing(
    processing: Processing, first: Outcome, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """From any write on, nothing answers: the image has all of its renditions, the sweep completes it, and a repetition ends right."""
    image, name = begin(first.image["imageId"], "run-1")
    with monkeypatch.context() as patch:
        break_services(patch, lambda number: (number < at, number < at))
        found = processing.interpreter.run({"image": image}, name)
    outcome = result(processing, Outcome(dict(image), found, None, [], {}, []))
    record = assert_whole(processing, outcome)
    assert processing.resources.archived(first.image, first.execution.name) == first.archived
    assert (found.status == "SUCCEEDED") == (at >= WRITES - 1)  # the last write is the mark, without which all is done
    complete(processing, outcome)
    now = assert_whole(processing, outcome)
    assert now["execution"] == record["execution"]  # what was replaced stays replaced, and else nothing is
    again = rerender(processing, first, "run-2")
    assert assert_whole(processing, again)["execution"] == again.execution.name
    left = stored(processing, first) - archived_keys(again.record)
    assert (left, again.staged) == (expiring(left), [])


def complete(processing: Processing, outcome: Outcome) -> None:
    """Finalize a failed execution, and sweep until nothing is open; each outcome is notified."""
    found = outcome.execution
    if found.status == "FAILED":
        finalize.handler(execution_ended(outcome.image, found.arn, found.status), CONTEXT)
    for _ in range(2):
        processing.fake_clock.advance(seconds=STALLED_AFTER + 1)
        sweep.handler({}, CONTEXT)
    record = processing.resources.record(outcome.image) or {}
    assert not {CLAIM, SUPERSEDED, "openSince"} & record.keys()
    assert "notifiedAt" in record
    assert processing.resources.staged(found.name) == []
    if record["execution"] != found.name:
        assert processing.resources.archived(outcome.image, found.name) == {}


@pytest.mark.share(1)
@pytest.mark.parametrize("at", range(WRITES))
def test_a_lost_response_changes_nothing(
    processing: Processing, first: Outcome, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """A write that is made, and whose response is lost, is repeated, and the renditions are replaced once."""
    image, name = begin(first.image["imageId"], "run-1")
    with monkeypatch.context() as patch:
        break_services(patch, lambda number: (True, number != at))
        found = processing.interpreter.run({"image": image}, name)
    outcome = result(processing, Outcome(dict(image), found, None, [], {}, []))
    record = assert_whole(processing, outcome)
    assert (record["execution"], record["earlier"]) == (name, [first.execution.name])
    assert expiring(stored(processing, first)) == archived_keys(first.record) - archived_keys(record)


def test_a_claim_that_is_lost_before_the_write_replaces_nothing(
    processing: Processing, first: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later claim, made after the record was read and before the write, leaves the renditions as they were."""
    image, name = begin(first.image["imageId"], "run-1")
    read = Rerender.read

    def read_and_lose(record: Rerender) -> MetadataRecord | None:
        found = read(record)
        begin(first.image["imageId"], "run-2")
        return found

    monkeypatch.setattr(Rerender, "read", read_and_lose)
    processing.interpreter.run({"image": image}, name)
    assert (processing.resources.record(first.image) or {})["execution"] == first.execution.name
