"""`redrive`: images that FAILED, and those of dead-letter messages, are started again, and no others."""

from typing import TYPE_CHECKING, Any

import pytest

from lambdas.domain import back_pressure, executions
from lambdas.domain.outcomes import FAILED, PROCESSING, REJECTED, SUCCEEDED
from lambdas.runtime import clients
from operations import candidates
from operations.attempts import Outcome
from operations.errors import OperationError
from tests.operations.stack_in_moto import StackInMoto, execution_name

if TYPE_CHECKING:
    from workflow.contracts.payloads import Image

BOTH = pytest.mark.parametrize("stack", ["STANDARD", "EXPRESS"], indirect=True)


@pytest.mark.share(1)
@BOTH
def test_failed_image_gets_its_next_attempt(stack: StackInMoto) -> None:
    """An image that FAILED is started again, as the attempt after the one that failed."""
    image = stack.upload_with_status(FAILED)
    result = stack.run("redrive", image["imageId"])
    assert (result.code, result.rows) == (0, {(image["imageId"], "2", Outcome.STARTED)})
    assert stack.started == {execution_name(image, 2)}


@pytest.mark.share(1)
@BOTH
def test_all_selects_every_failure_and_every_dead_letter_message(stack: StackInMoto) -> None:
    """With --all, images that FAILED and those of dead-letter messages are started; others are not."""
    failed, uploaded = stack.upload_with_status(FAILED), stack.upload()
    stack.upload_with_status(SUCCEEDED)
    stack.upload_with_status(REJECTED)
    stack.add_dead_letter_message(uploaded)
    assert stack.run("redrive", "--all").code == 0
    assert stack.started == {execution_name(failed, 2), execution_name(uploaded, 1)}


@BOTH
def test_dry_run_starts_nothing_and_leaves_the_messages(stack: StackInMoto) -> None:
    """With --dry-run the command prints what it would start, starts nothing, and every message stays visible."""
    image, uploaded = stack.upload_with_status(FAILED), stack.upload()
    message = stack.add_dead_letter_message(uploaded)
    result = stack.run("redrive", "--all", "--dry-run")
    expected = {(image["imageId"], "2", Outcome.WOULD_START), (uploaded["imageId"], "1", Outcome.WOULD_START)}
    assert (result.code, result.rows) == (0, expected)
    assert (stack.started, stack.visible_messages) == (set(), {message})


def test_attempts_that_have_an_execution_are_skipped(stack: StackInMoto) -> None:
    """The next attempt is the first one that has no execution."""
    image = stack.upload_with_status(FAILED)
    clients.stepfunctions().stop_execution(executionArn=stack.start({**image, "attempt": 2}))
    stack.run("redrive", image["imageId"])
    assert stack.started == {execution_name(image, 2), execution_name(image, 3)}


def test_running_attempt_is_not_started_twice(stack: StackInMoto) -> None:
    """An image that FAILED gets no attempt while its next one is running, also before that writes to the record."""
    image = stack.upload_with_status(FAILED)
    stack.start({**image, "attempt": 2})
    assert stack.run("redrive", image["imageId"]).rows == {(image["imageId"], "2", Outcome.PROCESSING)}
    assert stack.started == {execution_name(image, 2)}


def test_newest_version_is_started(stack: StackInMoto) -> None:
    """If an image has a newer version that was never processed, that version is started."""
    image = stack.upload_with_status(FAILED)
    newer = stack.replace(image)
    assert stack.run("redrive", image["imageId"]).code == 0
    assert stack.started == {execution_name(newer, 1)}


def test_failure_with_a_pending_notification_is_skipped(stack: StackInMoto) -> None:
    """An image whose notification is pending is skipped, with exit code 1."""
    image = stack.upload_with_status(FAILED, notified=False)
    result = stack.run("redrive", image["imageId"])
    assert (result.code, result.rows) == (1, {(image["imageId"], "1", Outcome.NOTIFICATION_PENDING)})
    assert not stack.started


@pytest.mark.parametrize("version", [True, False], ids=["for good", "hidden"])
def test_deleted_upload_is_skipped(stack: StackInMoto, *, version: bool) -> None:
    """An image whose upload was deleted is skipped, with exit code 1."""
    image = stack.upload_with_status(FAILED)
    which: Any = {"VersionId": image["versionId"]} if version else {}
    clients.s3().delete_object(Bucket=image["bucket"], Key=image["key"], **which)
    result = stack.run("redrive", image["imageId"])
    assert (result.code, result.rows) == (1, {(image["imageId"], "", Outcome.DELETED)})


