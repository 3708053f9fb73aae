"""Delete a stack: say what goes, what is kept and what is lost for good, ask, and delete it.

`python -m operations.cloudformation.destroy --stack NAME` honours AWS_ENDPOINT_URL.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

from asl.command import run_command
from operations.cli.confirm import confirm
from operations.cli.errors import exit_code
from operations.cli.progress import spinner
from operations.cli.tables import show_rows
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

# How to delete oneself what a stack leaves; {} is its physical ID.
MANUAL_DELETION = {
    "AWS::S3::Bucket": "delete every version of every object in it, then: aws s3api delete-bucket --bucket {}",
    "AWS::DynamoDB::Table": "aws dynamodb update-table --table-name {0} --no-deletion-protection-enabled,"
    " then: aws dynamodb delete-table --table-name {0}",
    "AWS::Cognito::UserPool": "aws cognito-idp update-user-pool --user-pool-id {0} --deletion-protection INACTIVE,"
    " then: aws cognito-idp delete-user-pool --user-pool-id {0}",
    "AWS::Logs::LogGroup": "aws logs delete-log-group --log-group-name {}",
    "AWS::IAM::Role": "once nothing else uses it, delete its policies, then: aws iam delete-role --role-name {}",
    "AWS::ApiGateway::Account": "nothing to delete: it is a setting of the account",
}
UNKNOWN_TYPE = "delete it in the console of its service"


@dataclass(frozen=True)
class Resource:
    """A resource of a stack, and whether it outlives it."""

    logical_id: str
    physical_id: str
    kind: str
    is_kept: bool

    @property
    def by_hand(self) -> str:
        """How to delete it oneself."""
        return MANUAL_DELETION.get(self.kind, UNKNOWN_TYPE).format(self.physical_id)


def inventory(client: Client, stack: str) -> list[Resource]:
    """Return the resources of stack by name; raises OperationError if there is no such stack."""
    cloudformation = client("cloudformation")
    known = describe(cloudformation, stack)
    if not known:
        raise OperationError(f"there is no stack {stack} in {cloudformation.meta.region_name}. {HOW_TO_LIST}")
    check_project(known, stack)
    _check_deletable(known, stack)
    if is_new(known):  # proposed only: it has no template, and nothing was made
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


def _check_deletable(known: dict[str, Any], stack: str) -> None:
    """Raise OperationError if the stack of which CloudFormation says what is known may not be deleted now."""
    if known.get("EnableTerminationProtection"):
        off = "aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name"
        raise OperationError(f"stack {stack} is protected from deletion; take that away with: {off} {stack}")
    if known["StackStatus"].endswith("IN_PROGRESS") and not is_new(known):
        raise OperationError(f"stack {stack} is in {known['StackStatus']}: wait for its end; {how_to_follow(stack)}")


def losses(client: Client, found: list[Resource]) -> Iterator[str]:
    """Yield a sentence for each thing in flight that is lost with what goes: waiting messages, running executions."""
    gone = [resource for resource in found if not resource.is_kept]
    for one in gone:
        try:
            yield from _lost(client, one)
        except ClientError as error:  # it is gone already, or is not to be looked into by whoever may delete it
            yield f"What {one.logical_id} has in flight cannot be told: {error}"


def _lost(client: Client, one: Resource) -> Iterator[str]:
    if one.kind == "AWS::SQS::Queue" and (count := _messages(client("sqs"), one.physical_id)):
        yield f"{one.logical_id} holds {count} messages; they are lost."
    machine = one.kind == "AWS::StepFunctions::StateMachine"
    if machine and (count := _executions(client("stepfunctions"), one.physical_id)):
        yield f"{one.logical_id} runs {count} executions; they end unfinished."


def _messages(sqs: Any, url: str) -> int:
    names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def _executions(stepfunctions: Any, machine: str) -> int:
    """Return how many executions run; Step Functions does not tell of those of an EXPRESS machine: none."""
    pages = stepfunctions.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING")
    try:
        return sum(len(page["executions"]) for page in pages)
    except ClientError as error:
        if error.response["Error"]["Code"] != "StateMachineTypeNotSupported":
            raise
        return 0


def destroy(client: Client, stack: str, told: OnProgress = lambda _: None, poll_seconds: float = 5) -> None:
    """Delete stack and wait for the end; raises OperationError that names what could not be deleted."""
    cloudformation = client("cloudformation")
    # A deleted stack is found by its ID only.
    known = str(describe(cloudformation, stack)["StackId"])
    cloudformation.delete_stack(StackName=known)
    wait_for_status(cloudformation, known, "DELETE_COMPLETE", poll_seconds, told)


def show(client: Client, stack: str, found: list[Resource]) -> None:
    """Print what goes with stack, what is kept, and what is lost for good."""
    print(f"Stack {stack} will be deleted, and with it:")
    show_rows(["resource", "type"], [[one.logical_id, one.kind] for one in found if not one.is_kept])
    kept = [one for one in found if one.is_kept]
    if kept:
        print("Kept, yours to delete or to keep:")
        show_rows(["resource", "type", "id"], [[one.logical_id, one.kind, one.physical_id] for one in kept])
    for one in kept:
        print(f"{one.logical_id}: {one.by_hand}")
    for sentence in losses(client, found):
        print(sentence)


def main(arguments: list[str] | None = None) -> int:
    """Delete as the command line asks; return the exit code."""
    options = _parser().parse_args(arguments)
    return exit_code("destroy", lambda: _destroy(options.stack, yes=options.yes))


def _destroy(stack: str, *, yes: bool) -> None:
    client: Any = boto3.client
    show(client, stack, inventory(client, stack))
    confirm(f"Delete stack {stack}?", yes=yes, how="--yes (make: YES=1)")
    with spinner(f"deleting {stack}") as told:
        destroy(client, stack, told)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m operations.cloudformation.destroy", description="Delete a stack.")
    parser.add_argument("--stack", required=True, metavar="NAME", help="name of the stack")
    parser.add_argument("--yes", action="store_true", help="delete it without asking")
    return parser


if __name__ == "__main__":
    sys.exit(run_command("destroy", main))
