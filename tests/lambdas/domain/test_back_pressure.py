"""Back-pressure: the trigger waits for the outcomes of what it started, within a bound, and for nothing else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas import sqs_trigger
from lambdas.domain import back_pressure
from lambdas.domain.back_pressure import LONGEST_WAIT, TAKEOVER_WAIT, wait_for_outcomes
from lambdas.domain.record import Record
from lambdas.runtime import clock
from tests.fake_aws.account import UPLOAD_BUCKET, Payload
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import CONTEXT, RETENTION_DAYS, TABLE
from tests.lambdas.messages import object_created, sqs_event
from tests.lambdas.pipeline import Pipeline

SLACK = 1.3  # a pause is at most that much too long, as a factor; and some readings of the clock
READINGS = 0.1  # seconds that readings of the clock take
UNTIL = 42  # seconds; no sum of pauses


@pytest.fixture
def after(monkeypatch: pytest.MonkeyPatch, fake_clock: FakeClock) -> Callable[[float, Callable[[], object]], None]:
    """Give a function that lets something happen once, when so many seconds have been waited."""

    def plan(seconds: float, happen: Callable[[], object]) -> None:
        due = fake_clock.now() + timedelta(seconds=seconds)
        pending = [happen]

        def sleep(pause: float) -> None:
            fake_clock.advance(seconds=pause)
            if pending and fake_clock.now() >= due:
                pending.pop()()

        monkeypatch.setattr(clock, "sleep", sleep)

    return plan


def _waited(fake_clock: FakeClock, *events: Payload) -> float:
    """Return for how many seconds the images of events were waited for."""
    before = fake_clock.now()
    wait_for_outcomes([event["image"] for event in events], TABLE)
    return (fake_clock.now() - before) / timedelta(seconds=1)


@pytest.mark.parametrize("seconds", [0.5, 2, 40])
def test_waits_until_the_outcome(
    pipeline: Pipeline, fake_clock: FakeClock, after: Callable[..., None], seconds: float
) -> None:
    """The wait ends soon after the record has its final status: the longer it took, the later it is noticed."""
    event = pipeline.begin(b"data")
    after(seconds, lambda: pipeline.write_outcome(event, "SUCCEEDED"))
    assert seconds <= _waited(fake_clock, event) <= SLACK * seconds + back_pressure.SHORTEST_PAUSE


def test_waits_for_every_image(pipeline: Pipeline, fake_clock: FakeClock, after: Callable[..., None]) -> None:
    """With several images, the wait ends when the last of them has its outcome."""
    first, second = pipeline.begin(b"data"), pipeline.begin(b"more data")
    pipeline.write_outcome(first, "SUCCEEDED")
    after(5, lambda: pipeline.write_outcome(second, "REJECTED"))
    assert _waited(fake_clock, first, second) >= 5


def test_waits_for_a_record_that_is_not_begun(
    pipeline: Pipeline, fake_clock: FakeClock, after: Callable[..., None]
) -> None:
    """An image whose first step has not run yet is being processed, too."""
    event = pipeline.upload(b"data")

    def process() -> None:
        Record(TABLE, event["image"], event["execution"]).begin(RETENTION_DAYS)
        pipeline.write_outcome(event, "SUCCEEDED")

    after(5, process)
    assert _waited(fake_clock, event) >= 5


def test_the_wait_is_bounded(pipeline: Pipeline, fake_clock: FakeClock) -> None:
    """An image that takes long does not keep the trigger beyond the longest wait, which its timeout is made for, nor an import beyond its own."""
    event = pipeline.begin(b"data")
    assert LONGEST_WAIT <= _waited(fake_clock, event) <= LONGEST_WAIT + READINGS
    before = fake_clock.now()
    wait_for_outcomes([event["image"]], TABLE, before + timedelta(seconds=UNTIL))
    assert UNTIL <= (fake_clock.now() - before) / timedelta(seconds=1) <= UNTIL + READINGS


def test_the_outcome_of_an_older_version_does_not_count(
    pipeline: Pipeline, fake_clock: FakeClock, after: Callable[..., None]
) -> None:
    """While the record is still that of an older version, the newer one is about to begin."""
    older = pipeline.begin(b"data")
    pipeline.write_outcome(older, "SUCCEEDED", notified=True)
    newer = pipeline.upload_again(older, b"newer")
    after(2, lambda: Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS))
    assert _waited(fake_clock, newer) >= LONGEST_WAIT


def test_an_image_that_stays_with_another_execution_is_not_waited_for(
    pipeline: Pipeline, fake_clock: FakeClock
) -> None:
    """A late duplicate of an event about an older version does not keep the trigger from other images for a minute."""
    older = pipeline.begin(b"data")
    pipeline.write_outcome(older, "SUCCEEDED", notified=True)
    newer = pipeline.upload_again(older, b"newer")
    Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS)
    fake_clock.advance(seconds=60)
    assert TAKEOVER_WAIT <= _waited(fake_clock, older) <= SLACK * TAKEOVER_WAIT + back_pressure.SHORTEST_PAUSE


def test_an_image_that_another_execution_takes_over_is_not_waited_for(
    pipeline: Pipeline, fake_clock: FakeClock, after: Callable[..., None]
) -> None:
    """When a newer version begins the record meanwhile, the older execution has nothing to do."""
    older = pipeline.begin(b"data")
    newer = pipeline.upload_again(older, b"newer")
    after(1, lambda: Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS))
    assert _waited(fake_clock, older) <= SLACK + back_pressure.SHORTEST_PAUSE


def _failing(code: str, status: int) -> Callable[..., None]:
    def read(*_: object) -> None:
        response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
        raise ClientError(response, "GetItem")

    return read


@pytest.mark.parametrize(("code", "status"), [("InternalServerError", 500), ("ThrottlingException", 400)])
def test_the_wait_goes_on_while_dynamodb_is_down(
    pipeline: Pipeline, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch, code: str, status: int
) -> None:
    """While the record cannot be read, nothing more is started, and the message is not delivered again either."""
    event = pipeline.begin(b"data")
    monkeypatch.setattr(back_pressure, "read_record", _failing(code, status))
    assert _waited(fake_clock, event) >= LONGEST_WAIT


def test_a_missing_permission_is_an_error(
    pipeline: Pipeline, fake_clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that does not pass is raised, so that an alarm fires: otherwise every image would wait in vain."""
    event = pipeline.begin(b"data")
    monkeypatch.setattr(back_pressure, "read_record", _failing("AccessDeniedException", 400))
    with pytest.raises(ClientError, match="AccessDenied"):
        _waited(fake_clock, event)


