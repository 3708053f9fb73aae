"""The function for executions that failed, timed out or were aborted: each image gets an outcome, published once."""

import json
from typing import Any

import pytest

from lambdas.domain import object_keys
from lambdas.domain.outcomes import PROCESSING
from lambdas.domain.record import Record
from lambdas.finalize import handler
from lambdas.runtime import clients
from lambdas.runtime.metrics import CONFLICTS, EXECUTIONS_FINALIZED, NOTIFICATIONS_RECOVERED, OBJECTS_REMOVED
from tests.fake_aws.account import ARCHIVE_BUCKET, UPLOAD_BUCKET, Payload
from tests.fake_aws.events import execution_ended
from tests.lambdas.account import CONTEXT, RETENTION_DAYS, TABLE, log_lines, metric_lines
from tests.lambdas.pipeline import Pipeline, Sweep
from workflow import contracts
from workflow.contracts.errors import ContractViolation

STATUSES = {"FAILED": "States.TaskFailed", "TIMED_OUT": "States.Timeout", "ABORTED": "Aborted"}
each_status = pytest.mark.parametrize("status", STATUSES)


def finish_execution(pipeline: Pipeline, event: Payload, status: str) -> Payload:
    """Finish the execution for event with status, and return its status event."""
    return execution_ended(event["image"], pipeline.start(event, status), status)


@each_status
def test_an_open_image_fails(pipeline: Pipeline, status: str) -> None:
    """The record gets its final status with state and reason, the topic the same with the execution's name; no objects stay."""
    event = pipeline.begin(b"data")
    pipeline.leave_objects(event)
    handler(finish_execution(pipeline, event, status), CONTEXT)
    record = pipeline.record(event)
    ((message, attributes),) = pipeline.notifications()
    assert (record["status"], message["notificationId"]) == ("FAILED", event["execution"])
    # Moto's history of every execution enters this one state.
    assert (record["failedIn"], record["reason"]) == ("A State", STATUSES[status])
    assert (message["failedIn"], message["reason"]) == (record["failedIn"], record["reason"])
    assert attributes == {"status": "FAILED", "owner": event["image"]["owner"]}
    assert (pipeline.keys(UPLOAD_BUCKET), pipeline.keys(ARCHIVE_BUCKET)) == ({event["image"]["key"]}, set())
    contracts.check("metadata-record", record)


@each_status
def test_an_image_that_was_never_begun_fails(pipeline: Pipeline, status: str) -> None:
    """For an execution whose first step never ran there is a complete record, and its outcome is published."""
    event = pipeline.upload(b"data")
    handler(finish_execution(pipeline, event, status), CONTEXT)
    record = pipeline.record(event)
    assert event["image"].items() <= record.items()
    assert (record["status"], record["reason"]) == ("FAILED", STATUSES[status])
    assert "notifiedAt" in record
    assert [message["status"] for message, _ in pipeline.notifications()] == ["FAILED"]
    contracts.check("metadata-record", record)


