"""Waiting for a stack: the progress, and why it failed."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import Stubber

from operations.cloudformation import stacks
from operations.cloudformation.stacks import wait_for_status
from operations.cloudformation.target import Target
from operations.errors import OperationError

STACK = "pictures"


def _stack(status: str) -> dict[str, Any]:
    return {"Stacks": [{"StackName": STACK, "CreationTime": 0, "StackStatus": status}]}


def _events(*events: tuple[str, str, str], more: str = "") -> dict[str, Any]:
    """Return a page of events: resource, status and reason of each."""
    head = {"StackId": STACK, "EventId": "1", "StackName": STACK, "Timestamp": 0}
    names = ("LogicalResourceId", "ResourceStatus", "ResourceStatusReason")
    page = {"StackEvents": [{**head, **dict(zip(names, event, strict=True))} for event in events]}
    return {**page, "NextToken": more} if more else page


def test_failure_names_what_failed_and_why(target: Target) -> None:
    """The error names each resource that failed in this operation, also if its event is on a later page."""
    with Stubber(target.cloudformation) as cloudformation:
        cloudformation.add_response("describe_stacks", _stack("ROLLBACK_COMPLETE"))
        later = ("UploadBucket", "DELETE_COMPLETE", "rolled back")
        cloudformation.add_response("describe_stack_events", _events(later, more="page two"))
        failed = ("MetadataTable", "CREATE_FAILED", "too many tables")
        begun = (STACK, "UPDATE_IN_PROGRESS", "User Initiated")
        before = ("RestApi", "UPDATE_FAILED", "another time")
        cloudformation.add_response("describe_stack_events", _events(failed, begun, before))
        with pytest.raises(OperationError) as caught:
            wait_for_status(target.cloudformation, STACK, "UPDATE_COMPLETE", 0.01, lambda _: None)
    assert str(caught.value) == (
        f"stack {STACK} ended as ROLLBACK_COMPLETE, not as UPDATE_COMPLETE:\n  MetadataTable: too many tables"
    )


def test_resources_in_progress_are_reported(target: Target) -> None:
    """While the operation runs, the resources in progress are reported; a stack that is missing has been deleted."""
    summaries = [
        {"LogicalResourceId": name, "ResourceType": "any", "LastUpdatedTimestamp": 0, "ResourceStatus": status}
        for name, status in (
            ("Done", "DELETE_COMPLETE"),
            ("Busy", "DELETE_IN_PROGRESS"),
            ("Waiting", "CREATE_COMPLETE"),
        )
    ]
    seen: list[list[str]] = []
    with Stubber(target.cloudformation) as cloudformation:
        cloudformation.add_response("describe_stacks", _stack("DELETE_IN_PROGRESS"))
        cloudformation.add_response("list_stack_resources", {"StackResourceSummaries": summaries})
        cloudformation.add_client_error("describe_stacks", "ValidationError", f"Stack with id {STACK} does not exist")
        wait_for_status(target.cloudformation, STACK, "DELETE_COMPLETE", 0.01, seen.append)
    assert seen == [["Busy"]]


@pytest.fixture
def busy(target: Target) -> Iterator[Stubber]:
    """Give the answers of CloudFormation about a stack whose update never ends."""
    with Stubber(target.cloudformation) as cloudformation:
        cloudformation.add_response("describe_stacks", _stack("UPDATE_IN_PROGRESS"))
        cloudformation.add_response("list_stack_resources", {"StackResourceSummaries": []})
        yield cloudformation


@pytest.mark.usefixtures("busy")
def test_operation_that_outlasts_the_wait_goes_on(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the longest wait the error says that the operation continues, and how to follow and cancel it."""
    monkeypatch.setattr(stacks, "MAX_SECONDS", 0)
    with pytest.raises(
        OperationError, match=f"still in UPDATE_IN_PROGRESS .* goes on; .* --stack-name {STACK}"
    ) as caught:
        wait_for_status(target.cloudformation, STACK, "UPDATE_COMPLETE", 0.01, lambda _: None)
    assert "ended" not in str(caught.value)
    assert "cancel-update-stack" in str(caught.value)


@pytest.mark.usefixtures("busy")
def test_interruption_says_that_the_operation_continues(target: Target) -> None:
    """Ctrl-C ends the wait, not the update: the message says so, and how to follow and cancel it."""

    def interrupt(_: list[str]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=f"stack {STACK} goes on at AWS; .*cancel-update-stack"):
        wait_for_status(target.cloudformation, STACK, "UPDATE_COMPLETE", 0.01, interrupt)
