"""What the viewer tells of our own states: contracts with examples, payloads, proved sizes and permissions."""

import json
from typing import Any

import pytest

from asl.check.sizes import LIMIT
from asl.graph.details import details
from asl.graph.html import data
from pages.graph import pipeline
from workflow import contracts
from workflow.steps import STEPS


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """Give what is told of each state, by its name."""
    subject = pipeline()
    return {one["name"]: one for one in details(subject.graph, subject.facts()).values()}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.state)
def test_step_has_its_contracts_with_examples_that_keep_them(told: dict[str, Any], step: Any) -> None:
    """What a step takes and gives is shown by an example of its contract."""
    found = told[step.state]["contracts"]
    assert (found["takes"]["name"], found["gives"]["name"]) == (f"{step.contract}.input", f"{step.contract}.output")
    for one in found.values():
        contracts.check(one["name"], one["example"])


def test_payloads_grow_on_the_way(told: dict[str, Any]) -> None:
    """Examples of what arrives and leaves have the fields that are there for certain, and no others."""
    assert told["ValidateImage"]["arrives"].keys() == {"image"}
    assert told["ValidateImage"]["leaves"].keys() == {"image", "validation"}
    assert told["PublishSuccess"]["arrives"].keys() == {"image", "validation", "metadata", "renditions", "archive"}
    assert "error" in told["HandleError"]["arrives"]


def test_sizes_are_within_the_limit(told: dict[str, Any]) -> None:
    """Every size that is shown is a proved one."""
    sizes = [size for one in told.values() for size in one["sizes"].values()]
    assert sizes
    assert all(0 < size <= LIMIT for size in sizes)


@pytest.mark.parametrize(
    ("state", "action", "resource"),
    [
        ("ValidateImage", "lambda:InvokeFunction", "ValidateFunction"),
        ("ValidateImage", "s3:GetObjectVersion", "UploadBucket/uploads/*"),
        ("ArchiveImage", "s3:GetObject, s3:PutObject, s3:DeleteObject", "ArchiveBucket/*"),
        ("PublishSuccess", "sns:Publish", "NotificationTopic"),
        ("RecordFailure", "dynamodb:UpdateItem", "MetadataTable"),
    ],
)
def test_task_has_its_permissions(told: dict[str, Any], state: str, action: str, resource: str) -> None:
    """What the pipeline may do for a state, and what its function may do."""
    assert (action, resource) in {(actions, on) for _, actions, on in told[state]["permissions"]}


def test_state_without_calls_has_no_permissions(told: dict[str, Any]) -> None:
    """A Choice, a Pass and an end need none; a publish has nothing of a function's."""
    assert [told[state]["permissions"] for state in ("HandleError", "ParseError", "Succeeded")] == [[], [], []]
    assert len(told["PublishSuccess"]["permissions"]) == 1


def test_data_ends_no_script() -> None:
    """Whatever stands in a payload, the element that holds it goes on, and reads the same."""
    value = {"</script><script>alert(1)": "<!-- <script"}
    assert "<" not in data(value)
    assert json.loads(data(value)) == value