def test_state_and_reason_come_from_the_history(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """State and reason are those of the execution's own history."""
    event = pipeline.begin(b"data")
    status_event = finish_execution(pipeline, event, "FAILED")
    events = [
        {
            "id": 1,
            "previousEventId": 0,
            "type": "TaskStateEntered",
            "stateEnteredEventDetails": {"name": "ArchiveImage"},
        },
        {"id": 2, "previousEventId": 1, "type": "TaskFailed", "taskFailedEventDetails": {"error": "Throttled"}},
    ]
    history = pipeline.moto_execution(status_event["detail"]["executionArn"])
    monkeypatch.setattr(history, "get_execution_history", lambda _: events)
    handler(status_event, CONTEXT)
    record = pipeline.record(event)
    assert (record["failedIn"], record["reason"]) == ("ArchiveImage", "Throttled")
    assert json.loads(record["error"])["Error"] == "Throttled"


@pytest.mark.share(1)
@pytest.mark.parametrize("status", ["SUCCEEDED", "REJECTED", "FAILED"])
def test_a_notified_outcome_is_unchanged(pipeline: Pipeline, status: str) -> None:
    """If an execution fails after its outcome was published, only its leftovers are removed."""
    event = pipeline.begin(b"data")
    before = pipeline.write_outcome(event, status, notified=True)
    staged, archived = pipeline.leave_objects(event)
    handler(finish_execution(pipeline, event, "FAILED"), CONTEXT)
    assert (pipeline.record(event), pipeline.notifications()) == (before, [])
    assert staged not in pipeline.keys(UPLOAD_BUCKET)
    assert (archived in pipeline.keys(ARCHIVE_BUCKET)) == (status == "SUCCEEDED")


@pytest.mark.parametrize("status", ["SUCCEEDED", "REJECTED", "FAILED"])
def test_a_pending_outcome_is_published(pipeline: Pipeline, status: str) -> None:
    """The outcome in the record is published and marked, with any status of the execution."""
    event = pipeline.begin(b"data")
    before = pipeline.write_outcome(event, status)
    handler(finish_execution(pipeline, event, "TIMED_OUT"), CONTEXT)
    after = pipeline.record(event)
    assert {**before, "notifiedAt": after["notifiedAt"]} == after
    ((message, _),) = pipeline.notifications()
    assert (message["status"], message["notificationId"]) == (status, event["execution"])


def test_a_duplicate_event_changes_nothing(pipeline: Pipeline) -> None:
    """A second delivery of an event, which EventBridge allows, changes and publishes nothing."""
    event = pipeline.begin(b"data")
    status_event = finish_execution(pipeline, event, "FAILED")
    handler(status_event, CONTEXT)
    pipeline.notifications()
    before = pipeline.record(event)
    handler(status_event, CONTEXT)
    assert (pipeline.record(event), pipeline.notifications()) == (before, [])


def test_a_superseded_execution_removes_only_its_own_objects(pipeline: Pipeline) -> None:
    """The record and the objects of a newer version stay; the leftovers of the older one are removed."""
    older = pipeline.begin(b"older")
    newer = pipeline.upload_again(older, b"newer")
    handler(finish_execution(pipeline, newer, "ABORTED"), CONTEXT)  # replaces the record, and makes it final
    pipeline.notifications()
    before = pipeline.record(older)
    kept = set(pipeline.leave_objects(newer))
    pipeline.leave_objects(older)
    handler(finish_execution(pipeline, older, "FAILED"), CONTEXT)
    assert (pipeline.record(older), pipeline.notifications()) == (before, [])
    assert pipeline.keys(UPLOAD_BUCKET) | pipeline.keys(ARCHIVE_BUCKET) == {older["image"]["key"], *kept}


def test_an_earlier_success_stays_archived(pipeline: Pipeline) -> None:
    """The archived objects of an older version stay, although a newer one has replaced its record."""
    older = pipeline.begin(b"older")
    pipeline.write_outcome(older, "SUCCEEDED", notified=True)
    newer = pipeline.upload_again(older, b"newer")
    handler(finish_execution(pipeline, newer, "FAILED"), CONTEXT)
    assert pipeline.record(newer)["earlier"] == [older["execution"]]
    staged, archived = pipeline.leave_objects(older)
    handler(finish_execution(pipeline, older, "FAILED"), CONTEXT)
    assert archived in pipeline.keys(ARCHIVE_BUCKET)
    assert staged not in pipeline.keys(UPLOAD_BUCKET)


def test_objects_of_other_executions_stay(pipeline: Pipeline) -> None:
    """Only objects in the execution's own folders are removed."""
    event, other = pipeline.begin(b"data"), pipeline.begin(b"data")
    second = {**event, "execution": f"{event['execution']}0"}  # a name that begins as its own does
    kept = {*pipeline.leave_objects(other), *pipeline.leave_objects(second)}
    pipeline.leave_objects(event)
    handler(finish_execution(pipeline, event, "FAILED"), CONTEXT)
    assert kept <= pipeline.keys(UPLOAD_BUCKET) | pipeline.keys(ARCHIVE_BUCKET)
    assert not [
        key for key in pipeline.keys(UPLOAD_BUCKET) if key.startswith(object_keys.staged_folder(event["execution"]))
    ]


def test_a_notification_that_fails_is_published_next_time(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """The outcome is stored, the error goes to Lambda, which tries again, and then the outcome is published."""
    event = pipeline.begin(b"data")
    status_event = finish_execution(pipeline, event, "FAILED")
    with monkeypatch.context() as patch:
        patch.setenv("NOTIFICATION_TOPIC", f"{pipeline.environment.notification_topic}-missing")
        with pytest.raises(clients.sns().exceptions.NotFoundException):
            handler(status_event, CONTEXT)
    assert pipeline.record(event)["status"] == "FAILED"
    assert "notifiedAt" not in pipeline.record(event)
    handler(status_event, CONTEXT)
    assert len(pipeline.notifications()) == 1
    assert "notifiedAt" in pipeline.record(event)


@pytest.mark.parametrize("change", [{"status": "SUCCEEDED"}, {"status": "RUNNING"}, {"input": None}, {"name": ""}])
def test_another_event_is_refused(pipeline: Pipeline, change: dict[str, Any]) -> None:
    """An event that violates its contract finalizes nothing."""
    event = pipeline.begin(b"data")
    status_event = finish_execution(pipeline, event, "FAILED")
    status_event["detail"] |= change
    before = pipeline.record(event)
    with pytest.raises(ContractViolation):
        handler(status_event, CONTEXT)
    assert (pipeline.record(event), pipeline.notifications()) == (before, [])


def test_finalizations_are_counted(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    """Finalized images, notifications and removed objects are counted; the lines hold image and execution, but no content."""
    event = pipeline.begin(b"data", filename="My secret.jpg")
    pipeline.leave_objects(event)
    status_event = finish_execution(pipeline, event, "ABORTED")
    capsys.readouterr()
    handler(status_event, CONTEXT)
    output = capsys.readouterr().out
    metrics = [line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"] for line in metric_lines(output)]
    assert metrics == [EXECUTIONS_FINALIZED, NOTIFICATIONS_RECOVERED, OBJECTS_REMOVED]
    (line,) = log_lines(output)
    assert (line["imageId"], line["execution"]) == (event["image"]["imageId"], event["execution"])
    assert (line["level"], line["message"]) == ("WARNING", "failed in A State: Aborted")
    assert event["image"]["owner"] not in output
    assert "secret" not in output


def taken_over(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, older: Payload) -> Payload:
    """Let a newer version replace the record as soon as the older outcome is published, and return its event."""
    newer, client = pipeline.upload_again(older, b"newer"), clients.sns()
    publish = client.publish

    def published(**arguments: Any) -> Any:
        answer = publish(**arguments)
        Record(TABLE, older["image"], older["execution"]).mark_notified()
        Record(TABLE, newer["image"], newer["execution"]).begin(RETENTION_DAYS)
        return answer

    monkeypatch.setattr(client, "publish", published)
    return newer


def test_an_older_outcome_that_is_pending_raises_no_alarm(
    pipeline: Pipeline, sweep: Sweep, capsys: pytest.CaptureFixture[str]
) -> None:
    """A newer version whose execution failed before it could begin is left to the sweep, which publishes both in order."""
    older = pipeline.begin(b"older")
    before = pipeline.write_outcome(older, "SUCCEEDED")
    newer = pipeline.upload_again(older, b"newer")
    over_by_now = finish_execution(pipeline, newer, "ABORTED")
    capsys.readouterr()
    handler(over_by_now, CONTEXT)
    output = capsys.readouterr().out
    assert (pipeline.record(older), pipeline.notifications()) == (before, [])
    assert [line["level"] for line in log_lines(output)] == ["WARNING"]
    assert [line[CONFLICTS] for line in metric_lines(output)] == [[1.0]]
    assert sweep() == {"resumed": 1}
    published = [message["notificationId"] for message, _ in pipeline.notifications()]
    assert published == [older["execution"], newer["execution"]]


def test_a_record_that_is_replaced_meanwhile_raises_no_alarm(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the outcome cannot be marked as notified any more, the execution's leftovers are still removed."""
    older = pipeline.begin(b"older")
    left = set(pipeline.leave_objects(older))
    newer = taken_over(pipeline, monkeypatch, older)
    handler(finish_execution(pipeline, older, "ABORTED"), CONTEXT)
    assert (pipeline.record(older)["execution"], pipeline.record(older)["status"]) == (newer["execution"], PROCESSING)
    assert not left & (pipeline.keys(UPLOAD_BUCKET) | pipeline.keys(ARCHIVE_BUCKET))
    assert [message["notificationId"] for message, _ in pipeline.notifications()] == [older["execution"]]
