"""ImportImages: attempts at a batch that die, that come late and that meet lose nothing, and keep each other's lines."""

from datetime import timedelta
from typing import Any

import pytest

from lambdas.domain import back_pressure
from lambdas.domain.import_sources import Reason
from lambdas.import_images import BEGINNING, FINDING, WAITING, BatchUnfinishedError
from lambdas.runtime import clients, clock
from tests.lambdas.account import Account, before_next_call, export
from tests.lambdas.imported import (
    BEGUN,
    COPIED,
    PICTURE,
    SOURCE,
    FullBucket,
    fail,
    fail_third_call,
    full_bucket,
    kill_at_the_end,
    outcomes,
    refuse,
)
from workflow.steps import IMPORT as STEP


@pytest.mark.share(2)
@pytest.mark.parametrize("call", ["put_item", "copy_object", "start_execution"])
def test_a_batch_that_dies_loses_and_repeats_nothing(
    bucket: FullBucket, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """An error in the middle of a batch is raised; its lines say what was begun. The next attempt imports the rest, and each object once."""
    keys = [f"{number}.jpg" for number in range(4)]
    for key in keys:
        bucket.put(key, key.encode())
    items = bucket.listed(*keys)
    client: Any = {"put_item": clients.dynamodb, "copy_object": clients.s3, "start_execution": clients.stepfunctions}[
        call
    ]()
    fail_third_call(monkeypatch, client, call)
    with pytest.raises(Exception, match="Please reduce"):
        bucket.run(items)
    assert list(outcomes(bucket.lines(items)).values()) == [COPIED, COPIED, BEGUN, BEGUN]
    assert outcomes(bucket.run(items)) == dict.fromkeys(keys, COPIED)
    assert len(bucket.uploads()) == len(bucket.started()) == len(keys)


def test_a_late_attempt_keeps_the_lines_of_a_finished_one(bucket: FullBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt that fails after another one has finished the batch leaves the lines of that one as they are."""
    keys = [f"{number}.jpg" for number in range(4)]
    for key in keys:
        bucket.put(key, key.encode())
    items = bucket.listed(*keys)

    def finish_and_fail() -> None:
        bucket.run(items)
        refuse()

    before_next_call(monkeypatch, clients.s3(), "copy_object", finish_and_fail)
    with pytest.raises(Exception, match="too many"):
        bucket.run(items)
    assert outcomes(bucket.lines(items)) == dict.fromkeys(keys, COPIED)


def test_attempts_that_write_at_once_keep_each_others_lines(
    bucket: FullBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever attempt writes its lines last, all are there, and what was copied is not called skipped."""
    for key in ("1.jpg", "2.jpg"):
        bucket.put(key, key.encode())
    items, other = bucket.listed("1.jpg", "2.jpg"), list[Any]()
    bucket.remove("1.jpg")

    def restore_and_import() -> None:
        bucket.replace("1.jpg", b"1.jpg")
        other.extend(bucket.run(items))

    before_next_call(monkeypatch, clients.s3(), "put_object", restore_and_import)
    assert bucket.run(items) == other
    assert outcomes(other) == {"1.jpg": COPIED, "2.jpg": COPIED}


def test_an_error_of_one_object_keeps_no_other_one_back(bucket: FullBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """An object that always fails fails its batch after all others are imported."""
    keys = [f"{number}.jpg" for number in range(3)]
    for key in keys:
        bucket.put(key, key.encode())
    items = bucket.listed(*keys)
    fail(monkeypatch, "head_object", "418", "0.jpg")
    for _ in range(2):
        with pytest.raises(Exception, match="418"):
            bucket.run(items)
        assert outcomes(bucket.lines(items)) == dict.fromkeys(keys[1:], COPIED)


def test_a_batch_ends_before_its_function_is_ended(bucket: FullBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that takes too long writes its lines in time; the next attempt goes on."""
    for key in ("1.jpg", "2.jpg"):
        bucket.put(key, key.encode())
    items = bucket.listed("1.jpg", "2.jpg")
    with monkeypatch.context() as slow:
        now, later = clock.now(), clock.now() + BEGINNING
        slow.setattr(clock, "now", lambda: now)
        slow.setattr(back_pressure, "wait_for_outcomes", lambda *_: slow.setattr(clock, "now", lambda: later))
        with pytest.raises(BatchUnfinishedError):
            bucket.run(items)
    assert outcomes(bucket.lines(items)) == {"1.jpg": COPIED, "2.jpg": BEGUN}
    assert outcomes(bucket.run(items)) == {"1.jpg": COPIED, "2.jpg": COPIED}


def test_time_is_left_to_write_the_lines() -> None:
    """An object is begun only while the function has time for its calls, each of which may take seconds."""
    assert FINDING < WAITING < BEGINNING < timedelta(seconds=STEP.timeout - 20)


def test_objects_that_are_found_in_time_are_imported(bucket: FullBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt that looks for too long imports what it has found; the next attempt looks at the others."""
    for key in ("1.jpg", "2.jpg"):
        bucket.put(key, key.encode())
    items = bucket.listed("1.jpg", "2.jpg")
    with monkeypatch.context() as slow:
        later = clock.now() + FINDING + timedelta(seconds=1)
        before_next_call(slow, clients.s3(), "head_object", lambda: slow.setattr(clock, "now", lambda: later))
        with pytest.raises(BatchUnfinishedError):
            bucket.run(items)
    assert outcomes(bucket.lines(items)) == {"1.jpg": COPIED}
    assert outcomes(bucket.run(items)) == {"1.jpg": COPIED, "2.jpg": COPIED}


@pytest.mark.parametrize("has_versions", [False, True])
def test_what_a_killed_attempt_has_imported_is_reported(
    account: Account, monkeypatch: pytest.MonkeyPatch, *, has_versions: bool
) -> None:
    """An object that is replaced or removed after an attempt has copied it which was killed then is not called skipped."""
    bucket = full_bucket(FullBucket(account, versioned=has_versions), monkeypatch)
    for key in ("1.jpg", "2.jpg", "3.jpg"):
        bucket.put(key, key.encode())
    items = bucket.listed("1.jpg", "2.jpg", "3.jpg")
    fail_third_call(monkeypatch, clients.s3(), "copy_object")
    with monkeypatch.context() as patch:
        kill_at_the_end(patch)
        with pytest.raises(Exception, match="too many"):
            bucket.run(items)
    bucket.replace("1.jpg", b"new")
    bucket.remove("2.jpg")
    bucket.remove("3.jpg")
    lines = bucket.run(items)
    assert outcomes(lines) == {"1.jpg": COPIED, "2.jpg": COPIED, "3.jpg": Reason.NOT_FOUND}
    assert len(bucket.uploads()) == len(bucket.started()) == 2


def test_a_version_that_is_removed_after_its_copy(versioned: FullBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version of a list that is removed after a killed attempt has copied it is not called gone."""
    item = {"key": PICTURE, "version": versioned.put_version(PICTURE, b"1"), "owner": ""}
    with monkeypatch.context() as patch:
        kill_at_the_end(patch)
        with pytest.raises(Exception, match="too many"):
            versioned.run([item])
    clients.s3().delete_object(Bucket=SOURCE, Key=PICTURE, VersionId=item["version"])
    assert outcomes(versioned.run([item])) == {PICTURE: COPIED}


def test_an_attempt_writes_no_begun_images_twice(bucket: FullBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch has two writes, and one fewer after an attempt that was killed or if there is nothing to copy."""
    bucket.put(PICTURE)
    items, missing = bucket.listed(PICTURE), [{"key": "gone.jpg", "etag": "gone"}]
    written: list[str] = []
    clients.s3().meta.events.register("before-call.s3.PutObject", lambda model, **_: written.append(model.name))
    with monkeypatch.context() as patch:
        kill_at_the_end(patch)
        with pytest.raises(Exception, match="too many"):
            bucket.run(items)
    assert len(written) == 1
    bucket.run(items)
    assert len(written) == 2
    bucket.run(missing)
    assert len(written) == 3


def test_a_conflict_of_two_copies_is_tried_again(bucket: FullBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 refuses a copy while another request writes the object, and that may fail: the object was not changed."""
    bucket.put(PICTURE)
    with monkeypatch.context() as patch:
        before_next_call(patch, clients.s3(), "copy_object", lambda: refuse("ConditionalRequestConflict"))
        with pytest.raises(Exception, match="too many"):
            bucket.run(bucket.listed(PICTURE))
    assert outcomes(bucket.run(bucket.listed(PICTURE))) == {PICTURE: COPIED}


def test_two_versions_in_one_batch_are_two_images(versioned: FullBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each version of a key that a list names becomes an image with a line, also if the batch dies between them."""
    listed = [
        {"key": PICTURE, "version": versioned.put_version(PICTURE, data), "owner": ""} for data in (b"1", b"2", b"3")
    ]
    fail_third_call(monkeypatch, clients.s3(), "copy_object")
    with pytest.raises(Exception, match="Please reduce"):
        versioned.run(listed)
    lines = versioned.run(listed)
    assert [line["version"] for line in lines] == [item["version"] for item in listed]
    assert len({line["imageId"] for line in lines}) == len(versioned.uploads()) == 3


def test_express_claims_the_record_first(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """With EXPRESS the record is begun before the start. A refused start gives it back, and the next attempt starts the image."""
    bucket = FullBucket(account, kind="EXPRESS")
    export(monkeypatch, bucket.settings)
    monkeypatch.setattr(back_pressure, "wait_for_outcomes", lambda *_: None)
    bucket.put(PICTURE)
    items, client = bucket.listed(PICTURE), clients.stepfunctions()
    before_next_call(monkeypatch, client, "start_execution", refuse)
    with pytest.raises(Exception, match="too many"):
        bucket.run(items)
    assert bucket.records() == []
    assert outcomes(bucket.run(items)) == {PICTURE: COPIED}
    assert [record["status"]["S"] for record in bucket.records()] == ["PROCESSING"]
    assert len(bucket.uploads()) == len(bucket.started()) == 1
