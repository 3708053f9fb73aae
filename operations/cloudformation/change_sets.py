"""A change set: proposed to CloudFormation, read, and then applied or withdrawn."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from botocore.exceptions import WaiterError

from operations.cloudformation.stacks import OnProgress, describe, is_new, wait_for_status
from operations.cloudformation.target import Target, explain_validation_errors
from operations.errors import OperationError

# What it means when one of these gives way to another, and when it goes.
STATEFUL = {
    "AWS::S3::Bucket": "the pictures stay in the old bucket; the new one is empty",
    "AWS::DynamoDB::Table": "the records stay in the old table; the new one is empty",
    "AWS::SQS::Queue": "the messages that wait in the old queue are lost",
    "AWS::SNS::Topic": "whoever subscribed must subscribe to the new topic",
    "AWS::Cognito::UserPool": "the users stay in the old pool; nobody can sign in to the new one",
    "AWS::Cognito::UserPoolClient": "whoever signs in needs the new client's id",
    "AWS::ApiGateway::RestApi": "the endpoint that clients ask for URLs changes",
    "AWS::StepFunctions::StateMachine": "executions under way end in the old one if it is kept, and are lost if not",
}


@dataclass(frozen=True)
class Specification:
    """What a stack is to become: its template, where that lies, and the parameters and tags that are set anew."""

    template: str
    url: str
    parameters: dict[str, str]
    tags: dict[str, str]


@dataclass(frozen=True)
class Change:
    """What becomes of one resource: action is CloudFormation's Add, Modify, Remove, Import or Dynamic."""

    action: str
    logical_id: str
    kind: str  # the resource's type
    replacement: str  # True, Conditional (CloudFormation cannot tell yet), or False; nothing unless modified
    properties: list[str]  # that are modified

    @property
    def warning(self) -> str:
        """What is lost or left behind if the resource is replaced or removed; nothing if it is neither."""
        gone = self.action == "Remove" or self.replacement in {"True", "Conditional"}
        return STATEFUL.get(self.kind, "") if gone else ""


@dataclass(frozen=True)
class ChangeSet:
    """A change set that waits to be applied to a stack, or withdrawn."""

    target: Target
    stack: str
    arn: str
    kind: str  # CREATE or UPDATE
    is_first: bool  # there was no stack before
    changes: list[Change]

    def apply(self, told: OnProgress) -> None:
        """Apply it and wait for the end; raises OperationError."""
        cloudformation = self.target.cloudformation
        cloudformation.execute_change_set(StackName=self.stack, ChangeSetName=self.arn)
        wait_for_status(cloudformation, self.stack, f"{self.kind}_COMPLETE", self.target.poll_seconds, told)

    def withdraw(self) -> None:
        """Delete it, and the empty stack that came into being with it."""
        self.target.cloudformation.delete_change_set(StackName=self.stack, ChangeSetName=self.arn)
        if self.is_first:
            self.target.cloudformation.delete_stack(StackName=self.stack)


def create_change_set(target: Target, stack: str, wanted: Specification) -> ChangeSet | None:
    """Return the change set that makes stack what is wanted, None if it is that already; raises OperationError."""
    known = describe(target.cloudformation, stack)
    kind = "CREATE" if is_new(known) else "UPDATE"
    with explain_validation_errors("what the stack is to become"):
        arn = target.cloudformation.create_change_set(
            StackName=stack,
            ChangeSetName=f"deploy-{uuid4().hex}",  # one that an interrupted deployment left is not in the way
            ChangeSetType=kind,
            TemplateURL=wanted.url,
            Parameters=_parameters(known, wanted),
            Tags=_tags(known, wanted),
            Capabilities=["CAPABILITY_IAM"],
        )["Id"]
    made = ChangeSet(target, stack, arn, kind, is_first=not known, changes=[])
    return replace(made, changes=list(_changes(made))) if _has_changes(made) else None


def _parameters(known: dict[str, Any], wanted: Specification) -> list[dict[str, Any]]:
    """Return what is wanted, and the stack's own value for every other parameter that both it and the template have."""
    # A stack that was only ever proposed may name parameters, whose values cannot be used.
    own = set() if is_new(known) else {one["ParameterKey"] for one in known.get("Parameters", [])}
    kept = own & set(json.loads(wanted.template)["Parameters"]) - set(wanted.parameters)
    return [
        *({"ParameterKey": name, "ParameterValue": value} for name, value in wanted.parameters.items()),
        *({"ParameterKey": name, "UsePreviousValue": True} for name in sorted(kept)),
    ]


def _tags(known: dict[str, Any], wanted: Specification) -> list[dict[str, str]]:
    """Return the stack's tags, those that are wanted set anew."""
    tags = {tag["Key"]: tag["Value"] for tag in known.get("Tags", [])} | wanted.tags
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _has_changes(proposed: ChangeSet) -> bool:
    """Wait until CloudFormation has made the change set and tell whether it changes anything; raises OperationError."""
    target, names = proposed.target, {"StackName": proposed.stack, "ChangeSetName": proposed.arn}
    waiter = target.cloudformation.get_waiter("change_set_create_complete")
    try:
        waiter.wait(**names, WaiterConfig=target.waiter)
    except WaiterError as error:
        reason = target.cloudformation.describe_change_set(**names).get("StatusReason", "")
        proposed.withdraw()
        if "didn't contain changes" not in reason and "No updates" not in reason:
            raise OperationError(f"the change set of stack {proposed.stack} failed: {reason}") from error
        return False
    return True


def _changes(proposed: ChangeSet) -> Iterator[Change]:
    pages = proposed.target.cloudformation.get_paginator("describe_change_set").paginate(
        StackName=proposed.stack, ChangeSetName=proposed.arn
    )
    for found in pages.search("Changes[].ResourceChange"):
        yield Change(
            found["Action"],
            found["LogicalResourceId"],
            found["ResourceType"],
            found.get("Replacement", ""),
            sorted({detail["Target"].get("Name", "") for detail in found.get("Details", [])} - {""}),
        )