@pytest.mark.share(1)
@pytest.mark.parametrize(
    ("status", "outcome"), [(SUCCEEDED, Outcome.SUCCEEDED), (REJECTED, Outcome.REJECTED), (FAILED, Outcome.STARTED)]
)
def test_message_about_an_image_with_a_final_status_is_deleted(
    stack: StackInMoto, status: str, outcome: Outcome
) -> None:
    """A message about an image with a final status is deleted; only an image that FAILED is started again."""
    stack.add_dead_letter_message(stack.upload_with_status(status))
    result = stack.run("--json", "redrive", "--all")
    assert (result.code, [one["outcome"] for one in result.objects]) == (0, [outcome])
    assert not stack.visible_messages


def test_message_about_an_image_in_progress_is_deleted(stack: StackInMoto) -> None:
    """A message about an image that is being processed is deleted, and starts nothing."""
    image = stack.upload()
    stack.begin(image)
    stack.add_dead_letter_message(image)
    assert stack.run("redrive", "--all").rows == {(image["imageId"], "1", Outcome.PROCESSING)}
    assert (stack.started, stack.visible_messages) == (set(), set())


def test_messages_about_one_image_are_deleted_together(stack: StackInMoto) -> None:
    """Several messages about one image start it once, and all of them are deleted."""
    image = stack.upload()
    for _ in range(3):
        stack.add_dead_letter_message(image)
    assert stack.run("redrive", "--all").rows == {(image["imageId"], "1", Outcome.STARTED)}
    assert (stack.started, stack.visible_messages) == ({execution_name(image, 1)}, set())


@pytest.mark.parametrize("body", ["no event", "[]", "{}", '{"detail": {"bucket": {"name": "other"}}}'])
def test_message_that_is_no_upload_event_stays(stack: StackInMoto, body: str) -> None:
    """A message that is not the event of an upload to this stack stays in the queue, with exit code 1."""
    message = stack.add_dead_letter_message(body)
    result = stack.run("redrive", "--all")
    assert (result.code, result.rows) == (1, {(message, "", Outcome.NOT_AN_UPLOAD)})
    assert stack.visible_messages == {message}


def test_message_about_a_deleted_upload_stays(stack: StackInMoto) -> None:
    """A message about a deleted upload is its only trace, and stays in the queue."""
    image = stack.upload()
    clients.s3().delete_object(Bucket=image["bucket"], Key=image["key"], VersionId=image["versionId"])
    message = stack.add_dead_letter_message(image)
    result = stack.run("redrive", "--all")
    assert (result.code, result.rows) == (1, {(image["imageId"], "", Outcome.DELETED)})
    assert stack.visible_messages == {message}


def test_message_is_selected_by_its_id(stack: StackInMoto) -> None:
    """A message can be selected by its message ID; the others stay, and are visible at once."""
    image, other = stack.upload(), stack.upload()
    message, stays = stack.add_dead_letter_message(image), stack.add_dead_letter_message(other)
    assert stack.run("redrive", message).rows == {(image["imageId"], "1", Outcome.STARTED)}
    assert (stack.started, stack.visible_messages) == ({execution_name(image, 1)}, {stays})


def test_unknown_id_is_refused_before_anything_starts(stack: StackInMoto) -> None:
    """An unknown ID is named in the error, and nothing is started, not even for the other IDs."""
    image = stack.upload_with_status(FAILED)
    result = stack.run("redrive", image["imageId"], "no-such-id")
    assert (result.code, result.out) == (1, "")
    assert result.err == "operations redrive: neither a dead-letter message nor a failed image: no-such-id\n"
    assert not stack.started


def test_hidden_messages_are_reported(stack: StackInMoto) -> None:
    """Messages that a sweep has received are hidden; the command prints how many there are."""
    stack.add_dead_letter_message(stack.upload())
    clients.sqs().receive_message(QueueUrl=stack.outputs["DeadLetterQueueUrl"], VisibilityTimeout=120)
    result = stack.run("redrive", "--all")
    assert (result.code, result.out) == (0, "")
    assert result.err.startswith("1 more dead-letter messages")