@pytest.mark.parametrize("started", ["now", "before"])
def test_the_trigger_waits(pipeline: Pipeline, after: Callable[..., None], started: str) -> None:
    """The invocation lasts until the image of its message has the outcome, also if a duplicate event started it."""
    event = pipeline.upload(b"data")
    message = object_created(key=event["image"]["key"], version=event["image"]["versionId"], bucket=UPLOAD_BUCKET)
    if started == "before":
        pipeline.start(event)
    ended: list[datetime] = []

    def process() -> None:
        Record(TABLE, event["image"], event["execution"]).begin(RETENTION_DAYS)
        pipeline.write_outcome(event, "SUCCEEDED")
        ended.append(clock.now())

    with ThreadPoolExecutor(1) as elsewhere:  # the calls are not the trigger's
        after(3, lambda: elsewhere.submit(process).result())
        response = sqs_trigger.handler(sqs_event(message), CONTEXT)
    assert response == {"batchItemFailures": []}
    assert ended


def test_a_message_that_goes_back_is_not_waited_for(pipeline: Pipeline, fake_clock: FakeClock) -> None:
    """A message that is not about an upload has started nothing."""
    assert not pipeline.executions()
    before = fake_clock.now()
    assert sqs_trigger.handler(sqs_event("no JSON"), CONTEXT)["batchItemFailures"]
    assert fake_clock.now() - before < timedelta(seconds=1)
