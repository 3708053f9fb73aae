"""`redrive`: images that FAILED, and those of dead-letter messages, are started again, and no others."""

from typing import TYPE_CHECKING, Any

import pytest

from lambdas.domain import executions
from lambdas.domain.outcomes import FAILED, PROCESSING, REJECTED, SUCCEEDED
from lambdas.runtime import clients
from operations import candidates
from operations.attempts import Outcome
from operations.errors import OperationError
from tests.operations.desk import Desk, attempt

if TYPE_CHECKING:
    from workflow.contracts.payloads import Image

BOTH = pytest.mark.parametrize("desk", ["STANDARD", "EXPRESS"], indirect=True)


@BOTH
def test_failed_image_gets_its_next_attempt(desk: Desk) -> None:
    """An image that FAILED is started again, as the attempt after the one that failed."""
    image = desk.ended(FAILED)
    result = desk.run("redrive", image["imageId"])
    assert (result.code, result.rows) == (0, {(image["imageId"], "2", Outcome.STARTED)})
    assert desk.started == {attempt(image, 2)}


@BOTH
def test_all_selects_every_failure_and_every_dead_letter_message(desk: Desk) -> None:
    """With --all, images that FAILED and those of dead-letter messages are started; others are not."""
    failed, uploaded = desk.ended(FAILED), desk.upload()
    desk.ended(SUCCEEDED)
    desk.ended(REJECTED)
    desk.add_dead_letter_message(uploaded)
    assert desk.run("redrive", "--all").code == 0
    assert desk.started == {attempt(failed, 2), attempt(uploaded, 1)}


@BOTH
def test_dry_run_starts_nothing_and_leaves_the_messages(desk: Desk) -> None:
    """With --dry-run the command prints what it would start, starts nothing, and every message stays visible."""
    image, uploaded = desk.ended(FAILED), desk.upload()
    message = desk.add_dead_letter_message(uploaded)
    result = desk.run("redrive", "--all", "--dry-run")
    expected = {(image["imageId"], "2", Outcome.WOULD_START), (uploaded["imageId"], "1", Outcome.WOULD_START)}
    assert (result.code, result.rows) == (0, expected)
    assert (desk.started, desk.visible_messages) == (set(), {message})


def test_attempts_that_have_an_execution_are_skipped(desk: Desk) -> None:
    """The next attempt is the first one that has no execution."""
    image = desk.ended(FAILED)
    clients.stepfunctions().stop_execution(executionArn=desk.start({**image, "attempt": 2}))
    desk.run("redrive", image["imageId"])
    assert desk.started == {attempt(image, 2), attempt(image, 3)}


def test_running_attempt_is_not_started_twice(desk: Desk) -> None:
    """An image that FAILED gets no attempt while its next one is running, also before that writes to the record."""
    image = desk.ended(FAILED)
    desk.start({**image, "attempt": 2})
    assert desk.run("redrive", image["imageId"]).rows == {(image["imageId"], "2", Outcome.PROCESSING)}
    assert desk.started == {attempt(image, 2)}


def test_newest_version_is_started(desk: Desk) -> None:
    """If an image has a newer version that was never processed, that version is started."""
    image = desk.ended(FAILED)
    newer = desk.replace(image)
    assert desk.run("redrive", image["imageId"]).code == 0
    assert desk.started == {attempt(newer, 1)}


def test_failure_with_a_pending_notification_is_skipped(desk: Desk) -> None:
    """An image whose notification is pending is skipped, with exit code 1."""
    image = desk.ended(FAILED, notified=False)
    result = desk.run("redrive", image["imageId"])
    assert (result.code, result.rows) == (1, {(image["imageId"], "1", Outcome.NOTIFICATION_PENDING)})
    assert not desk.started


