"""What must hold in spite of faults: images go through the whole stack while workers die and executions are aborted."""

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

SEED = "FAULTS_SEED"  # the variable that repeats the choice of faults, though not their timing
IMAGES = times(12, 200)
FAULTY = times(3, 12)  # images that fail for an internal error, before the other faults
LATE = times(5, 20)  # messages that are repeated after all is finished
LEFT = times(2, 3)  # failed images that are not redriven

CONTRACTS = {
    "SUCCEEDED": "success-notification",
    "REJECTED": "rejection-notification",
    "FAILED": "failure-notification",
}
RENDITIONS = frozenset({"original", "resized", "thumbnail"})


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """Run the stack with short waits."""
    with local_stack() as running:
        shorten_waits(running)
        yield running


@pytest.fixture(scope="module")
def uploads(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Uploads:
    """Send images while faults occur, and redrive most of those that failed."""
    seed = int(os.environ.get(SEED) or time.time_ns())
    files = write_images(tmp_path_factory.mktemp("pictures"), IMAGES)
    newer = next(file for file in files if kind_of(file) in VALID).read_bytes()
    uploads = Uploads(stack)
    with without_archive(stack):
        uploads.send(files[:FAULTY])
    with FaultInjector(stack, Random(seed), newer) as faults:  # noqa: S311 - it keeps no secret
        run_operations(stack, "redrive", *uploads.failed()[LEFT:])
        uploads.send(files[FAULTY:])
        while not (
            stack_contents.lost_a_worker(stack) and faults.is_complete
        ):  # else no retry after a worker's death was tested
            faults.inject_more()
            uploads.send(files[:FAULTY])
    for _ in range(LATE):
        faults.repeat()
    uploads.wait()
    failed = first = uploads.failed()
    while failed[LEFT:]:  # on a busy machine a function may exceed its timeout as often as it is retried
        run_operations(stack, "redrive", *failed[LEFT:])
        uploads.wait()
        failed = uploads.failed()
    print(f"{SEED}={seed}: {dict(faults.done)}, {len(first)} failed")  # pytest shows it if a test fails
    return uploads


@pytest.fixture(scope="module")
def after(stack: LocalStack, uploads: Uploads) -> StackContents:
    """Return the contents when nothing runs, and the sweep has removed what killed functions left behind."""
    while (found := stack_contents.read_contents(stack, uploads.listener.received)).leftovers:
        uploads.poll()
    return found


def test_every_image_has_the_right_final_status(after: StackContents, uploads: Uploads) -> None:
    """Every upload has a record about its newest version, with the status that its content calls for, or FAILED."""
    newest = {image_id: images[0]["versionId"] for image_id, images in after.versions.items()}
    assert newest == {image_id: record["versionId"] for image_id, record in after.records.items()}
    assert newest.keys() >= uploads.sent.keys()
    for image_id, record in after.records.items():
        contracts.check("metadata-record", record)
        was = kind_of(uploads.sent[image_id]) if len(after.versions[image_id]) == 1 else VALID[0]
        assert record["status"] == "FAILED" or record.get("reason") == (None if was in VALID else was)
    assert sum(record["status"] == "FAILED" for record in after.records.values()) == LEFT


def test_archive_has_the_executions_that_succeeded_only(after: StackContents) -> None:
    """Each execution that succeeded has a folder with three files; no other has one, and nothing is staged."""
    assert after.archived.keys() == after.folders
    assert {frozenset(name.partition(".")[0] for name in names) for names in after.archived.values()} == {RENDITIONS}
    assert after.staged == []


def test_every_outcome_is_notified_and_repeated_unchanged(after: StackContents) -> None:
    """The outcome in a record was notified with the name of its execution; a repeated notification has the same outcome."""
    statuses: dict[str, set[str]] = {}
    for notification in after.notifications:
        contracts.check(CONTRACTS[notification["status"]], notification)
        statuses.setdefault(notification["notificationId"], set()).add(notification["status"])
    assert {len(found) for found in statuses.values()} == {1}
    for record in after.records.values():
        assert statuses[record["execution"]] == {record["status"]}
        assert all(statuses[execution] == {"SUCCEEDED"} for execution in record.get("earlier", []))


def test_success_is_final_for_its_version(after: StackContents) -> None:
    """A record keeps each execution that succeeded: as its outcome, or among the earlier ones of older versions."""
    known = {execution for record in after.records.values() for execution in after.succeeded(record)}
    assert {one["notificationId"] for one in after.notifications if one["status"] == "SUCCEEDED"} == known


def test_failure_says_where_and_why(after: StackContents) -> None:
    """A record that failed names the state and the error, and so does the notification."""
    failed = [record for record in after.records.values() if record["status"] == "FAILED"]
    assert len(failed) >= LEFT
    for record in failed:
        notifications = after.notifications_of(record["execution"])
        assert {(one["failedIn"], one["reason"]) for one in notifications} == {(record["failedIn"], record["reason"])}


def test_every_attempt_ran_once_and_for_a_reason(stack: LocalStack, after: StackContents) -> None:
    """Every execution is about an existing version, and a further attempt follows one that was notified as FAILED.

    Or it follows one that gave up waiting for the notification of an older outcome, and never had the record.
    """
    assert len(set(after.executions)) == len(after.executions)
    for name in set(after.executions) - after.first:
        version, number = name.rsplit("-", 1)
        assert f"{version}-1" in after.first
        before = f"{version}-{int(number) - 1}"
        statuses = {notification["status"] for notification in after.notifications_of(before)}
        assert statuses == {"FAILED"} or (not statuses and stack_contents.gave_up_waiting(stack, before)), name
