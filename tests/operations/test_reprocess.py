"""`reprocess`: images are started again, by ID or by prefix, unless they have succeeded."""

import pytest

from lambdas.domain.outcomes import FAILED, REJECTED, SUCCEEDED
from lambdas.runtime import clients
from operations.attempts import Outcome
from tests.operations.desk import Desk, attempt


@pytest.mark.parametrize("status", [FAILED, REJECTED])
def test_image_that_did_not_succeed_is_started_again(desk: Desk, status: str) -> None:
    """An image that FAILED or was REJECTED is started as its next attempt."""
    image = desk.ended(status)
    result = desk.run("reprocess", image["imageId"])
    assert (result.code, result.rows) == (0, {(image["imageId"], "2", Outcome.STARTED)})
    assert desk.started == {attempt(image, 2)}


def test_success_is_skipped(desk: Desk) -> None:
    """An image that SUCCEEDED is skipped."""
    image = desk.ended(SUCCEEDED)
    result = desk.run("reprocess", image["imageId"])
    assert (result.code, result.rows) == (0, {(image["imageId"], "1", Outcome.SUCCEEDED)})
    assert not desk.started


def test_image_in_progress_is_skipped(desk: Desk) -> None:
    """An image that is being processed is skipped."""
    image = desk.upload()
    desk.begun(image)
    assert desk.run("reprocess", image["imageId"]).rows == {(image["imageId"], "1", Outcome.PROCESSING)}
    assert not desk.started


def test_upload_without_a_record_is_found_by_its_id(desk: Desk) -> None:
    """An image without a record is found among the uploads, and started."""
    image = desk.upload()
    desk.upload()
    assert desk.run("reprocess", image["imageId"]).code == 0
    assert desk.started == {attempt(image, 1)}


def test_prefix_selects_every_upload_below_it(desk: Desk) -> None:
    """A prefix selects all uploads of an owner, and no others."""
    first, second = desk.upload("owner"), desk.upload("owner")
    desk.upload("other")
    assert desk.run("reprocess", "uploads/owner/").code == 0
    assert desk.started == {attempt(first, 1), attempt(second, 1)}


def test_deleted_upload_is_not_started(desk: Desk) -> None:
    """A deleted upload is started neither by a prefix nor by its ID."""
    kept, deleted = desk.upload("owner"), desk.ended(FAILED)
    hidden = desk.upload("owner")
    for image in (deleted, hidden):
        clients.s3().delete_object(Bucket=image["bucket"], Key=image["key"])
    assert desk.run("reprocess", "uploads/owner/", deleted["imageId"]).code == 1
    assert desk.started == {attempt(kept, 1)}


def test_image_that_is_selected_twice_is_started_once(desk: Desk) -> None:
    """An image that is selected by its ID and by a prefix is started once."""
    image = desk.upload()
    result = desk.run("--json", "reprocess", image["imageId"], image["key"])
    assert result.objects == [{"id": image["imageId"], "attempt": 1, "outcome": "started"}]


def test_dry_run_starts_nothing(desk: Desk) -> None:
    """With --dry-run the command prints what it would start, and starts nothing."""
    image = desk.ended(REJECTED)
    result = desk.run("reprocess", "--dry-run", image["imageId"])
    assert (result.code, result.rows) == (0, {(image["imageId"], "2", Outcome.WOULD_START)})
    assert not desk.started


@pytest.mark.parametrize("wanted", ["no-such-id", "uploads/nobody/"])
def test_id_or_prefix_without_an_upload_is_refused(desk: Desk, wanted: str) -> None:
    """An ID or a prefix without an upload is named in the error, and nothing is started, not even for the others."""
    image = desk.upload()
    result = desk.run("reprocess", image["imageId"], wanted)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"operations reprocess: {wanted} is neither")
    assert not desk.started
