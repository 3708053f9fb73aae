"""Rule, queues and topic: what is routed, how often it is tried, and how long it is kept."""

import copy
import json
from typing import Any

import pytest
from moto.events.models import EventPattern

from lambdas.domain.object_keys import STAGED, UPLOADS
from tests.templates.emitted import Node, properties, template
from workflow import contracts

MAPPING = "ProcessingQueueMapping"
LAMBDA_BATCH = 10  # messages: the most that a batch may have without a window
DAY = 24 * 3600  # seconds
LONGEST_RETENTION = 14 * DAY  # that SQS offers
CONCURRENCY = (2, 1000)  # what an event source mapping takes


def _uploaded(**changed: Any) -> Node:
    """Return the contract's own example of an event, with another bucket, key or detail type."""
    event: Node = copy.deepcopy(contracts.schema("object-created")["examples"][0])
    event["detail"]["bucket"]["name"] = changed.get("bucket", "the-upload-bucket")
    event["detail"]["object"]["key"] = changed.get("key", f"{UPLOADS}owner/image")
    event["detail-type"] = changed.get("kind", event["detail-type"])
    return event


def _matches(event: Node) -> bool:
    """Tell whether the rule's pattern, as it is in a deployed stack, matches event."""
    text = json.dumps(properties("UploadRule")["EventPattern"]).replace(
        '{"Ref": "UploadBucket"}', '"the-upload-bucket"'
    )
    return bool(EventPattern.load(text).matches_event(event))  # type: ignore[arg-type]


def test_rule_routes_a_new_upload() -> None:
    """An object created below the upload prefix goes to the queue."""
    assert properties("UploadRule")["State"] == "ENABLED"
    assert _matches(_uploaded())


@pytest.mark.parametrize(
    "changed",
    [{"key": f"{STAGED}execution/resized.jpg"}, {"bucket": "another-bucket"}, {"kind": "Object Deleted"}],
    ids=["staged rendition", "another bucket", "deletion"],
)
def test_rule_routes_nothing_else(changed: Node) -> None:
    """Neither our own renditions, which would go round for ever, nor other buckets, nor other events are routed."""
    assert not _matches(_uploaded(**changed))


def test_message_is_seen_again_after_six_timeouts() -> None:
    """A message stays hidden for six times as long as the trigger may run, as AWS asks."""
    assert properties("ProcessingQueue")["VisibilityTimeout"] == 6 * properties("SqsTriggerFunction")["Timeout"]


def test_failures_are_reported_one_by_one() -> None:
    """One bad message does not send the others of its batch round again."""
    assert properties(MAPPING)["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert properties(MAPPING)["BatchSize"] <= LAMBDA_BATCH


def test_concurrency_is_limited_at_the_source() -> None:
    """How many batches are worked on at once is a parameter, within what the service takes."""
    assert properties(MAPPING)["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "MaxConcurrency"}}
    limit = template()["Parameters"]["MaxConcurrency"]
    assert (limit["MinValue"], limit["MaxValue"]) == CONCURRENCY


def test_poison_is_told_from_bad_luck() -> None:
    """A message is tried at least five times before it is set aside, so that throttling alone does not do it."""
    assert properties("ProcessingQueue")["RedrivePolicy"]["maxReceiveCount"] >= 5


def test_failed_message_has_days_left() -> None:
    """A message that failed at the last moment is there for a week more: its age goes on from its first sending."""
    waiting, failed = (properties(queue)["MessageRetentionPeriod"] for queue in ("ProcessingQueue", "DeadLetterQueue"))
    assert 0 < waiting <= failed - 7 * DAY
    assert failed <= LONGEST_RETENTION


@pytest.mark.parametrize("queue", ["ProcessingQueue", "DeadLetterQueue"])
def test_messages_are_encrypted(queue: str) -> None:
    """Messages at rest are encrypted."""
    assert properties(queue)["SqsManagedSseEnabled"] is True


def test_notifications_are_encrypted() -> None:
    """Notifications at rest are encrypted, with the key that AWS keeps for it."""
    assert properties("NotificationTopic")["KmsMasterKeyId"] == "alias/aws/sns"


def test_redriven_messages_are_dead_letters_only() -> None:
    """The dead letter queue is the end of the line: it sends its own failures nowhere."""
    assert "RedrivePolicy" not in properties("DeadLetterQueue")
