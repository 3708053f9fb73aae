"""What a sweep does with an upload that has no outcome yet, or whose notification is pending."""

import json
from datetime import timedelta

import pytest

from lambdas.domain import executions
from lambdas.domain.outcomes import PROCESSING
from lambdas.domain.record import Record
from lambdas.domain.stalled_uploads import EXECUTION_NOT_FOUND, LATE_PAUSE, LONGEST_PAUSE, MAX_ATTEMPTS, longest_silence
from lambdas.sweep import handler
from tests.fake_aws.account import ARCHIVE_BUCKET, UPLOAD_BUCKET, Payload
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import CONTEXT, RETENTION_DAYS, TABLE, export, numbered
from tests.lambdas.pipeline import Meanwhile, Pipeline, Sweep
from workflow import contracts

each_type = pytest.mark.parametrize("environment", ["environment", "express"])


def started(pipeline: Pipeline) -> list[str]:
    """Return the names of all executions, after checking their inputs."""
    for pipeline_input in pipeline.executions().values():
        contracts.check("pipeline-input", pipeline_input)
    return sorted(pipeline.executions())


def test_image_of_a_lost_event_is_started(pipeline: Pipeline, sweep: Sweep) -> None:
    """An upload without an event is processed as any other, and the next sweep leaves it alone."""
    event = pipeline.upload(b"data")
    assert sweep() == {"resumed": 1}
    assert started(pipeline) == [event["execution"]]
    assert sweep() == {"resumed": 0}
    assert started(pipeline) == [event["execution"]]


def test_newer_version_of_a_lost_event_is_started(pipeline: Pipeline, sweep: Sweep) -> None:
    """The record of an older version does not count for this one."""
    older = pipeline.begin(b"older")
    pipeline.write_outcome(older, "SUCCEEDED", notified=True)
    newer = pipeline.upload_again(older, b"newer")
    assert sweep(everything=True) == {"resumed": 1}
    assert started(pipeline) == [newer["execution"]]


def test_an_overwritten_version_is_not_started(pipeline: Pipeline, sweep: Sweep) -> None:
    """A version that was overwritten before the sweep is never started."""
    event = pipeline.upload(b"older")
    newest = pipeline.upload_again(pipeline.upload_again(event, b"between"), b"newest")
    sweep()
    assert started(pipeline) == [newest["execution"]]


def test_older_outcome_is_published_before_the_newer_version_starts(pipeline: Pipeline, sweep: Sweep) -> None:
    """In one sweep the older outcome is published first, and then the newer version is started."""
    older = pipeline.begin(b"older")
    pipeline.write_outcome(older, "FAILED")
    newer = pipeline.upload_again(older, b"newer")
    assert sweep() == {"resumed": 1}
    assert [message["notificationId"] for message, _ in pipeline.notifications()] == [older["execution"]]
    assert "notifiedAt" in pipeline.record(older)
    assert started(pipeline) == [newer["execution"]]


@pytest.mark.parametrize("status", ["RUNNING", "PENDING_REDRIVE"])
def test_a_running_execution_is_left_alone(pipeline: Pipeline, sweep: Sweep, status: str) -> None:
    """A running execution has time until its own timeout."""
    event = pipeline.begin(b"data")
    pipeline.start(event, status)
    before = pipeline.record(event)
    assert sweep() == {"resumed": 0}
    assert (pipeline.record(event), pipeline.notifications()) == (before, [])
    assert started(pipeline) == [event["execution"]]


@pytest.mark.share(2)
@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
@pytest.mark.parametrize("begun", [True, False], ids=["begun", "never begun"])
def test_failure_of_a_lost_event_is_finalized(pipeline: Pipeline, sweep: Sweep, status: str, *, begun: bool) -> None:
    """If the event about a failure was lost, the image is failed and notified here, and nothing is started again."""
    event = (pipeline.begin if begun else pipeline.upload)(b"data")
    staged, archived = pipeline.leave_objects(event)
    pipeline.start(event, status)
    assert sweep()["resumed"] == 1
    record = pipeline.record(event)
    assert (record["status"], record["failedIn"]) == ("FAILED", "A State")  # as moto's histories have it
    assert [message["status"] for message, _ in pipeline.notifications()] == ["FAILED"]
    assert started(pipeline) == [event["execution"]]
    assert not {staged, archived} & (pipeline.keys(ARCHIVE_BUCKET) | pipeline.keys(UPLOAD_BUCKET))
    assert sweep()["resumed"] == 0
    assert pipeline.notifications() == []


