"""Concurrent finalizations: one outcome, one notification or identical repeats, and no needed object is removed."""

from typing import TYPE_CHECKING, Any, cast

import pytest

from lambdas.domain import finalization, object_keys
from lambdas.domain.attribute_values import serialize
from lambdas.domain.outcomes import PROCESSING, Failure, notification_pending
from lambdas.runtime import clients
from tests.fake_aws.account import ARCHIVE_BUCKET, UPLOAD_BUCKET, Payload
from tests.lambdas.account import before_next_call, record_of
from tests.lambdas.pipeline import FACTS, NOTIFICATIONS, Pipeline
from workflow import contracts
from workflow.contracts.errors import INTERNAL_ERROR_MESSAGE, ContractViolation, PreviousOutcomePending

if TYPE_CHECKING:
    from workflow.contracts.payloads import MetadataRecord

FAILURE = Failure("ResizeImage", "States.Timeout", "{}")


def finalize(pipeline: Pipeline, event: Payload) -> None:
    """Finalize event's image for its own execution."""
    finalization.finalize(record_of(event), FAILURE, pipeline.environment)


OUTCOMES = [one for one in contracts.schema("metadata-record")["examples"] if one["status"] in NOTIFICATIONS]


@pytest.mark.parametrize("example", OUTCOMES, ids=lambda one: one["status"])
def test_a_notification_agrees_with_the_record(example: Payload) -> None:
    """Every outcome can be published from its record alone, as its contract requires and as the state machine does."""
    published = finalization.notification(cast("MetadataRecord", example))
    contracts.check(NOTIFICATIONS[example["status"]], published)
    assert published["notificationId"] == example["execution"]
    shared = {name: example[name] for name in ("status", "imageId", "owner")}
    if example["status"] == "SUCCEEDED":
        shared |= {"archive": example["archive"], "filename": example["validation"]["filename"]}
        shared |= {name: example["validation"][name] for name in ("format", "width", "height")}
    elif example["status"] == "REJECTED":
        shared |= {name: example[name] for name in ("reason", "message")}
    elif example["status"] == "DELETED":
        shared |= {"owner": example["deletedBy"]}  # nobody is the owner of a tombstone
    else:
        shared |= {name: example[name] for name in ("failedIn", "reason")} | {"message": INTERNAL_ERROR_MESSAGE}
    assert {**shared, "notificationId": published["notificationId"], "at": published["at"]} == published


@pytest.mark.parametrize("status", FACTS)
def test_notifications_have_attributes_for_filters(pipeline: Pipeline, status: str) -> None:
    """A notification has the attributes status, owner and, for a success, format, with the values in the message."""
    event = pipeline.begin(b"data")
    pipeline.write_outcome(event, status)
    finalize(pipeline, event)
    ((message, attributes),) = pipeline.notifications()
    assert attributes == {name: message[name] for name in ("status", "owner", "format") if name in message}
    assert ("format" in attributes) == (status == "SUCCEEDED")


