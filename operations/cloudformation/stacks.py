"""What CloudFormation says of a stack: whether there is one, what it has, how an operation on it goes and why it failed."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from operations.cloudformation.target import MAX_SECONDS
from operations.errors import OperationError

ARTIFACT_BUCKET = "ArtifactBucket"  # the parameter that every deployment sets
HOW_TO_LIST = "Stacks there are: aws cloudformation describe-stacks --query Stacks[].StackName"
OnProgress = Callable[[list[str]], None]  # hears now and then which resources are under way


def describe(cloudformation: Any, stack: str) -> dict[str, Any]:
    """Return what CloudFormation says of stack, nothing if there is none."""
    try:
        return dict(cloudformation.describe_stacks(StackName=stack)["Stacks"][0])
    except ClientError as error:
        if "does not exist" in str(error):
            return {}
        raise


def is_new(known: dict[str, Any]) -> bool:
    """Tell whether a stack of which CloudFormation says what is known was never made: at most, changes were proposed."""
    return bool(known.get("StackStatus", "REVIEW_IN_PROGRESS") == "REVIEW_IN_PROGRESS")


def check_project(known: dict[str, Any], stack: str) -> None:
    """Raise OperationError if the stack of which CloudFormation says what is known was made from another template."""
    parameters = {one["ParameterKey"] for one in known.get("Parameters", [])}
    if known and not is_new(known) and ARTIFACT_BUCKET not in parameters:
        raise OperationError(
            f"stack {stack} is none of this project, for it has no parameter {ARTIFACT_BUCKET}: is its name right? {HOW_TO_LIST}"
        )


def outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    """Return the outputs of stack by name."""
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
    return {output["OutputKey"]: output["OutputValue"] for output in found}


def resources(cloudformation: Any, stack: str) -> list[dict[str, Any]]:
    """Return the resources of stack."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return list(pages.search("StackResourceSummaries[]"))


def wait_for_status(cloudformation: Any, stack: str, ends: str, poll_seconds: float, told: OnProgress) -> None:
    """Wait until the operation on stack has ended, and tell meanwhile what is under way.

    Raises OperationError if it ended otherwise than with the status ends: the message names what failed and why. Raises it
    too if the operation goes on for longer than anybody waits, and KeyboardInterrupt that says so if somebody interrupts.
    """
    try:
        status = _last_status(cloudformation, stack, poll_seconds, told)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"the operation on stack {stack} goes on at AWS; {how_to_follow(stack)}") from None
    if status.endswith("IN_PROGRESS"):
        raise OperationError(
            f"stack {stack} is still in {status} after {MAX_SECONDS // 60} minutes, and goes on; {how_to_follow(stack)}"
        )
    if status != ends:
        failed = "\n".join(_failures(cloudformation, stack))
        raise OperationError(f"stack {stack} ended as {status}, not as {ends}:\n{failed}")


def how_to_follow(stack: str) -> str:
    """Return how one sees what becomes of an operation on stack, and stops it if it is an update."""
    return (
        f"see how it goes: aws cloudformation describe-stack-events --stack-name {stack} --max-items 10; "
        f"an update is stopped by: aws cloudformation cancel-update-stack --stack-name {stack}"
    )


def _last_status(cloudformation: Any, stack: str, poll_seconds: float, told: OnProgress) -> str:
    """Return the status of stack once nothing is in progress any more, or the last one seen after LONGEST seconds."""
    for _ in range(max(1, int(MAX_SECONDS / poll_seconds))):
        status = str(describe(cloudformation, stack).get("StackStatus", "DELETE_COMPLETE"))
        if not status.endswith("IN_PROGRESS"):
            break
        told(_in_progress(cloudformation, stack))
        time.sleep(poll_seconds)
    return status


def _in_progress(cloudformation: Any, stack: str) -> list[str]:
    return [
        resource["LogicalResourceId"]
        for resource in resources(cloudformation, stack)
        if resource["ResourceStatus"].endswith("IN_PROGRESS")
    ]


def _failures(cloudformation: Any, stack: str) -> Iterator[str]:
    """Yield a line for each resource that failed since somebody last asked something of stack."""
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack)
    for event in pages.search("StackEvents[]"):  # newest first
        if event.get("ResourceStatusReason") == "User Initiated":
            return
        if event["ResourceStatus"].endswith("FAILED"):
            yield f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}"