@pytest.mark.share(1)
@each_type
def test_a_lost_execution_is_restarted_a_limited_number_of_times(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch, fake_clock: FakeClock, environment: str
) -> None:
    """After an execution that Step Functions does not know the next attempt starts, each time after a longer silence.

    After the last one the image fails.
    """
    settings = getattr(pipeline, environment)
    export(monkeypatch, settings)
    event = pipeline.begin(b"data")
    for attempt in range(2, MAX_ATTEMPTS + 1):
        _sweep_too_early(fake_clock, longest_silence(attempt - 1, settings))
        assert sweep(everything=True) == {"resumed": 1}
        (pipeline_input,) = pipeline.executions().values()
        assert pipeline_input["image"]["attempt"] == attempt
        Record(TABLE, pipeline_input["image"], *pipeline.executions()).begin(RETENTION_DAYS)
        pipeline.forget_executions()
    _sweep_too_early(fake_clock, longest_silence(MAX_ATTEMPTS, settings))
    assert sweep(everything=True) == {"resumed": 1}
    record = pipeline.record(event)
    assert (record["status"], record["attempt"], record["reason"]) == ("FAILED", MAX_ATTEMPTS, EXECUTION_NOT_FOUND)
    assert record["failedIn"] == "ValidateImage"
    error = json.loads(record["error"])
    assert (error["Error"], "Step Functions" in error["Cause"]) == (EXECUTION_NOT_FOUND, True)
    assert [message["reason"] for message, _ in pipeline.notifications()] == [EXECUTION_NOT_FOUND]
    assert sweep(everything=True) == {"resumed": 0}
    assert (pipeline.executions(), pipeline.notifications()) == ({}, [])


def _sweep_too_early(fake_clock: FakeClock, silence: timedelta) -> None:
    """Sweep a minute before the next attempt is due, so that nothing is done."""
    fake_clock.advance(seconds=silence.total_seconds() - 60)
    assert not any(handler({"everything": True}, CONTEXT).values())


def test_attempts_last_as_long_as_a_message(pipeline: Pipeline) -> None:
    """All attempts take two weeks, whatever ends them."""
    silences = (longest_silence(attempt, pipeline.environment) for attempt in range(1, MAX_ATTEMPTS + 1))
    passed = sum(silences, timedelta())
    assert timedelta(days=13) < passed < timedelta(days=16)


def test_pauses_are_longer_after_three_days(pipeline: Pipeline) -> None:
    """An attempt that begins within three days is followed by another one within 12 hours; a later one waits for longer."""
    begins = timedelta()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        silence = longest_silence(attempt, pipeline.environment)
        assert (silence <= LONGEST_PAUSE) == (begins < timedelta(days=3))
        begins += silence


def test_a_lost_execution_failed_in_its_first_incomplete_step(
    pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock
) -> None:
    """The record names the first step that is not complete."""
    event = pipeline.upload(b"data")
    last = numbered(event["image"], MAX_ATTEMPTS)
    record = Record(TABLE, last, executions.name(last))
    record.begin(RETENTION_DAYS)
    for step in ("ValidateImage", "ExtractMetadata"):
        record.complete_step(step, {}, PROCESSING)
    fake_clock.advance(seconds=LATE_PAUSE.total_seconds())
    sweep()
    assert pipeline.record(event)["failedIn"] == "ResizeImage"