def test_what_was_just_written_is_read(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """The outcome is published although a read of DynamoDB that is not consistent would not return it yet."""
    event = pipeline.begin(b"data")
    read, before = clients.dynamodb().get_item, pipeline.record(event)
    stale = {"Item": serialize(before)}

    def replica(**arguments: Any) -> Any:
        return read(**arguments) if arguments.get("ConsistentRead") else stale

    with monkeypatch.context() as patch:
        patch.setattr(clients.dynamodb(), "get_item", replica)
        finalize(pipeline, event)
    assert [message["status"] for message, _ in pipeline.notifications()] == ["FAILED"]
    assert "notifiedAt" in pipeline.record(event)


def test_a_notification_outside_of_its_contract_is_not_published(pipeline: Pipeline) -> None:
    """An outcome that no subscriber is prepared for is an error here: it stays pending, and nobody gets a part of it."""
    event = pipeline.begin(b"data")
    reason = "X" * (1 + contracts.resolved("failure-notification")["properties"]["reason"]["maxLength"])
    with pytest.raises(ContractViolation, match="failure-notification"):
        finalization.finalize(record_of(event), Failure("ResizeImage", reason, "{}"), pipeline.environment)
    assert pipeline.notifications() == []
    assert notification_pending(cast("MetadataRecord", pipeline.record(event)))


@pytest.mark.parametrize("call", ["put_item", "update_item", "get_item"])
def test_two_finalizations_at_once_give_one_outcome(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """In any order, the record has one outcome, published with one ID, and neither finalization fails."""
    event = pipeline.begin(b"data")
    before_next_call(monkeypatch, clients.dynamodb(), call, lambda: finalize(pipeline, event))
    finalize(pipeline, event)
    published = pipeline.notifications()
    assert {message["notificationId"] for message, _ in published} == {event["execution"]}
    assert pipeline.record(event)["status"] == "FAILED"
    assert len(published) == 1


def test_two_notifications_at_once_have_the_same_id(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """If another function publishes the outcome after the record was read, the second notification is the same, with the same ID."""
    event = pipeline.begin(b"data")
    before_next_call(monkeypatch, clients.sns(), "publish", lambda: finalize(pipeline, event))
    finalize(pipeline, event)
    first, second = (message for message, _ in pipeline.notifications())
    assert {**first, "at": second["at"]} == second
    assert "notifiedAt" in pipeline.record(event)


def test_a_concurrent_success_is_not_finalized_as_a_failure(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the last step completes just before the write of the failure, the image has succeeded, its success is published, and its archived objects stay."""
    event = pipeline.begin(b"data")
    _, archived = pipeline.leave_objects(event)
    before_next_call(monkeypatch, clients.dynamodb(), "update_item", lambda: pipeline.write_outcome(event, "SUCCEEDED"))
    finalize(pipeline, event)
    assert [message["status"] for message, _ in pipeline.notifications()] == ["SUCCEEDED"]
    assert pipeline.keys(ARCHIVE_BUCKET) == {archived}


def test_a_record_that_is_replaced_concurrently_is_unchanged(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a newer version replaces the record just before the write of the failure, the record stays, and nothing is published about the older version."""
    event = pipeline.begin(b"older")
    newer = pipeline.upload_again(event, b"newer")
    pipeline.leave_objects(event)
    kept = set(pipeline.leave_objects(newer))
    before_next_call(monkeypatch, clients.dynamodb(), "update_item", lambda: record_of(newer).begin(90))
    finalize(pipeline, event)
    record = pipeline.record(event)
    assert (record["execution"], record["status"]) == (newer["execution"], PROCESSING)
    assert pipeline.notifications() == []
    assert pipeline.keys(UPLOAD_BUCKET) | pipeline.keys(ARCHIVE_BUCKET) == {event["image"]["key"], *kept}
    pipeline.write_outcome(newer, "REJECTED")
    finalize(pipeline, event)
    assert pipeline.notifications() == []  # the newer outcome is for the newer execution to publish


def test_finalization_waits_for_the_notification_of_an_older_version(pipeline: Pipeline) -> None:
    """A version without a record does not replace an outcome whose notification is pending."""
    older = pipeline.begin(b"older")
    before = pipeline.write_outcome(older, "SUCCEEDED")
    newer = pipeline.upload_again(older, b"newer")
    with pytest.raises(PreviousOutcomePending):
        finalize(pipeline, newer)
    assert (pipeline.record(older), pipeline.notifications()) == (before, [])


def test_staged_objects_of_an_open_record_stay(pipeline: Pipeline) -> None:
    """Objects that an execution staged stay while its record is open."""
    event = pipeline.begin(b"data")
    kept = set(pipeline.leave_objects(event))
    finalization.remove_leftovers(record_of(event), record_of(event).read(), pipeline.environment)
    assert kept <= pipeline.keys(UPLOAD_BUCKET) | pipeline.keys(ARCHIVE_BUCKET)


def test_more_than_a_page_of_leftovers_is_removed(pipeline: Pipeline) -> None:
    """All leftovers are removed, even if S3 lists them on several pages."""
    event = pipeline.begin(b"data")
    pipeline.put_many(UPLOAD_BUCKET, object_keys.staged_folder(event["execution"]), 1001)
    finalize(pipeline, event)
    assert pipeline.keys(UPLOAD_BUCKET) == {event["image"]["key"]}
