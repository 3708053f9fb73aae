"""A change set of CloudFormation: created, read, and then executed or deleted."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from botocore.exceptions import WaiterError

from operations.cloudformation.stacks import OnProgress, describe, is_new, wait_for_status
from operations.cloudformation.target import Target, explain_validation_errors
from operations.errors import OperationError

# What is lost or left behind when a resource of the type is replaced or removed.
STATEFUL = {
    "AWS::S3::Bucket": "the images stay in the old bucket; the new one is empty",
    "AWS::DynamoDB::Table": "the records stay in the old table; the new one is empty",
    "AWS::SQS::Queue": "the messages that wait in the old queue are lost",
    "AWS::SNS::Topic": "every subscriber must subscribe to the new topic",
    "AWS::Cognito::UserPool": "the users stay in the old pool; nobody can sign in to the new one",
    "AWS::Cognito::UserPoolClient": "everybody who signs in needs the ID of the new client",
    "AWS::ApiGateway::RestApi": "the endpoint of the API changes",
    "AWS::StepFunctions::StateMachine": "running executions end in the old state machine if it is kept, and are lost if not",
}


@dataclass(frozen=True)
class Specification:
    """What a stack is to be: its template, the template's URL, and the parameters and tags that are set."""

    template: str
    url: str
    parameters: dict[str, str]
    tags: dict[str, str]


@dataclass(frozen=True)
class Change:
    """The change of one resource; action is CloudFormation's Add, Modify, Remove, Import or Dynamic."""

    action: str
    logical_id: str
    resource_type: str
    replacement: str  # True, False, Conditional (decided while the change set is executed); empty unless modified
    properties: list[str]  # that are modified

    @property
    def warning(self) -> str:
        """What is lost or left behind if the resource is replaced or removed; empty if it is neither."""
        is_lost = self.action == "Remove" or self.replacement in {"True", "Conditional"}
        return STATEFUL.get(self.resource_type, "") if is_lost else ""


@dataclass(frozen=True)
class ChangeSet:
    """A change set that waits to be executed or deleted."""

    target: Target
    stack: str
    arn: str
    change_set_type: str  # CREATE or UPDATE
    is_first: bool  # there was no stack before
    changes: list[Change]

    def execute(self, on_progress: OnProgress) -> None:
        """Execute it and wait until it is complete; raises OperationError."""
        cloudformation = self.target.cloudformation
        cloudformation.execute_change_set(StackName=self.stack, ChangeSetName=self.arn)
        expected = f"{self.change_set_type}_COMPLETE"
        wait_for_status(cloudformation, self.stack, expected, self.target.poll_seconds, on_progress)

    def delete(self) -> None:
        """Delete it, and the empty stack that was created for it."""
        self.target.cloudformation.delete_change_set(StackName=self.stack, ChangeSetName=self.arn)
        if self.is_first:
            self.target.cloudformation.delete_stack(StackName=self.stack)


def create_change_set(target: Target, stack: str, specification: Specification) -> ChangeSet | None:
    """Return the change set that makes stack what is specified, None if nothing changes; raises OperationError."""
    description = describe(target.cloudformation, stack)
    change_set_type = "CREATE" if is_new(description) else "UPDATE"
    with explain_validation_errors("the change set"):
        arn = target.cloudformation.create_change_set(
            StackName=stack,
            ChangeSetName=f"deploy-{uuid4().hex}",  # an interrupted deployment may have left another one
            ChangeSetType=change_set_type,
            TemplateURL=specification.url,
            Parameters=_parameters(description, specification),
            Tags=_tags(description, specification),
            Capabilities=["CAPABILITY_IAM"],
        )["Id"]
    created = ChangeSet(target, stack, arn, change_set_type, is_first=not description, changes=[])
    return replace(created, changes=list(_changes(created))) if _has_changes(created) else None


def _parameters(description: dict[str, Any], specification: Specification) -> list[dict[str, Any]]:
    """Return the specified parameters, and the stack's value for every other parameter that it and the template have."""
    # The parameters of a stack that was never created have names, but no values that can be used.
    own = set() if is_new(description) else {one["ParameterKey"] for one in description.get("Parameters", [])}
    kept = own & set(json.loads(specification.template)["Parameters"]) - set(specification.parameters)
    return [
        *({"ParameterKey": name, "ParameterValue": value} for name, value in specification.parameters.items()),
        *({"ParameterKey": name, "UsePreviousValue": True} for name in sorted(kept)),
    ]


def _tags(description: dict[str, Any], specification: Specification) -> list[dict[str, str]]:
    """Return the stack's tags, updated with the specified ones."""
    tags = {tag["Key"]: tag["Value"] for tag in description.get("Tags", [])} | specification.tags
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _has_changes(created: ChangeSet) -> bool:
    """Wait until CloudFormation has created the change set, and return whether it changes anything.

    A change set that changes nothing, or that failed, is deleted; raises OperationError for the latter.
    """
    target, names = created.target, {"StackName": created.stack, "ChangeSetName": created.arn}
    waiter = target.cloudformation.get_waiter("change_set_create_complete")
    try:
        waiter.wait(**names, WaiterConfig=target.waiter)
    except WaiterError as error:
        reason = target.cloudformation.describe_change_set(**names).get("StatusReason", "")
        created.delete()
        if "didn't contain changes" not in reason and "No updates" not in reason:
            raise OperationError(f"the change set of stack {created.stack} failed: {reason}") from error
        return False
    return True


def _changes(created: ChangeSet) -> Iterator[Change]:
    pages = created.target.cloudformation.get_paginator("describe_change_set").paginate(
        StackName=created.stack, ChangeSetName=created.arn
    )
    for found in pages.search("Changes[].ResourceChange"):
        yield Change(
            found["Action"],
            found["LogicalResourceId"],
            found["ResourceType"],
            found.get("Replacement", ""),
            sorted({detail["Target"].get("Name", "") for detail in found.get("Details", [])} - {""}),
        )
