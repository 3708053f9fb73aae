"""Dead-letter messages: their images get an outcome; the messages stay in the queue, for the alarm."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.domain import dead_letters, executions
from lambdas.domain.dead_letters import VISIBILITY_TIMEOUT
from lambdas.domain.outcomes import PROCESSING
from lambdas.domain.record import Record
from lambdas.runtime import clients
from lambdas.sweep import DEAD_LETTER, DEAD_LETTER_AGE, SweepIncompleteError
from tests.fake_aws.account import UPLOAD_BUCKET, Payload
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import RETENTION_DAYS, TABLE, export
from tests.lambdas.messages import object_created
from tests.lambdas.pipeline import Pipeline, Sweep
from workflow import contracts

Expire = Callable[..., None]


def message_about(event: Payload, **changes: Any) -> Payload:
    """Return the message about event's upload."""
    image = event["image"]
    message = object_created(image["imageId"], image["versionId"], UPLOAD_BUCKET, image["key"])
    return {**message, **changes}


REFUSED = ClientError({"Error": {"Code": "ServiceUnavailable", "Message": "Later."}}, "StartExecution")


@pytest.fixture
def expire(pipeline: Pipeline, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Expire:
    """Give a function that leaves dead-letter messages to sweeps that can start nothing, until the messages are about to expire."""

    def leave(*bodies: object) -> None:
        pipeline.add_dead_letters(*bodies)
        fake_clock.advance(seconds=DEAD_LETTER_AGE.total_seconds())

        def refuse(*_: object) -> bool:
            raise REFUSED

        monkeypatch.setattr(executions, "start", refuse)

    return leave


def test_an_image_is_started_again(pipeline: Pipeline, sweep: Sweep) -> None:
    """A dead-letter message fails no image: it is started as any upload that has stalled, and the message stays."""
    event = pipeline.upload(b"data")
    pipeline.add_dead_letters(message_about(event))
    assert sweep() == {"resumed": 1}
    assert list(pipeline.executions()) == [event["execution"]]
    assert (pipeline.record(event), pipeline.count_dead_letters()) == ({}, 1)


def test_an_image_is_tried_until_its_message_expires(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch, fake_clock: FakeClock
) -> None:
    """While nothing can be started, each sweep tries, and the image keeps the chance until a day before its message is gone."""
    event, start, tried = pipeline.upload(b"data"), executions.start, []
    pipeline.add_dead_letters(message_about(event))

    def refuse(image: Any, _: object) -> bool:
        tried.append(image["versionId"])
        raise REFUSED

    monkeypatch.setattr(executions, "start", refuse)
    for sweeps in range(1, 4):
        fake_clock.advance(days=4)
        with pytest.raises(SweepIncompleteError):
            sweep(everything=True)
        assert (tried, pipeline.record(event)) == ([event["image"]["versionId"]] * sweeps, {})
    monkeypatch.setattr(executions, "start", start)
    assert sweep(everything=True) == {"resumed": 1}
    assert list(pipeline.executions()) == [event["execution"]]


def test_an_image_that_was_never_started_fails(pipeline: Pipeline, sweep: Sweep, expire: Expire) -> None:
    """At last the record has failedIn ProcessingQueue, one notification is published, and the message is not deleted."""
    event = pipeline.upload(b"data")
    expire(message_about(event))
    assert sweep()["finalized"] == 1
    record = pipeline.record(event)
    assert (record["status"], record["failedIn"], record["reason"]) == ("FAILED", "ProcessingQueue", DEAD_LETTER)
    contracts.check("metadata-record", record)
    ((message, _),) = pipeline.notifications()
    assert (message["failedIn"], message["reason"]) == ("ProcessingQueue", DEAD_LETTER)
    assert pipeline.executions() == {}
    assert pipeline.count_dead_letters() == 1


def test_a_message_is_read_by_every_sweep(pipeline: Pipeline, sweep: Sweep, expire: Expire) -> None:
    """The next sweep finds it again, and has nothing to do."""
    event = pipeline.upload(b"data")
    expire(message_about(event))
    sweep()
    pipeline.notifications()
    before = pipeline.record(event)["updatedAt"]
    assert sweep() == {"finalized": 0, "resumed": 0}
    assert (pipeline.record(event)["updatedAt"], pipeline.notifications(), pipeline.count_dead_letters()) == (
        before,
        [],
        1,
    )


def test_an_image_that_is_started_meanwhile_is_processed(
    pipeline: Pipeline, sweep: Sweep, expire: Expire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If another message about the same upload starts an execution meanwhile, that one keeps the record."""
    event, ask, start = pipeline.upload(b"data"), executions.status, executions.start
    expire(message_about(event))

    def begun_meanwhile(*asked: Any) -> str | None:
        monkeypatch.setattr(executions, "status", ask)
        monkeypatch.setattr(executions, "start", start)
        status = ask(*asked)
        pipeline.start(event)
        Record(TABLE, event["image"], event["execution"]).begin(RETENTION_DAYS)
        return status

    monkeypatch.setattr(executions, "status", begun_meanwhile)
    sweep()
    assert (pipeline.record(event)["status"], pipeline.notifications()) == (PROCESSING, [])


def test_messages_are_visible_again_soon(pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock) -> None:
    """A message that a sweep has read is hidden while that goes on with others, and can be redriven soon after."""
    pipeline.add_dead_letters("poison")
    sweep()
    fake_clock.advance(seconds=VISIBILITY_TIMEOUT - 10)
    assert visible(pipeline) == []
    fake_clock.advance(seconds=10)
    assert visible(pipeline) == ["poison"]


def visible(pipeline: Pipeline) -> list[str]:
    """Return the bodies of the messages that are visible now."""
    url = pipeline.environment.dead_letter_queue
    return [one["Body"] for one in clients.sqs().receive_message(QueueUrl=url).get("Messages", [])]


def test_many_messages_are_read(pipeline: Pipeline, sweep: Sweep, expire: Expire) -> None:
    """SQS returns at most ten at once; two messages about one image give one outcome."""
    events = [pipeline.upload(b"data") for _ in range(12)]
    expire(*map(message_about, events), message_about(events[0]))
    assert sweep()["finalized"] == len(events)
    assert {pipeline.record(event)["status"] for event in events} == {"FAILED"}
    assert pipeline.count_dead_letters() == len(events) + 1


def test_a_sweep_reads_a_limited_number_of_messages(
    pipeline: Pipeline, sweep: Sweep, expire: Expire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many messages do not keep the sweep from its other work: a later one reads the others."""
    monkeypatch.setattr(dead_letters, "MAX_MESSAGES", 2)
    events = [pipeline.upload(b"data") for _ in range(3)]
    expire(*map(message_about, events))
    with pytest.raises(SweepIncompleteError):  # the third image is one to start
        sweep()
    assert [pipeline.record(event).get("status") for event in events].count("FAILED") == 2


def test_a_queue_of_few_messages_does_not_look_empty(pipeline: Pipeline, fake_clock: FakeClock) -> None:
    """SQS looks on all its servers only for a request that may wait; no emulator has several.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
    """
    before = fake_clock.now()
    assert list(dead_letters.receive_messages(pipeline.environment.dead_letter_queue)) == []
    assert fake_clock.now() - before >= timedelta(seconds=1)


POISON = {
    "no JSON": "<html>",
    "blank": " ",
    "null": "null",
    "a list": "[]",
    "half an event": {"source": "aws.s3"},
    "deep nesting": "[" * 100_000,
}


@pytest.mark.share(2)
@pytest.mark.parametrize("poison", POISON)
def test_a_message_about_no_upload_stays(pipeline: Pipeline, sweep: Sweep, expire: Expire, poison: str) -> None:
    """A message that is not about an upload does not keep others from being read, and stays."""
    event = pipeline.upload(b"data")
    expire(POISON[poison], message_about(event), POISON[poison])
    assert sweep()["finalized"] == 1
    assert pipeline.count_dead_letters() == 3


def test_a_message_about_another_bucket_finalizes_nothing(pipeline: Pipeline, sweep: Sweep) -> None:
    """A message about another bucket, which the trigger has refused, has no effect."""
    event = pipeline.upload(b"data")
    message = message_about(event)
    message["detail"]["bucket"]["name"] = "another-bucket"
    pipeline.add_dead_letters(message)
    assert sweep() == {"resumed": 1}
    assert list(pipeline.executions()) == [event["execution"]]


@pytest.mark.share(1)
@pytest.mark.parametrize("workflow", ["environment", "express"])
def test_an_image_with_a_record_is_left_alone(
    pipeline: Pipeline, sweep: Sweep, expire: Expire, monkeypatch: pytest.MonkeyPatch, workflow: str
) -> None:
    """An image with a record was started by a duplicate event: its execution or the sweep gives it an outcome."""
    export(monkeypatch, getattr(pipeline, workflow))
    events = [pipeline.begin(b"data") for _ in range(2)]
    pipeline.write_outcome(events[0], "SUCCEEDED", notified=True)
    before = [pipeline.record(event) for event in events]
    start = executions.start
    expire(*map(message_about, events))
    monkeypatch.setattr(executions, "start", start)
    assert sweep(everything=True)["finalized"] == 0
    assert pipeline.record(events[0]) == before[0]
    assert pipeline.record(events[1])["status"] != "FAILED"


def test_an_image_with_an_execution_is_left_alone(pipeline: Pipeline, sweep: Sweep, expire: Expire) -> None:
    """An image for which an execution was started is not changed."""
    event = pipeline.upload(b"data")
    pipeline.start(event)
    expire(message_about(event))
    assert sweep()["finalized"] == 0
    assert pipeline.record(event) == {}


def test_a_message_about_an_older_version_leaves_the_newer_one(
    pipeline: Pipeline, sweep: Sweep, expire: Expire
) -> None:
    """A message about an older version does not change the record of a newer one."""
    older = pipeline.upload(b"older")
    newer = pipeline.upload_again(older, b"newer")
    Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS)
    before = pipeline.write_outcome(newer, "SUCCEEDED", notified=True)
    expire(message_about(older))
    assert sweep()["finalized"] == 0
    assert pipeline.record(older).items() <= before.items()
