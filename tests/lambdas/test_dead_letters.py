"""Dead letters: the pictures that they are about get their end; the letters stay where they are, for the alarm."""

from typing import Any

import pytest

from lambdas.domain import executions
from lambdas.domain.outcomes import PROCESSING
from lambdas.domain.record import CLEARED_AT, Record
from lambdas.runtime import clients
from lambdas.sweep import DEAD_LETTER, VISIBILITY_TIMEOUT
from tests.fake_aws.account import UPLOAD_BUCKET, Payload
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import RETENTION_DAYS, TABLE, export
from tests.lambdas.messages import object_created
from tests.lambdas.pipeline import Pipeline, Sweep
from workflow import contracts


def letter(event: Payload, **changes: Any) -> Payload:
    """Return the message that event's upload was told of in."""
    image = event["image"]
    message = object_created(image["imageId"], image["versionId"], UPLOAD_BUCKET, image["key"])
    return {**message, **changes}


def test_a_picture_that_was_never_taken_up_has_failed(pipeline: Pipeline, sweep: Sweep) -> None:
    """Its record says that it failed in the queue, the owner is told once, and the letter is not taken away."""
    event = pipeline.upload(b"data")
    pipeline.add_dead_letters(letter(event))
    assert sweep()["finalized"] == 1
    record = pipeline.record(event)
    assert (record["status"], record["failedIn"], record["reason"]) == ("FAILED", "ProcessingQueue", DEAD_LETTER)
    contracts.check("metadata-record", record)
    ((message, _),) = pipeline.notifications()
    assert (message["failedIn"], message["reason"]) == ("ProcessingQueue", DEAD_LETTER)
    assert pipeline.executions() == {}
    assert pipeline.count_dead_letters() == 1


def test_a_letter_is_looked_at_again_and_again(pipeline: Pipeline, sweep: Sweep) -> None:
    """The next sweep finds it there, and nothing to do but to note that nothing is archived."""
    event = pipeline.upload(b"data")
    pipeline.add_dead_letters(letter(event))
    sweep()
    pipeline.notifications()
    before = pipeline.record(event)
    assert sweep() == {"finalized": 0, "resumed": 0}
    after = pipeline.record(event)
    assert after.pop(CLEARED_AT) > before["updatedAt"]
    assert (after, pipeline.notifications(), pipeline.count_dead_letters()) == (before, [], 1)


def test_a_picture_that_is_taken_up_meanwhile_goes_its_way(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An execution that another message of the same upload starts while the letter is looked at keeps the record."""
    event, ask = pipeline.upload(b"data"), executions.status
    pipeline.add_dead_letters(letter(event))

    def begun_meanwhile(*asked: Any) -> str | None:
        monkeypatch.setattr(executions, "status", ask)
        status = ask(*asked)
        pipeline.start(event)
        Record(TABLE, event["image"], event["execution"]).begin(RETENTION_DAYS)
        return status

    monkeypatch.setattr(executions, "status", begun_meanwhile)
    sweep()
    assert (pipeline.record(event)["status"], pipeline.notifications()) == (PROCESSING, [])


def test_letters_are_there_for_others_in_a_moment(pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock) -> None:
    """A letter that a sweep looks at can be redriven soon after, long before the queue's own time is up."""
    pipeline.add_dead_letters("poison")
    sweep()
    fake_clock.advance(seconds=VISIBILITY_TIMEOUT)
    assert visible(pipeline) == ["poison"]


def visible(pipeline: Pipeline) -> list[str]:
    """Return the bodies of the letters that can be received now."""
    url = pipeline.environment.dead_letter_queue
    return [one["Body"] for one in clients.sqs().receive_message(QueueUrl=url).get("Messages", [])]


def test_many_letters_are_looked_at(pipeline: Pipeline, sweep: Sweep) -> None:
    """SQS gives ten at once at the most; two letters of one picture are one end."""
    events = [pipeline.upload(b"data") for _ in range(12)]
    pipeline.add_dead_letters(*map(letter, events), letter(events[0]))
    assert sweep()["finalized"] == len(events)
    assert {pipeline.record(event)["status"] for event in events} == {"FAILED"}
    assert pipeline.count_dead_letters() == len(events) + 1


POISON = {
    "no JSON": "<html>",
    "blank": " ",
    "null": "null",
    "a list": "[]",
    "half an event": {"source": "aws.s3"},
    "depth without end": "[" * 100_000,
}


@pytest.mark.parametrize("poison", POISON)
def test_a_poison_letter_is_left(pipeline: Pipeline, sweep: Sweep, poison: str) -> None:
    """A letter that is about no upload keeps no other from being looked at, and stays."""
    event = pipeline.upload(b"data")
    pipeline.add_dead_letters(POISON[poison], letter(event), POISON[poison])
    assert sweep()["finalized"] == 1
    assert pipeline.count_dead_letters() == 3


def test_a_letter_of_another_bucket_settles_nothing(pipeline: Pipeline, sweep: Sweep) -> None:
    """As the trigger refused it."""
    event = pipeline.upload(b"data")
    message = letter(event)
    message["detail"]["bucket"]["name"] = "another-bucket"
    pipeline.add_dead_letters(message)
    assert sweep() == {"resumed": 1}
    assert list(pipeline.executions()) == [event["execution"]]


@pytest.mark.parametrize("workflow", ["environment", "express"])
def test_a_picture_with_a_record_is_not_the_letters(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch, workflow: str
) -> None:
    """What has a record was taken up, by a repeat of the event: its execution or the sweep gives it its end."""
    export(monkeypatch, getattr(pipeline, workflow))
    events = [pipeline.begin(b"data") for _ in range(2)]
    pipeline.write_outcome(events[0], "SUCCEEDED", notified=True)
    before = [pipeline.record(event) for event in events]
    pipeline.add_dead_letters(*map(letter, events))
    assert sweep()["finalized"] == 0
    assert pipeline.record(events[0]) == before[0]
    assert pipeline.record(events[1])["status"] != "FAILED"


def test_a_picture_that_runs_without_a_record_yet_is_left(pipeline: Pipeline, sweep: Sweep) -> None:
    """An execution was started for it after all."""
    event = pipeline.upload(b"data")
    pipeline.start(event)
    pipeline.add_dead_letters(letter(event))
    assert sweep()["finalized"] == 0
    assert pipeline.record(event) == {}


def test_a_letter_of_an_older_version_leaves_the_newer_one(pipeline: Pipeline, sweep: Sweep) -> None:
    """The record is the newer version's, and so is its end."""
    older = pipeline.upload(b"older")
    newer = pipeline.upload_again(older, b"newer")
    Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS)
    before = pipeline.write_outcome(newer, "SUCCEEDED", notified=True)
    pipeline.add_dead_letters(letter(older))
    assert sweep()["finalized"] == 0
    assert pipeline.record(older) == before