@pytest.mark.parametrize("version", [True, False], ids=["for good", "hidden"])
def test_deleted_upload_is_skipped(desk: Desk, *, version: bool) -> None:
    """An image whose upload was deleted is skipped, with exit code 1."""
    image = desk.ended(FAILED)
    which: Any = {"VersionId": image["versionId"]} if version else {}
    clients.s3().delete_object(Bucket=image["bucket"], Key=image["key"], **which)
    result = desk.run("redrive", image["imageId"])
    assert (result.code, result.rows) == (1, {(image["imageId"], "", Outcome.DELETED)})


@pytest.mark.parametrize(
    ("status", "outcome"), [(SUCCEEDED, Outcome.SUCCEEDED), (REJECTED, Outcome.REJECTED), (FAILED, Outcome.STARTED)]
)
def test_message_about_an_image_with_a_final_status_is_deleted(desk: Desk, status: str, outcome: Outcome) -> None:
    """A message about an image with a final status is deleted; only an image that FAILED is started again."""
    desk.add_dead_letter_message(desk.ended(status))
    result = desk.run("--json", "redrive", "--all")
    assert (result.code, [one["outcome"] for one in result.objects]) == (0, [outcome])
    assert not desk.visible_messages


def test_message_about_an_image_in_progress_is_deleted(desk: Desk) -> None:
    """A message about an image that is being processed is deleted, and starts nothing."""
    image = desk.upload()
    desk.begun(image)
    desk.add_dead_letter_message(image)
    assert desk.run("redrive", "--all").rows == {(image["imageId"], "1", Outcome.PROCESSING)}
    assert (desk.started, desk.visible_messages) == (set(), set())


def test_messages_about_one_image_are_deleted_together(desk: Desk) -> None:
    """Several messages about one image start it once, and all of them are deleted."""
    image = desk.upload()
    for _ in range(3):
        desk.add_dead_letter_message(image)
    assert desk.run("redrive", "--all").rows == {(image["imageId"], "1", Outcome.STARTED)}
    assert (desk.started, desk.visible_messages) == ({attempt(image, 1)}, set())


@pytest.mark.parametrize("body", ["no event", "[]", "{}", '{"detail": {"bucket": {"name": "other"}}}'])
def test_message_that_is_no_upload_event_stays(desk: Desk, body: str) -> None:
    """A message that is not the event of an upload to this stack stays in the queue, with exit code 1."""
    message = desk.add_dead_letter_message(body)
    result = desk.run("redrive", "--all")
    assert (result.code, result.rows) == (1, {(message, "", Outcome.NOT_AN_UPLOAD)})
    assert desk.visible_messages == {message}


def test_message_about_a_deleted_upload_stays(desk: Desk) -> None:
    """A message about a deleted upload is the only trace of it, and stays in the queue."""
    image = desk.upload()
    clients.s3().delete_object(Bucket=image["bucket"], Key=image["key"], VersionId=image["versionId"])
    message = desk.add_dead_letter_message(image)
    result = desk.run("redrive", "--all")
    assert (result.code, result.rows) == (1, {(image["imageId"], "", Outcome.DELETED)})
    assert desk.visible_messages == {message}


def test_message_is_selected_by_its_id(desk: Desk) -> None:
    """A message can be selected by its message ID; the others stay, and are visible at once."""
    image, other = desk.upload(), desk.upload()
    message, stays = desk.add_dead_letter_message(image), desk.add_dead_letter_message(other)
    assert desk.run("redrive", message).rows == {(image["imageId"], "1", Outcome.STARTED)}
    assert (desk.started, desk.visible_messages) == ({attempt(image, 1)}, {stays})


def test_unknown_id_is_refused_before_anything_starts(desk: Desk) -> None:
    """An unknown ID is named in the error, and nothing is started, not even for the other IDs."""
    image = desk.ended(FAILED)
    result = desk.run("redrive", image["imageId"], "no-such-id")
    assert (result.code, result.out) == (1, "")
    assert result.err == "operations redrive: neither a dead-letter message nor a failed image: no-such-id\n"
    assert not desk.started


