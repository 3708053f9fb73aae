"""The details of the pipeline's states in the viewer: contracts with examples, payloads, proved sizes and permissions."""

from typing import Any

import pytest

from asl.check.sizes import LIMIT
from asl.graph.details import details
from pages.graph import pipeline
from workflow import contracts
from workflow.steps import STEPS


@pytest.fixture(scope="module")
def states() -> dict[str, Any]:
    """Give the details of each state, by its name."""
    subject = pipeline()
    return {one["name"]: one for one in details(subject.graph, subject.facts()).values()}


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.state)
def test_step_has_its_contracts_with_examples_that_keep_them(states: dict[str, Any], step: Any) -> None:
    """The input and output contracts of a step are shown with examples, which keep them."""
    found = states[step.state]["contracts"]
    assert (found["takes"]["name"], found["gives"]["name"]) == (f"{step.contract}.input", f"{step.contract}.output")
    for one in found.values():
        contracts.check(one["name"], one["example"])


def test_payloads_grow_along_the_main_path(states: dict[str, Any]) -> None:
    """Examples of input and output have the fields that are always there, and no others."""
    assert states["ValidateImage"]["arrives"].keys() == {"image"}
    assert states["ValidateImage"]["leaves"].keys() == {"image", "validation"}
    assert states["PublishSuccess"]["arrives"].keys() == {"image", "validation", "metadata", "renditions", "archive"}
    assert "error" in states["HandleError"]["arrives"]


def test_sizes_are_within_the_limit(states: dict[str, Any]) -> None:
    """Every size that is shown is within the limit."""
    sizes = [size for one in states.values() for size in one["sizes"].values()]
    assert sizes
    assert all(0 < size <= LIMIT for size in sizes)


@pytest.mark.parametrize(
    ("state", "action", "resource"),
    [
        ("ValidateImage", "lambda:InvokeFunction", "ValidateFunction"),
        ("ValidateImage", "s3:GetObjectVersion", "UploadBucket/uploads/*"),
        ("ArchiveImage", "s3:GetObject, s3:PutObject, s3:PutObjectTagging, s3:DeleteObject", "ArchiveBucket/*"),
        ("PublishSuccess", "sns:Publish", "NotificationTopic"),
        ("RecordFailure", "dynamodb:UpdateItem", "MetadataTable"),
    ],
)
def test_task_has_its_permissions(states: dict[str, Any], state: str, action: str, resource: str) -> None:
    """The permissions of a task are those of the pipeline for it, and those of its function."""
    assert (action, resource) in {(actions, on) for _, actions, on in states[state]["permissions"]}


def test_state_without_calls_has_no_permissions(states: dict[str, Any]) -> None:
    """A Choice, a Pass and a Succeed have no permissions; a publish has those of the pipeline only."""
    assert [states[state]["permissions"] for state in ("HandleError", "ParseError", "Succeeded")] == [[], [], []]
    assert len(states["PublishSuccess"]["permissions"]) == 1
