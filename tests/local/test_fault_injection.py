"""What must hold whatever happens, seen on this machine: pictures go through the whole stack in a storm."""

import os
import time
from collections.abc import Iterator
from random import Random

import pytest

from local.stack import LocalStack, local_stack
from tests.effort import times
from tests.local import stack_contents
from tests.local.fault_injection import FaultInjector
from tests.local.stack_access import run_operations
from tests.local.stack_contents import StackContents
from tests.local.uploads import VALID, Uploads, kind_of, shorten_waits, without_archive, write_images
from workflow import contracts

pytestmark = pytest.mark.heavy

SEED = "STORM_SEED"  # the variable that makes one storm like another, if not the same
PICTURES = times(12, 200)
FAULTY = times(3, 12)  # pictures that fail for a fault of ours, before the storm
LATE = times(5, 20)  # messages that come again when all is over
LEFT = times(2, 3)  # pictures that failed and are not tried again

TOLD = {
    "SUCCEEDED": "success-notification",
    "REJECTED": "rejection-notification",
    "FAILED": "failure-notification",
}
RENDITIONS = frozenset({"original", "resized", "thumbnail"})


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """Run the stack, and let it be impatient."""
    with local_stack() as running:
        shorten_waits(running)
        yield running


@pytest.fixture(scope="module")
def voyage(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Uploads:
    """Send pictures through a storm, and try again what failed but for a few."""
    seed = int(os.environ.get(SEED) or time.time_ns())
    files = write_images(tmp_path_factory.mktemp("pictures"), PICTURES)
    newer = next(file for file in files if kind_of(file) in VALID).read_bytes()
    voyage = Uploads(stack)
    with without_archive(stack):
        voyage.send(files[:FAULTY])
    with FaultInjector(stack, Random(seed), newer) as storm:  # noqa: S311 - it keeps no secret
        run_operations(stack, "redrive", *voyage.failed()[LEFT:])
        voyage.send(files[FAULTY:])
        while not (
            stack_contents.lost_a_worker(stack) and storm.is_whole
        ):  # the rest shows little if no worker was killed at work
            storm.go_on()
            voyage.send(files[:FAULTY])
    for _ in range(LATE):
        storm.repeat()
    voyage.rest()
    failed = voyage.failed()
    run_operations(stack, "redrive", *failed[LEFT:])
    voyage.rest()
    print(f"{SEED}={seed}: {dict(storm.done)}, {len(failed)} failed")  # pytest shows it of a test that fails
    return voyage


@pytest.fixture(scope="module")
def after(stack: LocalStack, voyage: Uploads) -> StackContents:
    """Give what there is when all is quiet, and the sweep has removed what functions left that were killed."""
    while (found := stack_contents.read_contents(stack, voyage.ears.heard)).left:
        voyage.listen()
    return found


def test_every_picture_has_one_end_and_the_right_one(after: StackContents, voyage: Uploads) -> None:
    """Every upload has a record, which is about its newest version and ended as that had to, or failed."""
    newest = {image_id: images[0]["versionId"] for image_id, images in after.versions.items()}
    assert newest == {image_id: record["versionId"] for image_id, record in after.records.items()}
    assert newest.keys() >= voyage.sent.keys()
    for image_id, record in after.records.items():
        contracts.check("metadata-record", record)
        was = kind_of(voyage.sent[image_id]) if len(after.versions[image_id]) == 1 else VALID[0]
        assert record["status"] == "FAILED" or record.get("reason") == (None if was in VALID else was)
    assert sum(record["status"] == "FAILED" for record in after.records.values()) == LEFT


def test_archive_holds_all_of_what_succeeded_and_nothing_else(after: StackContents) -> None:
    """Each execution that succeeded has a folder with three pictures in it; no other has one, and nothing is staged."""
    assert after.archived.keys() == after.folders
    assert {frozenset(name.partition(".")[0] for name in names) for names in after.archived.values()} == {RENDITIONS}
    assert after.staged == []


def test_every_end_is_told_and_always_alike(after: StackContents) -> None:
    """The end that a record has was told, under its execution's name; what was told twice was told alike."""
    ends: dict[str, set[str]] = {}
    for notification in after.told:
        contracts.check(TOLD[notification["status"]], notification)
        ends.setdefault(notification["notificationId"], set()).add(notification["status"])
    assert {len(told) for told in ends.values()} == {1}
    for record in after.records.values():
        assert ends[record["execution"]] == {record["status"]}
        assert all(ends[execution] == {"SUCCEEDED"} for execution in record.get("earlier", []))


def test_success_is_final_for_its_version(after: StackContents) -> None:
    """Of whatever succeeded the record goes on telling: as its end or, of older versions, as what succeeded earlier."""
    known = {execution for record in after.records.values() for execution in after.succeeded(record)}
    assert {told["notificationId"] for told in after.told if told["status"] == "SUCCEEDED"} == known


def test_failure_says_where_and_why(after: StackContents) -> None:
    """A record that failed names the state and the error, as the notification of it does."""
    failed = [record for record in after.records.values() if record["status"] == "FAILED"]
    assert len(failed) >= LEFT
    for record in failed:
        told = after.told_of(record["execution"])
        assert {(one["failedIn"], one["reason"]) for one in told} == {(record["failedIn"], record["reason"])}


def test_every_attempt_ran_once_and_for_a_reason(stack: LocalStack, after: StackContents) -> None:
    """Every execution is for a version that there was; a further attempt is only at what had been notified as FAILED.

    Or it follows one that waited in vain for an older version's outcome to be notified, and never had the record.
    """
    assert len(set(after.executions)) == len(after.executions)
    for name in set(after.executions) - after.first:
        version, number = name.rsplit("-", 1)
        assert f"{version}-1" in after.first
        before = f"{version}-{int(number) - 1}"
        told = {notification["status"] for notification in after.told_of(before)}
        assert told == {"FAILED"} or (not told and stack_contents.gave_up_waiting(stack, before)), name
