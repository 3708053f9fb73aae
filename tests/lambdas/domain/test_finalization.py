"""Settling while others do: one end, one notification or repeats of it, and nothing removed that is of use."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import pytest

from lambdas.domain import finalization, object_keys
from lambdas.domain.outcomes import PROCESSING, Failure
from lambdas.domain.record import Record
from lambdas.runtime import clients
from tests.fake_aws.account import ARCHIVE_BUCKET, UPLOAD_BUCKET, Payload
from tests.lambdas.account import TABLE
from tests.lambdas.pipeline import FACTS, NOTIFICATIONS, Pipeline
from workflow import contracts
from workflow.contracts.errors import INTERNAL_ERROR_MESSAGE, PreviousOutcomePending

if TYPE_CHECKING:
    from workflow.contracts.payloads import MetadataRecord

FAILURE = Failure("ResizeImage", "States.Timeout", "{}")


def record_of(event: Payload) -> Record:
    """Return the record of event's picture, for its own execution."""
    return Record(TABLE, event["image"], event["execution"])


def settle(pipeline: Pipeline, event: Payload) -> None:
    """Settle event's picture for its own execution."""
    finalization.finalize(record_of(event), FAILURE, pipeline.environment)


@pytest.mark.parametrize("example", contracts.schema("metadata-record")["examples"], ids=lambda one: one["status"])
def test_a_notification_says_what_the_record_does(example: Payload) -> None:
    """Every end can be told from its record alone, as its contract has it and as the state machine tells it."""
    told = finalization.notification(cast("MetadataRecord", example))
    contracts.check(NOTIFICATIONS[example["status"]], told)
    assert told["notificationId"] == example["execution"]
    shared = {name: example[name] for name in ("status", "imageId", "owner")}
    if example["status"] == "SUCCEEDED":
        shared |= {"archive": example["archive"], "filename": example["validation"]["filename"]}
        shared |= {name: example["validation"][name] for name in ("format", "width", "height")}
    elif example["status"] == "REJECTED":
        shared |= {name: example[name] for name in ("reason", "message")}
    else:
        shared |= {name: example[name] for name in ("failedIn", "reason")} | {"message": INTERNAL_ERROR_MESSAGE}
    assert {**shared, "notificationId": told["notificationId"], "at": told["at"]} == told


@pytest.mark.parametrize("end", FACTS)
def test_subscribers_may_filter(pipeline: Pipeline, end: str) -> None:
    """Status, owner and, of a success, format are attributes, and say what the message does."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, end)
    settle(pipeline, event)
    ((message, attributes),) = pipeline.notifications()
    assert attributes == {name: message[name] for name in ("status", "owner", "format") if name in message}
    assert ("format" in attributes) == (end == "SUCCEEDED")


def meanwhile(monkeypatch: pytest.MonkeyPatch, client: Any, call: str, what: Callable[[], object]) -> None:
    """Let something happen just before the next call of that name by client."""
    real = getattr(client, call)

    def late(**arguments: Any) -> Any:
        monkeypatch.setattr(client, call, real)
        what()
        return real(**arguments)

    monkeypatch.setattr(client, call, late)


@pytest.mark.parametrize("call", ["put_item", "update_item", "get_item"])
def test_two_at_once_give_one_end(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """Whichever is first, wherever the other is, the record has one end, told under one id, and both are content."""
    event = pipeline.begin(b"data")
    meanwhile(monkeypatch, clients.dynamodb(), call, lambda: settle(pipeline, event))
    settle(pipeline, event)
    told = pipeline.notifications()
    assert {message["notificationId"] for message, _ in told} == {event["execution"]}
    assert pipeline.record(event)["status"] == "FAILED"
    assert len(told) == 1


def test_two_that_tell_at_once_repeat_one_notification(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at the record and the note another may have told it: the repeat says the same under the same id."""
    event = pipeline.begin(b"data")
    meanwhile(monkeypatch, clients.sns(), "publish", lambda: settle(pipeline, event))
    settle(pipeline, event)
    first, second = (message for message, _ in pipeline.notifications())
    assert {**first, "at": second["at"]} == second
    assert "notifiedAt" in pipeline.record(event)


def test_a_success_meanwhile_is_no_failure(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the last step is just done, the picture has succeeded, is told so, and keeps its archive."""
    event = pipeline.begin(b"data")
    _, archived = pipeline.leave_objects(event)
    meanwhile(monkeypatch, clients.dynamodb(), "update_item", lambda: pipeline.write_outcome(event, "SUCCEEDED"))
    settle(pipeline, event)
    assert [message["status"] for message, _ in pipeline.notifications()] == ["SUCCEEDED"]
    assert pipeline.keys(ARCHIVE_BUCKET) == {archived}


def test_a_record_taken_over_meanwhile_is_left(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a newer version takes the record over, it goes on, and nobody is told of the older one."""
    event = pipeline.begin(b"older")
    newer = pipeline.upload_again(event, b"newer")
    pipeline.leave_objects(event)
    kept = set(pipeline.leave_objects(newer))
    meanwhile(monkeypatch, clients.dynamodb(), "update_item", lambda: record_of(newer).begin(90))
    settle(pipeline, event)
    record = pipeline.record(event)
    assert (record["execution"], record["status"]) == (newer["execution"], PROCESSING)
    assert pipeline.notifications() == []
    assert pipeline.keys(UPLOAD_BUCKET) | pipeline.keys(ARCHIVE_BUCKET) == {event["image"]["key"], *kept}


def test_it_waits_for_an_older_versions_end_to_be_told(pipeline: Pipeline) -> None:
    """A version that never began does not take over an end that nobody was told of."""
    older = pipeline.begin(b"older")
    before = pipeline.write_outcome(older, "SUCCEEDED")
    newer = pipeline.upload_again(older, b"newer")
    with pytest.raises(PreviousOutcomePending):
        settle(pipeline, newer)
    assert (pipeline.record(older), pipeline.notifications()) == (before, [])


def test_what_goes_on_is_not_cleared(pipeline: Pipeline) -> None:
    """Staged pictures of an execution whose record is open wait for the archive."""
    event = pipeline.begin(b"data")
    kept = set(pipeline.leave_objects(event))
    finalization.remove_leftovers(record_of(event), record_of(event).read(), pipeline.environment)
    assert kept <= pipeline.keys(UPLOAD_BUCKET) | pipeline.keys(ARCHIVE_BUCKET)


def test_more_than_a_page_is_cleared(pipeline: Pipeline) -> None:
    """However much an execution left, nothing of it stays."""
    event = pipeline.begin(b"data")
    pipeline.put_many(UPLOAD_BUCKET, object_keys.staged_folder(event["execution"]), 1001)
    settle(pipeline, event)
    assert pipeline.keys(UPLOAD_BUCKET) == {event["image"]["key"]}
