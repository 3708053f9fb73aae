"""Delete a stack: list its contents, the retained resources and the running executions, then delete it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from operations.cloudformation.stacks import (
    HOW_TO_LIST,
    OnProgress,
    check_project,
    describe,
    how_to_follow,
    is_new,
    resources,
    wait_for_status,
)
from operations.cloudformation.target import Client
from operations.errors import OperationError

# How to delete what a stack leaves behind, by resource type; {0} is its physical ID.
MANUAL_DELETION = {
    "AWS::S3::Bucket": "delete every version of every object in it, then: aws s3api delete-bucket --bucket {0}",
    "AWS::DynamoDB::Table": "aws dynamodb update-table --table-name {0} --no-deletion-protection-enabled,"
    " then: aws dynamodb delete-table --table-name {0}",
    "AWS::Cognito::UserPool": "aws cognito-idp update-user-pool --user-pool-id {0} --deletion-protection INACTIVE,"
    " then: aws cognito-idp delete-user-pool --user-pool-id {0}",
    "AWS::Logs::LogGroup": "aws logs delete-log-group --log-group-name {0}",
    "AWS::IAM::Role": "once nothing else uses it, delete its policies, then: aws iam delete-role --role-name {0}",
    "AWS::ApiGateway::Account": "nothing to delete: it is a setting of the account",
}
UNKNOWN_TYPE = "delete it in the console of its service"


@dataclass(frozen=True)
class Resource:
    """A resource of a stack, and whether it is kept when the stack is deleted."""

    logical_id: str
    physical_id: str
    resource_type: str
    is_kept: bool

    @property
    def manual_deletion(self) -> str:
        """How a person deletes it."""
        return MANUAL_DELETION.get(self.resource_type, UNKNOWN_TYPE).format(self.physical_id)


def inventory(client: Client, stack: str) -> list[Resource]:
    """Return the resources of stack by logical ID; raises OperationError if the stack may not be deleted."""
    cloudformation = client("cloudformation")
    description = describe(cloudformation, stack)
    if not description:
        raise OperationError(f"there is no stack {stack} in {cloudformation.meta.region_name}. {HOW_TO_LIST}")
    check_project(description, stack)
    _check_deletable(description, stack)
    if is_new(description):  # it has no template and no resources
        return []
    template = cloudformation.get_template(StackName=stack)["TemplateBody"]
    found = [
        Resource(
            one["LogicalResourceId"],
            one.get("PhysicalResourceId", ""),
            one["ResourceType"],
            template["Resources"].get(one["LogicalResourceId"], {}).get("DeletionPolicy", "").startswith("Retain"),
        )
        for one in resources(cloudformation, stack)
        if one["ResourceStatus"] != "DELETE_COMPLETE"
    ]
    return sorted(found, key=lambda resource: resource.logical_id)


def _check_deletable(description: dict[str, Any], stack: str) -> None:
    """Raise OperationError if stack is protected, or an operation on it is in progress."""
    if description.get("EnableTerminationProtection"):
        off = "aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name"
        raise OperationError(f"stack {stack} is protected from deletion; remove the protection with: {off} {stack}")
    if description["StackStatus"].endswith("IN_PROGRESS") and not is_new(description):
        raise OperationError(
            f"stack {stack} is in {description['StackStatus']}: wait until that ends; {how_to_follow(stack)}"
        )


def losses(client: Client, found: list[Resource]) -> Iterator[str]:
    """Yield a sentence for each resource that is deleted with work in flight: waiting messages, running executions."""
    for one in found:
        if one.is_kept:
            continue
        try:
            yield from _losses_of(client, one)
        except ClientError as error:  # it is deleted already, or the caller may delete but not list it
            yield f"What {one.logical_id} has in flight is unknown: {error}"


def _losses_of(client: Client, one: Resource) -> Iterator[str]:
    if one.resource_type == "AWS::SQS::Queue" and (count := _messages(client("sqs"), one.physical_id)):
        yield f"{one.logical_id} holds {count} messages; they are lost."
    is_machine = one.resource_type == "AWS::StepFunctions::StateMachine"
    if is_machine and (count := _executions(client("stepfunctions"), one.physical_id)):
        yield f"{one.logical_id} has {count} running executions; they are stopped."


def _messages(sqs: Any, url: str) -> int:
    names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def _executions(stepfunctions: Any, machine: str) -> int:
    """Return the number of running executions; 0 for an EXPRESS state machine, whose executions cannot be listed."""
    pages = stepfunctions.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING")
    try:
        return sum(len(page["executions"]) for page in pages)
    except ClientError as error:
        if error.response["Error"]["Code"] != "StateMachineTypeNotSupported":
            raise
        return 0


def destroy(client: Client, stack: str, on_progress: OnProgress = lambda _: None, poll_seconds: float = 5) -> None:
    """Delete stack and wait until it is deleted; raises OperationError that names what could not be deleted."""
    cloudformation = client("cloudformation")
    stack_id = str(describe(cloudformation, stack)["StackId"])  # a deleted stack is found by its ID only
    cloudformation.delete_stack(StackName=stack_id)
    wait_for_status(cloudformation, stack_id, "DELETE_COMPLETE", poll_seconds, on_progress)
