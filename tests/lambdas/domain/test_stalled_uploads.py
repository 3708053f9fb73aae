"""What a sweep makes of each upload that has no end yet, or whose end nobody was told of."""

import pytest

from lambdas.domain import executions
from lambdas.domain.outcomes import PROCESSING
from lambdas.domain.record import Record
from lambdas.domain.stalled_uploads import EXECUTION_NOT_FOUND, MAX_ATTEMPTS
from lambdas.sweep import handler
from tests.fake_aws.account import ARCHIVE_BUCKET, UPLOAD_BUCKET, Payload
from tests.fake_aws.fake_clock import FakeClock
from tests.lambdas.account import CONTEXT, RETENTION_DAYS, TABLE, export, numbered
from tests.lambdas.pipeline import STALLED_AFTER, Meanwhile, Pipeline, Sweep
from workflow import contracts

each_type = pytest.mark.parametrize("environment", ["environment", "express"])


def started(pipeline: Pipeline) -> list[str]:
    """Return the names of all executions, after checking what they started with."""
    for pipeline_input in pipeline.executions().values():
        contracts.check("pipeline-input", pipeline_input)
    return sorted(pipeline.executions())


def test_a_lost_event_is_made_up_for(pipeline: Pipeline, sweep: Sweep) -> None:
    """An upload that nobody told of is processed as if it had been; and a sweep later it is left alone."""
    event = pipeline.upload(b"data")
    assert sweep() == {"resumed": 1}
    assert started(pipeline) == [event["execution"]]
    assert sweep() == {"resumed": 0}
    assert started(pipeline) == [event["execution"]]


def test_a_lost_event_of_a_newer_version_is_made_up_for(pipeline: Pipeline, sweep: Sweep) -> None:
    """A record of an older version is no record of this one."""
    older = pipeline.begin(b"older")
    pipeline.write_outcome(older, "SUCCEEDED", notified=True)
    newer = pipeline.upload_again(older, b"newer")
    assert sweep() == {"resumed": 1}
    assert started(pipeline) == [newer["execution"]]


def test_an_older_version_is_not_looked_at(pipeline: Pipeline, sweep: Sweep) -> None:
    """What was overwritten before anybody looked is never begun."""
    event = pipeline.upload(b"older")
    newest = pipeline.upload_again(pipeline.upload_again(event, b"between"), b"newest")
    sweep()
    assert started(pipeline) == [newest["execution"]]


def test_a_version_waits_until_the_older_ones_end_is_told(pipeline: Pipeline, sweep: Sweep) -> None:
    """The older end is told first, and then the newer version is begun, in one sweep."""
    older = pipeline.begin(b"older")
    pipeline.write_outcome(older, "FAILED")
    newer = pipeline.upload_again(older, b"newer")
    assert sweep() == {"resumed": 1}
    assert [message["notificationId"] for message, _ in pipeline.notifications()] == [older["execution"]]
    assert "notifiedAt" in pipeline.record(older)
    assert started(pipeline) == [newer["execution"]]


@pytest.mark.parametrize("status", ["RUNNING", "PENDING_REDRIVE"])
def test_what_still_runs_is_left(pipeline: Pipeline, sweep: Sweep, status: str) -> None:
    """However long it takes, an execution that runs has time until its own timeout."""
    event = pipeline.begin(b"data")
    pipeline.start(event, status)
    before = pipeline.record(event)
    assert sweep() == {"resumed": 0}
    assert (pipeline.record(event), pipeline.notifications()) == (before, [])
    assert started(pipeline) == [event["execution"]]


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
@pytest.mark.parametrize("begun", [True, False], ids=["begun", "never begun"])
def test_what_failed_unheard_is_settled(pipeline: Pipeline, sweep: Sweep, status: str, *, begun: bool) -> None:
    """If the event of its failure was lost, the picture gets its end here, is told of, and nothing is started anew."""
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


