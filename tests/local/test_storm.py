"""What must hold whatever happens, seen on this machine: pictures go through the whole stack in a storm."""

import os
import time
from collections.abc import Iterator
from random import Random

import pytest

from local.stack import LocalStack, local_stack
from tests.effort import times
from tests.local import aftermath
from tests.local.aftermath import Aftermath
from tests.local.behind import operate
from tests.local.storm import Storm
from tests.local.voyage import SOUND, Voyage, broken, draw, hasten, kind
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
        hasten(running)
        yield running


@pytest.fixture(scope="module")
def voyage(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Voyage:
    """Send pictures through a storm, and try again what failed but for a few."""
    seed = int(os.environ.get(SEED) or time.time_ns())
    files = draw(tmp_path_factory.mktemp("pictures"), PICTURES)
    newer = next(file for file in files if kind(file) in SOUND).read_bytes()
    voyage = Voyage(stack)
    with broken(stack):
        voyage.send(files[:FAULTY])
    with Storm(stack, Random(seed), newer) as storm:  # noqa: S311 - it keeps no secret
        operate(stack, "redrive", *voyage.failed()[LEFT:])
        voyage.send(files[FAULTY:])
        while not (aftermath.struck(stack) and storm.is_whole):  # the rest shows little if no worker was killed at work
            storm.go_on()
            voyage.send(files[:FAULTY])
    for _ in range(LATE):
        storm.repeat()
    voyage.rest()
    failed = voyage.failed()
    operate(stack, "redrive", *failed[LEFT:])
    voyage.rest()
    print(f"{SEED}={seed}: {dict(storm.done)}, {len(failed)} failed")  # pytest shows it of a test that fails
    return voyage


@pytest.fixture(scope="module")
def after(stack: LocalStack, voyage: Voyage) -> Aftermath:
    """Give what there is when all is quiet, and the sweep has removed what functions left that were killed."""
    while (found := aftermath.found(stack, voyage.ears.heard)).left:
        voyage.listen()
    return found


def test_every_picture_has_one_end_and_the_right_one(after: Aftermath, voyage: Voyage) -> None:
    """Every upload has a record, which is about its newest version and ended as that had to, or failed."""
    newest = {image_id: images[0]["versionId"] for image_id, images in after.versions.items()}
    assert newest == {image_id: record["versionId"] for image_id, record in after.records.items()}
    assert newest.keys() >= voyage.sent.keys()
    for image_id, record in after.records.items():
        contracts.check("metadata-record", record)
        was = kind(voyage.sent[image_id]) if len(after.versions[image_id]) == 1 else SOUND[0]
        assert record["status"] == "FAILED" or record.get("reason") == (None if was in SOUND else was)
    assert sum(record["status"] == "FAILED" for record in after.records.values()) == LEFT


def test_archive_holds_all_of_what_succeeded_and_nothing_else(after: Aftermath) -> None:
    """Each execution that succeeded has a folder with three pictures in it; no other has one, and nothing is staged."""
    assert after.archived.keys() == after.folders
    assert {frozenset(name.partition(".")[0] for name in names) for names in after.archived.values()} == {RENDITIONS}
    assert after.staged == []


def test_every_end_is_told_and_always_alike(after: Aftermath) -> None:
    """The end that a record has was told, under its execution's name; what was told twice was told alike."""
    ends: dict[str, set[str]] = {}
    for notification in after.told:
        contracts.check(TOLD[notification["status"]], notification)
        ends.setdefault(notification["notificationId"], set()).add(notification["status"])
    assert {len(told) for told in ends.values()} == {1}
    for record in after.records.values():
        assert ends[record["execution"]] == {record["status"]}
        assert all(ends[execution] == {"SUCCEEDED"} for execution in record.get("earlier", []))


def test_success_is_final_for_its_version(after: Aftermath) -> None:
    """Of whatever succeeded the record goes on telling: as its end or, of older versions, as what succeeded earlier."""
    known = {execution for record in after.records.values() for execution in after.succeeded(record)}
    assert {told["notificationId"] for told in after.told if told["status"] == "SUCCEEDED"} == known


def test_failure_says_where_and_why(after: Aftermath) -> None:
    """A record that failed names the state and the error, as the notification of it does."""
    failed = [record for record in after.records.values() if record["status"] == "FAILED"]
    assert len(failed) >= LEFT
    for record in failed:
        told = after.told_of(record["execution"])
        assert {(one["failedIn"], one["reason"]) for one in told} == {(record["failedIn"], record["reason"])}


def test_every_attempt_ran_once_and_for_a_reason(stack: LocalStack, after: Aftermath) -> None:
    """Every execution is for a version that there was; a further attempt is only at what had been notified as FAILED.

    Or it follows one that waited in vain for an older version's outcome to be notified, and never had the record.
    """
    assert len(set(after.executions)) == len(after.executions)
    for name in set(after.executions) - after.first:
        version, number = name.rsplit("-", 1)
        assert f"{version}-1" in after.first
        before = f"{version}-{int(number) - 1}"
        told = {notification["status"] for notification in after.told_of(before)}
        assert told == {"FAILED"} or (not told and aftermath.waited_in_vain(stack, before)), name
