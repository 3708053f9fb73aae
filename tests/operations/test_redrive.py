"""`redrive`: what failed is tried again, by its picture or by its dead letter, and nothing else is."""

from typing import Any

import pytest

from lambdas.domain import executions
from lambdas.domain.record import FAILED, PROCESSING, REJECTED, SUCCEEDED
from lambdas.runtime import clients
from operations import candidates
from operations.attempts import Outcome
from operations.errors import OperationError
from tests.operations.desk import Desk, attempt

BOTH = pytest.mark.parametrize("desk", ["STANDARD", "EXPRESS"], indirect=True)


@BOTH
def test_failed_picture_gets_its_next_attempt(desk: Desk) -> None:
    """A picture that FAILED is started once more, as the attempt after the one that failed."""
    image = desk.ended(FAILED)
    told = desk.run("redrive", image["imageId"])
    assert (told.code, told.rows) == (0, {(image["imageId"], "2", Outcome.STARTED)})
    assert desk.started == {attempt(image, 2)}


@BOTH
def test_all_is_every_failure_and_every_dead_letter(desk: Desk) -> None:
    """With --all, pictures that FAILED and those of dead letters are tried; others are left alone."""
    failed, lost = desk.ended(FAILED), desk.upload()
    desk.ended(SUCCEEDED)
    desk.ended(REJECTED)
    desk.letter(lost)
    assert desk.run("redrive", "--all").code == 0
    assert desk.started == {attempt(failed, 2), attempt(lost, 1)}


@BOTH
def test_dry_run_starts_nothing_and_leaves_the_letters(desk: Desk) -> None:
    """With --dry-run it is said what would be started; nothing is, and every dead letter can be seen as before."""
    image, lost = desk.ended(FAILED), desk.upload()
    letter = desk.letter(lost)
    told = desk.run("redrive", "--all", "--dry-run")
    expected = {(image["imageId"], "2", Outcome.WOULD_START), (lost["imageId"], "1", Outcome.WOULD_START)}
    assert (told.code, told.rows) == (0, expected)
    assert (desk.started, desk.letters) == (set(), {letter})


def test_attempts_that_ran_are_passed_over(desk: Desk) -> None:
    """The next attempt is the first one that there has been no execution for."""
    image = desk.ended(FAILED)
    clients.stepfunctions().stop_execution(executionArn=desk.start({**image, "attempt": 2}))
    desk.run("redrive", image["imageId"])
    assert desk.started == {attempt(image, 2), attempt(image, 3)}


def test_attempt_that_runs_is_not_doubled(desk: Desk) -> None:
    """A picture that FAILED and whose next attempt is about to begin its record gets no other."""
    image = desk.ended(FAILED)
    desk.start({**image, "attempt": 2})
    assert desk.run("redrive", image["imageId"]).rows == {(image["imageId"], "2", Outcome.PROCESSING)}
    assert desk.started == {attempt(image, 2)}


def test_newest_version_is_what_is_tried(desk: Desk) -> None:
    """Of a picture whose newer version was never taken up, that version is started."""
    image = desk.ended(FAILED)
    newer = desk.replace(image)
    assert desk.run("redrive", image["imageId"]).code == 0
    assert desk.started == {attempt(newer, 1)}


def test_failure_that_was_not_told_waits(desk: Desk) -> None:
    """A picture whose end has not been told yet is left, which is told by the exit code."""
    image = desk.ended(FAILED, told=False)
    told = desk.run("redrive", image["imageId"])
    assert (told.code, told.rows) == (1, {(image["imageId"], "1", Outcome.UNTOLD)})
    assert not desk.started


@pytest.mark.parametrize("version", [True, False], ids=["for good", "hidden"])
def test_upload_that_was_deleted_is_gone(desk: Desk, *, version: bool) -> None:
    """A picture whose upload was deleted is not tried again, which is told by the exit code."""
    image = desk.ended(FAILED)
    which = {"VersionId": image["versionId"]} if version else {}
    clients.s3().delete_object(Bucket=image["bucket"], Key=image["key"], **which)
    told = desk.run("redrive", image["imageId"])
    assert (told.code, told.rows) == (1, {(image["imageId"], "", Outcome.GONE)})


@pytest.mark.parametrize(
    ("status", "outcome"), [(SUCCEEDED, Outcome.SUCCEEDED), (REJECTED, Outcome.REJECTED), (FAILED, Outcome.STARTED)]
)
def test_letter_of_a_picture_with_its_end_is_removed(desk: Desk, status: str, outcome: Outcome) -> None:
    """A dead letter about a picture with its end goes, for it is not needed; only what FAILED is tried again."""
    desk.letter(desk.ended(status))
    told = desk.run("--json", "redrive", "--all")
    assert (told.code, [one["outcome"] for one in told.objects]) == (0, [outcome])
    assert not desk.letters


def test_letter_of_a_picture_under_way_is_removed(desk: Desk) -> None:
    """A dead letter about a picture that is being processed goes, and starts nothing."""
    image = desk.upload()
    desk.begun(image)
    desk.letter(image)
    assert desk.run("redrive", "--all").rows == {(image["imageId"], "1", Outcome.PROCESSING)}
    assert (desk.started, desk.letters) == (set(), set())