@each_type
def test_what_vanished_is_tried_again_but_not_for_ever(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    """Of an execution that left no trace the next attempt is started, and after the last one the picture has failed."""
    export(monkeypatch, getattr(pipeline, environment))
    event = pipeline.begin(b"data")
    for attempt in range(2, MAX_ATTEMPTS + 1):
        assert sweep() == {"resumed": 1}
        (pipeline_input,) = pipeline.executions().values()
        assert pipeline_input["image"]["attempt"] == attempt
        Record(TABLE, pipeline_input["image"], *pipeline.executions()).begin(RETENTION_DAYS)
        pipeline.forget_executions()
    assert sweep() == {"resumed": 1}
    record = pipeline.record(event)
    assert (record["status"], record["attempt"], record["reason"]) == ("FAILED", MAX_ATTEMPTS, EXECUTION_NOT_FOUND)
    assert record["failedIn"] == "ValidateImage"
    assert [message["reason"] for message, _ in pipeline.notifications()] == [EXECUTION_NOT_FOUND]
    assert sweep() == {"resumed": 0}
    assert (pipeline.executions(), pipeline.notifications()) == ({}, [])


def test_what_vanished_is_said_to_have_failed_where_it_stood(pipeline: Pipeline, sweep: Sweep) -> None:
    """The first step that is not done is named."""
    event = pipeline.upload(b"data")
    last = numbered(event["image"], MAX_ATTEMPTS)
    record = Record(TABLE, last, executions.name(last))
    record.begin(RETENTION_DAYS)
    for step in ("ValidateImage", "ExtractMetadata"):
        record.complete_step(step, {}, PROCESSING)
    sweep()
    assert pipeline.record(event)["failedIn"] == "ResizeImage"


def test_an_operators_attempt_is_not_followed_by_more(pipeline: Pipeline, sweep: Sweep) -> None:
    """An attempt beyond those that are begun without an operator fails when it vanishes."""
    event = pipeline.upload(b"data")
    image = numbered(event["image"], MAX_ATTEMPTS + 4)
    Record(TABLE, image, executions.name(image)).begin(RETENTION_DAYS)
    sweep()
    assert pipeline.record(event)["reason"] == EXECUTION_NOT_FOUND
    assert pipeline.executions() == {}


def test_what_ended_quietly_too_early_is_tried_again(pipeline: Pipeline, sweep: Sweep) -> None:
    """An execution that gave up waiting for an older end to be told did not fail; the next attempt takes its place."""
    older = pipeline.begin(b"older")
    pipeline.write_outcome(older, "REJECTED", notified=True)
    newer = pipeline.upload_again(older, b"newer")
    pipeline.start(newer, "SUCCEEDED")
    assert sweep() == {"resumed": 1}
    second = numbered(newer["image"], 2)
    assert started(pipeline) == sorted([newer["execution"], executions.name(second)])


@pytest.mark.parametrize("end", ["SUCCEEDED", "REJECTED"])
@pytest.mark.parametrize("attempt", [0, 1, MAX_ATTEMPTS], ids=["never begun", "the first", "the last"])
def test_what_ends_while_it_is_looked_at_is_not_tried_again(
    pipeline: Pipeline, sweep: Sweep, meanwhile: Meanwhile, end: str, attempt: int
) -> None:
    """An end that comes after the sweep has read the record is seen before another attempt is started or has failed."""
    event = _attempted(pipeline, attempt or 1)
    record = Record(TABLE, event["image"], event["execution"])
    if attempt:
        record.begin(RETENTION_DAYS)

    def ends() -> None:
        record.begin(RETENTION_DAYS)
        pipeline.write_outcome(event, end, notified=True)
        pipeline.start(event, "SUCCEEDED")

    meanwhile(ends)
    assert sweep() == {"resumed": 0}
    assert pipeline.record(event)["status"] == end
    assert (started(pipeline), pipeline.notifications()) == ([event["execution"]], [])


def _attempted(pipeline: Pipeline, attempt: int) -> Payload:
    """Upload a picture, and return the event of that attempt at it."""
    event = pipeline.upload(b"data")
    image = numbered(event["image"], attempt)
    return {**event, "image": image, "execution": executions.name(image)}


@pytest.mark.parametrize("end", ["SUCCEEDED", "REJECTED"])
def test_what_ends_express_while_it_is_looked_at_is_not_tried_again(
    pipeline: Pipeline, sweep: Sweep, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """The same holds where executions cannot be asked for."""
    export(monkeypatch, pipeline.express)
    event = pipeline.begin(b"data")
    meanwhile(lambda: pipeline.write_outcome(event, end, notified=True))
    assert sweep() == {"resumed": 0}
    assert pipeline.record(event)["status"] == end
    assert (pipeline.executions(), pipeline.notifications()) == ({}, [])


def test_what_is_not_late_is_left(pipeline: Pipeline) -> None:
    """An upload, or a record that was written, within the bound is still being worked on."""
    pipeline.upload(b"data")
    pipeline.write_outcome(pipeline.begin(b"data"), "FAILED")
    pipeline.begin(b"data")
    assert handler({}, CONTEXT) == {}
    assert (pipeline.executions(), pipeline.notifications()) == ({}, [])


def test_what_was_written_of_late_is_left(pipeline: Pipeline, fake_clock: FakeClock) -> None:
    """An old upload whose record was written within the bound is left too."""
    event = pipeline.upload(b"data")
    fake_clock.advance(seconds=STALLED_AFTER + 1)
    Record(TABLE, event["image"], event["execution"]).begin(RETENTION_DAYS)
    assert handler({}, CONTEXT) == {"resumed": 0}
    assert pipeline.executions() == {}


def test_a_deleted_upload_is_not_started(pipeline: Pipeline, sweep: Sweep) -> None:
    """What was deleted before anybody worked on it is left, whether it had an older version or not."""
    older = pipeline.begin(b"older")
    pipeline.write_outcome(older, "FAILED", notified=True)
    for event in (pipeline.upload(b"data"), pipeline.upload_again(older, b"newer")):
        pipeline.delete(event)
    assert sweep() == {"resumed": 0}
    assert (pipeline.executions(), pipeline.notifications()) == ({}, [])


@each_type
def test_what_was_begun_of_a_deleted_upload_gets_its_end(
    pipeline: Pipeline, sweep: Sweep, monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    """Its execution left no trace: it has failed, is notified, and nothing is started, not for a newer version either."""
    export(monkeypatch, getattr(pipeline, environment))
    event = pipeline.begin(b"data")
    pipeline.delete(pipeline.upload_again(event, b"newer"))
    assert sweep() == {"resumed": 1}
    record = pipeline.record(event)
    assert (record["execution"], record["status"], record["reason"]) == (
        event["execution"],
        "FAILED",
        EXECUTION_NOT_FOUND,
    )
    assert [message["notificationId"] for message, _ in pipeline.notifications()] == [event["execution"]]
    assert pipeline.executions() == {}


def test_what_runs_of_a_deleted_upload_is_left(pipeline: Pipeline, sweep: Sweep) -> None:
    """Its execution goes its way."""
    event = pipeline.begin(b"data")
    pipeline.start(event)
    pipeline.delete(event)
    assert sweep() == {"resumed": 0}
    assert pipeline.record(event)["status"] == PROCESSING


def test_what_failed_of_a_deleted_upload_is_notified(pipeline: Pipeline, sweep: Sweep) -> None:
    """An end that nobody heard of is owed to the uploader all the same."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, "FAILED")
    pipeline.delete(event)
    assert sweep() == {"resumed": 1}
    assert [message["status"] for message, _ in pipeline.notifications()] == ["FAILED"]
