"""Rule, queues and topic: routing, retries, retention and encryption."""

import copy
import json
from typing import Any

import pytest
from moto.events.models import EventPattern

from lambdas.domain import back_pressure
from lambdas.domain.object_keys import STAGED, UPLOADS
from tests.templates.emitted import Node, properties, template
from workflow import contracts

MAPPING = "ProcessingQueueMapping"
DAY = 24 * 3600  # seconds
LONGEST_RETENTION = 14 * DAY  # the maximum of SQS
CONCURRENCY = (2, 1000)  # the limits of an event source mapping


def _uploaded(**changed: Any) -> Node:
    """Return the example event of the contract, with another bucket, key or detail type."""
    event: Node = copy.deepcopy(contracts.schema("object-created")["examples"][0])
    event["detail"]["bucket"]["name"] = changed.get("bucket", "the-upload-bucket")
    event["detail"]["object"]["key"] = changed.get("key", f"{UPLOADS}owner/image")
    event["detail-type"] = changed.get("kind", event["detail-type"])
    event["detail"]["reason"] = changed.get("reason", event["detail"]["reason"])
    return event


def _matches(event: Node) -> bool:
    """Return whether the rule's pattern, as deployed, matches event."""
    text = json.dumps(properties("UploadRule")["EventPattern"]).replace(
        '{"Ref": "UploadBucket"}', '"the-upload-bucket"'
    )
    return bool(EventPattern.load(text).matches_event(event))  # type: ignore[arg-type]


def test_rule_routes_a_new_upload() -> None:
    """An object created below the prefix of uploads goes to the queue."""
    assert properties("UploadRule")["State"] == "ENABLED"
    assert all(_matches(_uploaded(reason=reason)) for reason in ("PutObject", "POST Object", "CompleteMultipartUpload"))


@pytest.mark.parametrize(
    "changed",
    [
        {"key": f"{STAGED}execution/resized.jpg"},
        {"bucket": "another-bucket"},
        {"kind": "Object Deleted"},
        {"reason": "CopyObject"},
    ],
    ids=["staged rendition", "another bucket", "deletion", "import"],
)
def test_rule_routes_nothing_else(changed: Node) -> None:
    """Renditions, which would cause a loop, other buckets, other events, and what imports copy are not routed."""
    assert not _matches(_uploaded(**changed))


def test_visibility_timeout_is_six_function_timeouts() -> None:
    """The visibility timeout is six times the timeout of the trigger, as AWS asks."""
    assert properties("ProcessingQueue")["VisibilityTimeout"] == 6 * properties("SqsTriggerFunction")["Timeout"]


def test_failures_are_reported_one_by_one() -> None:
    """One failed message does not repeat the others of its batch."""
    assert properties(MAPPING)["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_trigger_waits_for_one_image_at_a_time() -> None:
    """An invocation has one message, so that the maximum concurrency of the event source is a number of images."""
    assert properties(MAPPING)["BatchSize"] == 1


def test_trigger_has_time_to_wait() -> None:
    """The longest wait for an outcome leaves the trigger half a minute for its calls, before its timeout."""
    assert properties("SqsTriggerFunction")["Timeout"] >= back_pressure.LONGEST_WAIT + 30


def test_concurrency_is_limited_at_the_source() -> None:
    """The number of images that are processed at the same time is a parameter, within the limits of the service."""
    assert properties(MAPPING)["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "MaxConcurrency"}}
    limit = template()["Parameters"]["MaxConcurrency"]
    assert (limit["MinValue"], limit["MaxValue"]) == CONCURRENCY


def test_throttling_alone_makes_no_dead_letter() -> None:
    """A message has at least five deliveries, so that throttling alone does not make it a dead-letter message."""
    assert properties("ProcessingQueue")["RedrivePolicy"]["maxReceiveCount"] >= 5


def test_failed_message_has_days_left() -> None:
    """A message that failed at the last moment is kept for a week more: its age counts from when it was first sent."""
    waiting, failed = (properties(queue)["MessageRetentionPeriod"] for queue in ("ProcessingQueue", "DeadLetterQueue"))
    assert 0 < waiting <= failed - 7 * DAY
    assert failed <= LONGEST_RETENTION


@pytest.mark.parametrize("queue", ["ProcessingQueue", "DeadLetterQueue"])
def test_messages_are_encrypted(queue: str) -> None:
    """Messages are encrypted at rest."""
    assert properties(queue)["SqsManagedSseEnabled"] is True


def test_notifications_are_encrypted() -> None:
    """Notifications are encrypted at rest, with the AWS managed key."""
    assert properties("NotificationTopic")["KmsMasterKeyId"] == "alias/aws/sns"


def test_dead_letter_queue_has_no_redrive_policy() -> None:
    """The dead-letter queue sends its messages nowhere else."""
    assert "RedrivePolicy" not in properties("DeadLetterQueue")
