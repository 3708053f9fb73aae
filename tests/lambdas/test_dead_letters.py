"""Dead letters: the pictures that they are about get their end; the letters stay where they are, for the alarm."""

from typing import Any

import pytest

from lambdas.domain import executions
from lambdas.domain.outcomes import PROCESSING
from lambdas.domain.record import CLEARED_AT, Record
from lambdas.runtime import clients
from lambdas.sweep import DEAD_LETTER, VISIBILITY_TIMEOUT
from tests.lambdas.aftermath import Aftermath, Sweep
from tests.lambdas.bench import RETENTION_DAYS, TABLE, UPLOAD_BUCKET, Payload, export
from tests.lambdas.messages import created
from tests.lambdas.watch import Watch
from workflow import contracts


def letter(event: Payload, **changes: Any) -> Payload:
    """Return the message that event's upload was told of in."""
    image = event["image"]
    message = created(image["imageId"], image["versionId"], UPLOAD_BUCKET, image["key"])
    return {**message, **changes}


def test_a_picture_that_was_never_taken_up_has_failed(aftermath: Aftermath, sweep: Sweep) -> None:
    """Its record says that it failed in the queue, the owner is told once, and the letter is not taken away."""
    event = aftermath.uploaded(b"data")
    aftermath.dead(letter(event))
    assert sweep()["finalized"] == 1
    record = aftermath.record(event)
    assert (record["status"], record["failedIn"], record["reason"]) == ("FAILED", "ProcessingQueue", DEAD_LETTER)
    contracts.check("metadata-record", record)
    ((message, _),) = aftermath.notifications()
    assert (message["failedIn"], message["reason"]) == ("ProcessingQueue", DEAD_LETTER)
    assert aftermath.executions() == {}
    assert aftermath.letters() == 1


def test_a_letter_is_looked_at_again_and_again(aftermath: Aftermath, sweep: Sweep) -> None:
    """The next sweep finds it there, and nothing to do but to note that nothing is archived."""
    event = aftermath.uploaded(b"data")
    aftermath.dead(letter(event))
    sweep()
    aftermath.notifications()
    before = aftermath.record(event)
    assert sweep() == {"finalized": 0, "resumed": 0}
    after = aftermath.record(event)
    assert after.pop(CLEARED_AT) > before["updatedAt"]
    assert (after, aftermath.notifications(), aftermath.letters()) == (before, [], 1)


def test_a_picture_that_is_taken_up_meanwhile_goes_its_way(
    aftermath: Aftermath, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An execution that another message of the same upload starts while the letter is looked at keeps the record."""
    event, ask = aftermath.uploaded(b"data"), executions.status
    aftermath.dead(letter(event))

    def begun_meanwhile(*asked: Any) -> str | None:
        monkeypatch.setattr(executions, "status", ask)
        status = ask(*asked)
        aftermath.start(event)
        Record(TABLE, event["image"], event["execution"]).begin(RETENTION_DAYS)
        return status

    monkeypatch.setattr(executions, "status", begun_meanwhile)
    sweep()
    assert (aftermath.record(event)["status"], aftermath.notifications()) == (PROCESSING, [])


def test_letters_are_there_for_others_in_a_moment(aftermath: Aftermath, sweep: Sweep, watch: Watch) -> None:
    """A letter that a sweep looks at can be redriven soon after, long before the queue's own time is up."""
    aftermath.dead("poison")
    sweep()
    watch.set_on(seconds=VISIBILITY_TIMEOUT)
    assert visible(aftermath) == ["poison"]


def visible(aftermath: Aftermath) -> list[str]:
    """Return the bodies of the letters that can be received now."""
    url = aftermath.environment.dead_letter_queue
    return [one["Body"] for one in clients.sqs().receive_message(QueueUrl=url).get("Messages", [])]


def test_many_letters_are_looked_at(aftermath: Aftermath, sweep: Sweep) -> None:
    """SQS gives ten at once at the most; two letters of one picture are one end."""
    events = [aftermath.uploaded(b"data") for _ in range(12)]
    aftermath.dead(*map(letter, events), letter(events[0]))
    assert sweep()["finalized"] == len(events)
    assert {aftermath.record(event)["status"] for event in events} == {"FAILED"}
    assert aftermath.letters() == len(events) + 1


POISON = {
    "no JSON": "<html>",
    "blank": " ",
    "null": "null",
    "a list": "[]",
    "half an event": {"source": "aws.s3"},
    "depth without end": "[" * 100_000,
}


@pytest.mark.parametrize("poison", POISON)
def test_a_poison_letter_is_left(aftermath: Aftermath, sweep: Sweep, poison: str) -> None:
    """A letter that is about no upload keeps no other from being looked at, and stays."""
    event = aftermath.uploaded(b"data")
    aftermath.dead(POISON[poison], letter(event), POISON[poison])
    assert sweep()["finalized"] == 1
    assert aftermath.letters() == 3


def test_a_letter_of_another_bucket_settles_nothing(aftermath: Aftermath, sweep: Sweep) -> None:
    """As the trigger refused it."""
    event = aftermath.uploaded(b"data")
    message = letter(event)
    message["detail"]["bucket"]["name"] = "another-bucket"
    aftermath.dead(message)
    assert sweep() == {"resumed": 1}
    assert list(aftermath.executions()) == [event["execution"]]


@pytest.mark.parametrize("workflow", ["environment", "express"])
def test_a_picture_with_a_record_is_not_the_letters(
    aftermath: Aftermath, sweep: Sweep, monkeypatch: pytest.MonkeyPatch, workflow: str
) -> None:
    """What has a record was taken up, by a repeat of the event: its execution or the sweep gives it its end."""
    export(monkeypatch, getattr(aftermath, workflow))
    events = [aftermath.begun(b"data") for _ in range(2)]
    aftermath.ended(events[0], "SUCCEEDED", told=True)
    before = [aftermath.record(event) for event in events]
    aftermath.dead(*map(letter, events))
    assert sweep()["finalized"] == 0
    assert aftermath.record(events[0]) == before[0]
    assert aftermath.record(events[1])["status"] != "FAILED"


def test_a_picture_that_runs_without_a_record_yet_is_left(aftermath: Aftermath, sweep: Sweep) -> None:
    """An execution was started for it after all."""
    event = aftermath.uploaded(b"data")
    aftermath.start(event)
    aftermath.dead(letter(event))
    assert sweep()["finalized"] == 0
    assert aftermath.record(event) == {}


def test_a_letter_of_an_older_version_leaves_the_newer_one(aftermath: Aftermath, sweep: Sweep) -> None:
    """The record is the newer version's, and so is its end."""
    older = aftermath.uploaded(b"older")
    newer = aftermath.again(older, b"newer")
    Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS)
    before = aftermath.ended(newer, "SUCCEEDED", told=True)
    aftermath.dead(letter(older))
    assert sweep()["finalized"] == 0
    assert aftermath.record(older) == before
