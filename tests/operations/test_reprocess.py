"""`reprocess`: pictures by id or by prefix are tried again, whatever became of them, unless they succeeded."""

import pytest

from lambdas.domain.record import FAILED, REJECTED, SUCCEEDED
from lambdas.runtime import clients
from operations.attempts import Outcome
from tests.operations.desk import Desk, attempt


@pytest.mark.parametrize("status", [FAILED, REJECTED])
def test_picture_without_success_is_tried_again(desk: Desk, status: str) -> None:
    """A picture that FAILED or was REJECTED is started as its next attempt."""
    image = desk.ended(status)
    told = desk.run("reprocess", image["imageId"])
    assert (told.code, told.rows) == (0, {(image["imageId"], "2", Outcome.STARTED)})
    assert desk.started == {attempt(image, 2)}


def test_success_is_left(desk: Desk) -> None:
    """A picture that SUCCEEDED is left alone."""
    image = desk.ended(SUCCEEDED)
    told = desk.run("reprocess", image["imageId"])
    assert (told.code, told.rows) == (0, {(image["imageId"], "1", Outcome.SUCCEEDED)})
    assert not desk.started


def test_picture_under_way_is_left(desk: Desk) -> None:
    """A picture that is being processed is left alone."""
    image = desk.upload()
    desk.begun(image)
    assert desk.run("reprocess", image["imageId"]).rows == {(image["imageId"], "1", Outcome.PROCESSING)}
    assert not desk.started


def test_upload_without_a_record_is_found_by_its_id(desk: Desk) -> None:
    """A picture that was never taken up is found among the uploads, and started."""
    image = desk.upload()
    desk.upload()
    assert desk.run("reprocess", image["imageId"]).code == 0
    assert desk.started == {attempt(image, 1)}


def test_prefix_is_every_upload_under_it(desk: Desk) -> None:
    """A prefix means all uploads of an owner, and nobody else's."""
    first, second = desk.upload("owner"), desk.upload("owner")
    desk.upload("other")
    assert desk.run("reprocess", "uploads/owner/").code == 0
    assert desk.started == {attempt(first, 1), attempt(second, 1)}


def test_deleted_upload_is_left(desk: Desk) -> None:
    """A picture that was deleted is not started by its prefix, nor by its id where that is known."""
    kept, deleted = desk.upload("owner"), desk.ended(FAILED)
    hidden = desk.upload("owner")
    for image in (deleted, hidden):
        clients.s3().delete_object(Bucket=image["bucket"], Key=image["key"])
    assert desk.run("reprocess", "uploads/owner/", deleted["imageId"]).code == 1
    assert desk.started == {attempt(kept, 1)}


def test_picture_named_twice_is_started_once(desk: Desk) -> None:
    """A picture that is named by its id and by a prefix is one picture."""
    image = desk.upload()
    told = desk.run("--json", "reprocess", image["imageId"], image["key"])
    assert told.objects == [{"id": image["imageId"], "attempt": 1, "outcome": "started"}]


def test_dry_run_starts_nothing(desk: Desk) -> None:
    """With --dry-run it is said what would be started."""
    image = desk.ended(REJECTED)
    told = desk.run("reprocess", "--dry-run", image["imageId"])
    assert (told.code, told.rows) == (0, {(image["imageId"], "2", Outcome.WOULD_START)})
    assert not desk.started


@pytest.mark.parametrize("wanted", ["no-such-id", "uploads/nobody/"])
def test_what_means_no_upload_is_refused(desk: Desk, wanted: str) -> None:
    """An id or a prefix that no upload has is told in a line, and nothing is started of what else was asked."""
    image = desk.upload()
    told = desk.run("reprocess", image["imageId"], wanted)
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith(f"operations: {wanted} is neither")
    assert not desk.started