def test_nothing_to_start_is_reported(stack: StackInMoto) -> None:
    """If nothing failed, the command says so on standard error, and prints no object."""
    result = stack.run("--json", "redrive", "--all")
    assert (result.code, result.out) == (0, "")


def test_second_redrive_starts_nothing_more(stack: StackInMoto) -> None:
    """The same command, run again, finds nothing that failed."""
    image = stack.upload_with_status(FAILED)
    stack.run("redrive", "--all")
    assert stack.run("redrive", "--all").rows == set()
    assert stack.started == {execution_name(image, 2)}


@BOTH
def test_attempt_is_in_the_record_before_it_runs(stack: StackInMoto) -> None:
    """An attempt that an operator starts is in the record, with any result of its execution."""
    image = stack.upload_with_status(FAILED)
    stack.run("redrive", image["imageId"])
    record = stack.record(image)
    assert (record["status"], record["attempt"]) == (PROCESSING, 2)


@pytest.mark.share(1)
@BOTH
def test_of_two_operators_at_once_one_starts(stack: StackInMoto, monkeypatch: pytest.MonkeyPatch) -> None:
    """If two operators start the same image at the same time, one attempt is started."""
    image = stack.upload_with_status(FAILED)
    claim = executions.claim

    def late(*arguments: Any) -> bool:
        monkeypatch.setattr(executions, "claim", claim)
        assert stack.run("redrive", image["imageId"]).rows == {(image["imageId"], "2", Outcome.STARTED)}
        return claim(*arguments)

    monkeypatch.setattr(executions, "claim", late)
    assert stack.run("redrive", image["imageId"]).rows == {(image["imageId"], "2", Outcome.PROCESSING)}
    assert stack.started == {execution_name(image, 2)}


@pytest.mark.share(1)
@pytest.mark.parametrize(
    ("status", "outcome"), [(SUCCEEDED, Outcome.SUCCEEDED), (REJECTED, Outcome.REJECTED), (FAILED, Outcome.STARTED)]
)
def test_final_status_that_is_written_meanwhile_counts(
    stack: StackInMoto, monkeypatch: pytest.MonkeyPatch, status: str, outcome: Outcome
) -> None:
    """If another attempt ends after the record was read, its final status counts: only FAILED is started again."""
    image = stack.upload_with_status(FAILED)
    second: Image = {**image, "attempt": 2}
    ask = executions.status

    def end_meanwhile(*asked: Any) -> str | None:
        monkeypatch.setattr(executions, "status", ask)
        clients.stepfunctions().stop_execution(executionArn=stack.start(second))
        stack.write_status(stack.begin(second), status)
        return ask(*asked)

    monkeypatch.setattr(executions, "status", end_meanwhile)
    number = 3 if outcome is Outcome.STARTED else 2
    assert stack.run("redrive", image["imageId"]).rows == {(image["imageId"], str(number), outcome)}
    assert stack.started == {execution_name(image, each) for each in range(2, number + 1)}


def test_messages_are_released_after_an_error(stack: StackInMoto, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the failed images cannot be read, the messages that were received are visible again."""
    message = stack.add_dead_letter_message(stack.upload())

    def refused(_: object) -> list[candidates.Candidate]:
        raise OperationError("no")

    monkeypatch.setattr(candidates, "failed_images", refused)
    assert stack.run("redrive", "--all").code == 1
    assert stack.visible_messages == {message}


def test_message_that_is_visible_already_is_no_error(stack: StackInMoto, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message whose visibility timeout is over need not be released."""
    message = stack.add_dead_letter_message("no event")
    monkeypatch.setattr(candidates, "VISIBILITY_TIMEOUT", 0)
    assert stack.run("redrive", "--all").rows == {(message, "", Outcome.NOT_AN_UPLOAD)}
    assert stack.visible_messages == {message}


def test_images_are_started_a_few_at_a_time(stack: StackInMoto, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before more images are started, the command waits for the outcomes of those that it started."""
    waits: list[list[Image]] = []
    monkeypatch.setattr(back_pressure, "wait_for_outcomes", lambda images, _: waits.append([*images]))
    names = [stack.upload_with_status(FAILED)["imageId"] for _ in range(3)]
    assert stack.run("redrive", "--all", "--dry-run").code == 0
    assert not waits
    assert stack.run("redrive", "--all").code == 0
    assert {image["imageId"] for (image,) in waits} < set(names)
    assert len(waits) == 2  # and not for the last one