def test_letters_about_one_picture_go_together(desk: Desk) -> None:
    """Several dead letters about one picture start it once, and all go."""
    image = desk.upload()
    for _ in range(3):
        desk.letter(image)
    assert desk.run("redrive", "--all").rows == {(image["imageId"], "1", Outcome.STARTED)}
    assert (desk.started, desk.letters) == ({attempt(image, 1)}, set())


@pytest.mark.parametrize("body", ["no event", "[]", "{}", '{"detail": {"bucket": {"name": "other"}}}'])
def test_strange_letter_stays(desk: Desk, body: str) -> None:
    """A dead letter that is not about an upload to this stack stays, which is told by the exit code."""
    letter = desk.letter(body)
    told = desk.run("redrive", "--all")
    assert (told.code, told.rows) == (1, {(letter, "", Outcome.STRANGE)})
    assert desk.letters == {letter}


def test_letter_about_an_upload_that_is_gone_stays(desk: Desk) -> None:
    """A dead letter about an upload that is no longer there is all that tells of it: it stays."""
    image = desk.upload()
    clients.s3().delete_object(Bucket=image["bucket"], Key=image["key"], VersionId=image["versionId"])
    letter = desk.letter(image)
    told = desk.run("redrive", "--all")
    assert (told.code, told.rows) == (1, {(image["imageId"], "", Outcome.GONE)})
    assert desk.letters == {letter}


def test_letter_is_chosen_by_its_own_id(desk: Desk) -> None:
    """A dead letter can be named by its message id; the others stay, and can be seen at once."""
    image, other = desk.upload(), desk.upload()
    letter, stays = desk.letter(image), desk.letter(other)
    assert desk.run("redrive", letter).rows == {(image["imageId"], "1", Outcome.STARTED)}
    assert (desk.started, desk.letters) == ({attempt(image, 1)}, {stays})


def test_unknown_id_is_refused_before_anything_starts(desk: Desk) -> None:
    """An id of neither a dead letter nor a failed picture is named, and nothing is started of what else was asked."""
    image = desk.ended(FAILED)
    told = desk.run("redrive", image["imageId"], "no-such-id")
    assert (told.code, told.out) == (1, "")
    assert told.err == "operations: neither a dead letter nor a failed picture: no-such-id\n"
    assert not desk.started


def test_letters_in_other_hands_are_told(desk: Desk) -> None:
    """Dead letters that a sweep looks at are not seen; how many there are is said."""
    desk.letter(desk.upload())
    clients.sqs().receive_message(QueueUrl=desk.outputs["DeadLetterQueueUrl"], VisibilityTimeout=120)
    told = desk.run("redrive", "--all")
    assert (told.code, told.out) == (0, "")
    assert told.err.startswith("1 more dead letters")


def test_nothing_to_do_is_said(desk: Desk) -> None:
    """Where nothing failed, that is said, and no object is printed."""
    told = desk.run("--json", "redrive", "--all")
    assert (told.code, told.out) == (0, "")


def test_second_redrive_starts_nothing_more(desk: Desk) -> None:
    """The same command once more finds nothing that failed."""
    image = desk.ended(FAILED)
    desk.run("redrive", "--all")
    assert desk.run("redrive", "--all").rows == set()
    assert desk.started == {attempt(image, 2)}


@BOTH
def test_attempt_is_in_the_record_before_it_runs(desk: Desk) -> None:
    """Whatever becomes of an attempt that an operator starts, the record says that there is one."""
    image = desk.ended(FAILED)
    desk.run("redrive", image["imageId"])
    record = desk.record(image)
    assert (record["status"], record["attempt"]) == (PROCESSING, 2)


@BOTH
def test_of_two_operators_at_once_one_starts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two who try the same picture again at the same time start one attempt."""
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
def test_attempt_that_ends_while_it_is_looked_for_is_not_followed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, end: str, outcome: Outcome
) -> None:
    """An attempt of somebody else's that ends after the record was read counts: only what FAILED is tried once more."""
    image = desk.ended(FAILED)
    second = {**image, "attempt": 2}
    ask = executions.status

    def ended_meanwhile(*asked: Any) -> str | None:
        monkeypatch.setattr(executions, "status", ask)
        clients.stepfunctions().stop_execution(executionArn=desk.start(second))
        desk.end(desk.begun(second), end)
        return ask(*asked)

    monkeypatch.setattr(executions, "status", ended_meanwhile)
    number = 3 if outcome is Outcome.STARTED else 2
    assert desk.run("redrive", image["imageId"]).rows == {(image["imageId"], str(number), outcome)}
    assert desk.started == {attempt(image, each) for each in range(2, number + 1)}


def test_letters_are_put_back_after_an_error(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the failed pictures cannot be had, the dead letters that were looked at can be seen again."""
    letter = desk.letter(desk.upload())

    def refused(_: object) -> list[candidates.Candidate]:
        raise OperationError("no")

    monkeypatch.setattr(candidates, "failed_images", refused)
    assert desk.run("redrive", "--all").code == 1
    assert desk.letters == {letter}


def test_letter_that_others_have_by_now_is_no_error(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter that was looked at for so long that it can be seen again need not be put back."""
    letter = desk.letter("no event")
    monkeypatch.setattr(candidates, "VISIBILITY_TIMEOUT", 0)
    assert desk.run("redrive", "--all").rows == {(letter, "", Outcome.STRANGE)}
    assert desk.letters == {letter}