def test_hidden_messages_are_reported(desk: Desk) -> None:
    """Messages that a sweep has received are hidden; the command prints how many there are."""
    desk.add_dead_letter_message(desk.upload())
    clients.sqs().receive_message(QueueUrl=desk.outputs["DeadLetterQueueUrl"], VisibilityTimeout=120)
    result = desk.run("redrive", "--all")
    assert (result.code, result.out) == (0, "")
    assert result.err.startswith("1 more dead-letter messages")


def test_nothing_to_start_is_reported(desk: Desk) -> None:
    """If nothing failed, the command says so on standard error, and prints no object."""
    result = desk.run("--json", "redrive", "--all")
    assert (result.code, result.out) == (0, "")


def test_second_redrive_starts_nothing_more(desk: Desk) -> None:
    """The same command, run again, finds nothing that failed."""
    image = desk.ended(FAILED)
    desk.run("redrive", "--all")
    assert desk.run("redrive", "--all").rows == set()
    assert desk.started == {attempt(image, 2)}


@BOTH
def test_attempt_is_in_the_record_before_it_runs(desk: Desk) -> None:
    """The record has an attempt that an operator starts, whatever its execution does."""
    image = desk.ended(FAILED)
    desk.run("redrive", image["imageId"])
    record = desk.record(image)
    assert (record["status"], record["attempt"]) == (PROCESSING, 2)


@BOTH
def test_of_two_operators_at_once_one_starts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """If two operators start the same image at the same time, one attempt is started."""
    image = desk.ended(FAILED)
    claim = executions.claim

    def late(*arguments: Any) -> bool:
        monkeypatch.setattr(executions, "claim", claim)
        assert desk.run("redrive", image["imageId"]).rows == {(image["imageId"], "2", Outcome.STARTED)}
        return claim(*arguments)

    monkeypatch.setattr(executions, "claim", late)
    assert desk.run("redrive", image["imageId"]).rows == {(image["imageId"], "2", Outcome.PROCESSING)}
    assert desk.started == {attempt(image, 2)}


@pytest.mark.parametrize(
    ("end", "outcome"), [(SUCCEEDED, Outcome.SUCCEEDED), (REJECTED, Outcome.REJECTED), (FAILED, Outcome.STARTED)]
)
def test_final_status_that_is_written_meanwhile_counts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, end: str, outcome: Outcome
) -> None:
    """If another attempt ends after the record was read, its final status counts: only FAILED is started again."""
    image = desk.ended(FAILED)
    second: Image = {**image, "attempt": 2}
    ask = executions.status

    def end_meanwhile(*asked: Any) -> str | None:
        monkeypatch.setattr(executions, "status", ask)
        clients.stepfunctions().stop_execution(executionArn=desk.start(second))
        desk.end(desk.begun(second), end)
        return ask(*asked)

    monkeypatch.setattr(executions, "status", end_meanwhile)
    number = 3 if outcome is Outcome.STARTED else 2
    assert desk.run("redrive", image["imageId"]).rows == {(image["imageId"], str(number), outcome)}
    assert desk.started == {attempt(image, each) for each in range(2, number + 1)}


def test_messages_are_released_after_an_error(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the failed images cannot be read, the messages that were received are visible again."""
    message = desk.add_dead_letter_message(desk.upload())

    def refused(_: object) -> list[candidates.Candidate]:
        raise OperationError("no")

    monkeypatch.setattr(candidates, "failed_images", refused)
    assert desk.run("redrive", "--all").code == 1
    assert desk.visible_messages == {message}


def test_message_that_is_visible_already_is_no_error(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message whose visibility timeout is over need not be released."""
    message = desk.add_dead_letter_message("no event")
    monkeypatch.setattr(candidates, "VISIBILITY_TIMEOUT", 0)
    assert desk.run("redrive", "--all").rows == {(message, "", Outcome.NOT_AN_UPLOAD)}
    assert desk.visible_messages == {message}
