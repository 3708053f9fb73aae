"""`reprocess`: images are started again, by ID or by prefix, unless they have succeeded."""

from datetime import timedelta

import pytest

from lambdas.domain.outcomes import FAILED, REJECTED, SUCCEEDED
from lambdas.runtime import clients, clock
from operations.attempts import Outcome
from tests.operations.stack_in_moto import RETENTION, StackInMoto, execution_name


@pytest.mark.parametrize("status", [FAILED, REJECTED])
def test_image_that_did_not_succeed_is_started_again(stack: StackInMoto, status: str) -> None:
    """An image that FAILED or was REJECTED is started as its next attempt."""
    image = stack.upload_with_status(status)
    result = stack.run("reprocess", image["imageId"])
    assert (result.code, result.rows) == (0, {(image["imageId"], "2", Outcome.STARTED)})
    assert stack.started == {execution_name(image, 2)}


def test_success_is_skipped(stack: StackInMoto) -> None:
    """An image that SUCCEEDED is skipped."""
    image = stack.upload_with_status(SUCCEEDED)
    result = stack.run("reprocess", image["imageId"])
    assert (result.code, result.rows) == (0, {(image["imageId"], "1", Outcome.SUCCEEDED)})
    assert not stack.started


def test_image_in_progress_is_skipped(stack: StackInMoto) -> None:
    """An image that is being processed is skipped."""
    image = stack.upload()
    stack.begin(image)
    assert stack.run("reprocess", image["imageId"]).rows == {(image["imageId"], "1", Outcome.PROCESSING)}
    assert not stack.started


def test_upload_without_a_record_is_found_by_its_id(stack: StackInMoto) -> None:
    """An image without a record is found among the uploads, and started."""
    image = stack.upload()
    stack.upload()
    assert stack.run("reprocess", image["imageId"]).code == 0
    assert stack.started == {execution_name(image, 1)}


@pytest.mark.share(1)
@pytest.mark.parametrize("stack", ["STANDARD", "EXPRESS"], indirect=True)
@pytest.mark.parametrize(
    ("age", "outcome"), [(timedelta(days=RETENTION - 1), Outcome.STARTED), (timedelta(days=RETENTION), Outcome.EXPIRED)]
)
def test_upload_whose_record_may_have_expired_is_not_started(
    stack: StackInMoto, monkeypatch: pytest.MonkeyPatch, age: timedelta, outcome: Outcome
) -> None:
    """Where nobody knows the earlier attempts, another one could have the name of one that was notified."""
    image = stack.upload()
    later = clock.now() + age
    monkeypatch.setattr(clock, "now", lambda: later)
    result = stack.run("reprocess", image["imageId"])
    number = "1" if outcome is Outcome.STARTED else ""
    assert (result.code, result.rows) == (int(not number), {(image["imageId"], number, outcome)})
    assert len(stack.started) == bool(number)


def test_prefix_selects_every_upload_below_it(stack: StackInMoto) -> None:
    """A prefix selects all uploads of an owner, and no others."""
    first, second = stack.upload("owner"), stack.upload("owner")
    stack.upload("other")
    assert stack.run("reprocess", "uploads/owner/").code == 0
    assert stack.started == {execution_name(first, 1), execution_name(second, 1)}


def test_deleted_upload_is_not_started(stack: StackInMoto) -> None:
    """A deleted upload is started neither by a prefix nor by its ID."""
    kept, deleted = stack.upload("owner"), stack.upload_with_status(FAILED)
    hidden = stack.upload("owner")
    for image in (deleted, hidden):
        clients.s3().delete_object(Bucket=image["bucket"], Key=image["key"])
    assert stack.run("reprocess", "uploads/owner/", deleted["imageId"]).code == 1
    assert stack.started == {execution_name(kept, 1)}


def test_image_that_is_selected_twice_is_started_once(stack: StackInMoto) -> None:
    """An image that is selected by its ID and by a prefix is started once."""
    image = stack.upload()
    result = stack.run("--json", "reprocess", image["imageId"], image["key"])
    assert result.objects == [{"id": image["imageId"], "attempt": 1, "outcome": "started"}]


def test_dry_run_starts_nothing(stack: StackInMoto) -> None:
    """With --dry-run the command prints what it would start, and starts nothing."""
    image = stack.upload_with_status(REJECTED)
    result = stack.run("reprocess", "--dry-run", image["imageId"])
    assert (result.code, result.rows) == (0, {(image["imageId"], "2", Outcome.WOULD_START)})
    assert not stack.started


@pytest.mark.parametrize("wanted", ["no-such-id", "uploads/nobody/"])
def test_id_or_prefix_without_an_upload_is_refused(stack: StackInMoto, wanted: str) -> None:
    """An ID or a prefix without an upload is named in the error, and nothing is started, not even for the others."""
    image = stack.upload()
    result = stack.run("reprocess", image["imageId"], wanted)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"operations reprocess: {wanted} is neither")
    assert not stack.started
