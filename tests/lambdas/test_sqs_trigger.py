"""The trigger: one execution for each object-created event; any other message returns to the queue."""

import pytest

from lambdas.domain import executions as execution
from lambdas.domain.object_keys import STAGED
from lambdas.domain.upload_events import read_event
from tests.effort import times
from tests.fake_aws.account import OWNER, REGION
from tests.lambdas.account import export
from tests.lambdas.messages import (
    BUCKET,
    EXAMPLE,
    IMAGE_IDS,
    Executions,
    failed_message_ids,
    image_ids,
    object_created,
    trigger_settings,
)
from workflow import contracts
from workflow.contracts.errors import ContractViolation


def test_an_event_starts_an_execution(executions: Executions) -> None:
    """The execution's input holds the facts of the event, and keeps the pipeline's contract."""
    assert failed_message_ids(object_created()) == []
    ((name, pipeline_input),) = executions().items()
    contracts.check("pipeline-input", pipeline_input)
    image = pipeline_input["image"]
    assert (image["imageId"], image["owner"], image["versionId"]) == (IMAGE_IDS[0], OWNER, "v1")
    assert image["size"] == EXAMPLE["detail"]["object"]["size"]
    assert image["uploadedAt"] == EXAMPLE["time"]
    assert name == execution.name(image)


def test_every_message_starts_its_own(executions: Executions) -> None:
    """Three uploads in a batch start three executions."""
    assert failed_message_ids(*map(object_created, IMAGE_IDS)) == []
    assert image_ids(executions) == set(IMAGE_IDS)


@pytest.mark.share(1)
@pytest.mark.parametrize("times", [1, 2], ids=["in one batch", "in two batches"])
def test_duplicate_event_starts_one_execution(executions: Executions, times: int) -> None:
    """Events arrive at least once; a duplicate is deleted from the queue and starts nothing."""
    for _ in range(times):
        assert failed_message_ids(object_created(), object_created()) == []
    assert len(executions()) == 1


def test_a_repeated_event_after_the_outcome_is_a_duplicate(executions: Executions) -> None:
    """Step Functions refuses the name of an execution with another input; here it counts as a duplicate."""
    assert failed_message_ids(object_created()) == []
    again = object_created()
    again["time"] = "2026-11-23T09:15:03Z"
    assert failed_message_ids(again) == []
    assert len(executions()) == 1


def test_another_version_is_another_execution(executions: Executions) -> None:
    """A second upload to the same key is not taken for a duplicate event."""
    assert failed_message_ids(object_created(version="v1"), object_created(version="v2")) == []
    assert len(executions()) == 2


BAD = {
    "no JSON": "<html>",
    "nothing": "",
    "a number": 5,
    "null": None,
    "a list": [],
    "another event": {**EXAMPLE, "detail-type": "Object Deleted"},
    "another source": {**EXAMPLE, "source": "aws.s3.fake"},
    "another bucket": object_created(bucket="another-bucket"),
    "a staged picture": object_created(key=f"{STAGED}{IMAGE_IDS[0]}/resized.jpg"),
    "a key too short": object_created(key="uploads/file.jpg"),
    "a key too long": object_created(key=f"uploads/{OWNER}/{IMAGE_IDS[0]}/file.jpg"),
    "an owner that is none": object_created(key=f"uploads/<script>/{IMAGE_IDS[0]}"),
    "an image id that is none": object_created(key=f"uploads/{OWNER}/photo.jpg"),
    "no version": {**EXAMPLE, "detail": {**EXAMPLE["detail"], "object": {"key": "k", "size": 1, "sequencer": "0"}}},
    "deep nesting": "[" * 100_000,
}


@pytest.mark.share(2)
@pytest.mark.parametrize("name", [*BAD][:: times(3, 1)])
def test_one_bad_message_of_three_goes_back_alone(executions: Executions, name: str) -> None:
    """Only the message that is not about an upload is reported; the other two start."""
    assert failed_message_ids(object_created(IMAGE_IDS[1]), BAD[name], object_created(IMAGE_IDS[2])) == ["message-1"]
    assert image_ids(executions) == set(IMAGE_IDS[1:])


def test_all_messages_may_go_back(executions: Executions) -> None:
    """A batch without a valid message is reported as a whole, and is no error of the function."""
    assert failed_message_ids("<html>", None, 5) == ["message-0", "message-1", "message-2"]
    assert not executions()


def test_an_error_of_step_functions_returns_the_message(
    executions: Executions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message whose execution cannot be started is delivered again."""
    assert not executions()
    export(monkeypatch, trigger_settings(f"arn:aws:states:{REGION}:123456789012:stateMachine:none"))
    assert failed_message_ids(object_created()) == ["message-0"]


@pytest.mark.parametrize("path", ["source", "time", "detail", "detail.bucket", "detail.object", "detail.object.key"])
def test_a_missing_field_is_named(path: str) -> None:
    """An event without a field that the trigger reads violates its contract, and the error names the path."""
    event = object_created()
    *above, name = path.split(".")
    place = event
    for part in above:
        place = place[part]
    del place[name]
    with pytest.raises(ContractViolation) as broken:
        read_event(event, BUCKET)
    assert (broken.value.path, broken.value.rule) == (".".join(("$", *above)), "required")
    assert name in broken.value.requirement
