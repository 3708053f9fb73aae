"""A stack as CloudFormation describes it: its status, outputs and resources, and the wait for an operation on it."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from operations.cloudformation.target import MAX_SECONDS
from operations.errors import OperationError

ARTIFACT_BUCKET = "ArtifactBucket"  # the parameter that every deployment of this project sets
HOW_TO_LIST = "List the stacks with: aws cloudformation describe-stacks --query Stacks[].StackName"
OnProgress = Callable[[list[str]], None]  # gets the logical IDs of the resources in progress, now and then


def describe(cloudformation: Any, stack: str) -> dict[str, Any]:
    """Return CloudFormation's description of stack, empty if there is no such stack."""
    try:
        return dict(cloudformation.describe_stacks(StackName=stack)["Stacks"][0])
    except ClientError as error:
        if "does not exist" in str(error):
            return {}
        raise


def is_new(description: dict[str, Any]) -> bool:
    """Return whether a stack was never created: at most, a change set was."""
    return bool(description.get("StackStatus", "REVIEW_IN_PROGRESS") == "REVIEW_IN_PROGRESS")


def check_project(description: dict[str, Any], stack: str) -> None:
    """Raise OperationError if stack was created from the template of another project."""
    parameters = {one["ParameterKey"] for one in description.get("Parameters", [])}
    if description and not is_new(description) and ARTIFACT_BUCKET not in parameters:
        raise OperationError(
            f"stack {stack} belongs to another project, since it has no parameter {ARTIFACT_BUCKET}: check the name. {HOW_TO_LIST}"
        )


def outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    """Return the outputs of stack by name."""
    return outputs_of(cloudformation.describe_stacks(StackName=stack)["Stacks"][0])


def outputs_of(description: dict[str, Any]) -> dict[str, str]:
    """Return the outputs in a stack's description by name."""
    return {output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])}


def resources(cloudformation: Any, stack: str) -> list[dict[str, Any]]:
    """Return the resources of stack."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return list(pages.search("StackResourceSummaries[]"))


def wait_for_status(
    cloudformation: Any, stack: str, expected: str, poll_seconds: float, on_progress: OnProgress
) -> None:
    """Wait until the operation on stack ends with the status expected.

    Raises OperationError if it ends with another status (the message names what failed, and why), or is still in progress
    after MAX_SECONDS. Ctrl-C raises KeyboardInterrupt with the message that the operation goes on.
    """
    try:
        status = _last_status(cloudformation, stack, poll_seconds, on_progress)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"the operation on stack {stack} goes on at AWS; {how_to_follow(stack)}") from None
    if status.endswith("IN_PROGRESS"):
        raise OperationError(
            f"stack {stack} is still in {status} after {MAX_SECONDS // 60} minutes, and goes on; {how_to_follow(stack)}"
        )
    if status != expected:
        head = f"stack {stack} ended as {status}, not as {expected}:"
        raise OperationError(head, *_failures(cloudformation, stack))


def how_to_follow(stack: str) -> str:
    """Return how to follow an operation on stack and, if it is an update, how to cancel it."""
    return (
        f"follow it with: aws cloudformation describe-stack-events --stack-name {stack} --max-items 10; "
        f"cancel an update with: aws cloudformation cancel-update-stack --stack-name {stack}"
    )


def _last_status(cloudformation: Any, stack: str, poll_seconds: float, on_progress: OnProgress) -> str:
    """Return the status of stack once nothing is in progress any more, or the status after MAX_SECONDS."""
    for _ in range(max(1, int(MAX_SECONDS / poll_seconds))):
        status = str(describe(cloudformation, stack).get("StackStatus", "DELETE_COMPLETE"))
        if not status.endswith("IN_PROGRESS"):
            break
        on_progress(_in_progress(cloudformation, stack))
        time.sleep(poll_seconds)
    return status


def _in_progress(cloudformation: Any, stack: str) -> list[str]:
    return [
        resource["LogicalResourceId"]
        for resource in resources(cloudformation, stack)
        if resource["ResourceStatus"].endswith("IN_PROGRESS")
    ]


def _failures(cloudformation: Any, stack: str) -> Iterator[str]:
    """Yield a line for each resource that failed since the last operation on stack began."""
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack)
    for event in pages.search("StackEvents[]"):  # newest first
        if event.get("ResourceStatusReason") == "User Initiated":
            return
        if event["ResourceStatus"].endswith("FAILED"):
            yield f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}"