def test_an_operators_attempt_is_not_restarted(pipeline: Pipeline, sweep: Sweep, fake_clock: FakeClock) -> None:
    """An attempt beyond those that start without an operator fails if its execution is not known."""
    event = pipeline.upload(b"data")
    image = numbered(event["image"], MAX_ATTEMPTS + 4)
    Record(TABLE, image, executions.name(image)).begin(RETENTION_DAYS)
    fake_clock.advance(seconds=LATE_PAUSE.total_seconds())
    sweep()
    assert pipeline.record(event)["reason"] == EXECUTION_NOT_FOUND
    assert pipeline.executions() == {}


def test_an_execution_that_gave_up_waiting_is_restarted(pipeline: Pipeline, sweep: Sweep) -> None:
    """An execution that gave up waiting for an older notification did not fail; the next attempt replaces it."""
    older = pipeline.begin(b"older")
    pipeline.write_outcome(older, "REJECTED", notified=True)
    newer = pipeline.upload_again(older, b"newer")
    pipeline.start(newer, "SUCCEEDED")
    assert sweep(everything=True) == {"resumed": 1}
    second = numbered(newer["image"], 2)
    assert started(pipeline) == sorted([newer["execution"], executions.name(second)])


def test_an_image_that_every_attempt_left_without_a_record_fails(pipeline: Pipeline, sweep: Sweep) -> None:
    """If every attempt ended without a record of its own, as those do that gave up waiting, the image fails at the beginning."""
    event = pipeline.upload(b"data")
    for attempt in range(1, MAX_ATTEMPTS + 1):
        pipeline.start({**event, "image": numbered(event["image"], attempt)}, "SUCCEEDED")
    assert sweep() == {"resumed": 1}
    record = pipeline.record(event)
    assert (record["status"], record["reason"]) == ("FAILED", EXECUTION_NOT_FOUND)
    assert (record["failedIn"], record["attempt"]) == ("ValidateImage", MAX_ATTEMPTS)
    assert [message["reason"] for message, _ in pipeline.notifications()] == [EXECUTION_NOT_FOUND]
    assert len(pipeline.executions()) == MAX_ATTEMPTS


@pytest.mark.share(3)
@pytest.mark.parametrize("status", ["SUCCEEDED", "REJECTED"])
@pytest.mark.parametrize("attempt", [0, 1, MAX_ATTEMPTS], ids=["never begun", "the first", "the last"])
def test_an_outcome_written_during_the_sweep_is_not_overwritten(
    pipeline: Pipeline, sweep: Sweep, meanwhile: Meanwhile, status: str, attempt: int
) -> None:
    """An outcome that is written after the sweep read the record is noticed before another attempt starts or fails."""
    event = _attempted(pipeline, attempt or 1)
    record = Record(TABLE, event["image"], event["execution"])
    if attempt:
        record.begin(RETENTION_DAYS)

    def finish() -> None:
        record.begin(RETENTION_DAYS)
        pipeline.write_outcome(event, status, notified=True)
        pipeline.start(event, "SUCCEEDED")

    meanwhile(finish)
    assert sweep() == {"resumed": 0}
    assert pipeline.record(event)["status"] == status
    assert (started(pipeline), pipeline.notifications()) == ([event["execution"]], [])


def _attempted(pipeline: Pipeline, attempt: int) -> Payload:
    """Upload an image, and return the event for that attempt."""
    event = pipeline.upload(b"data")
    image = numbered(event["image"], attempt)
    return {**event, "image": image, "execution": executions.name(image)}


@pytest.mark.parametrize("status", ["SUCCEEDED", "REJECTED"])
def test_an_express_outcome_written_during_the_sweep_is_not_overwritten(
    pipeline: Pipeline, sweep: Sweep, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    """The same holds where the status of executions cannot be read."""
    export(monkeypatch, pipeline.express)
    event = pipeline.begin(b"data")
    meanwhile(lambda: pipeline.write_outcome(event, status, notified=True))
    assert sweep() == {"resumed": 0}
    assert pipeline.record(event)["status"] == status
    assert (pipeline.executions(), pipeline.notifications()) == ({}, [])
