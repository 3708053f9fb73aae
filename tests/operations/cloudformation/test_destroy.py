"""Deleting a stack: what is shown before, and what is left afterwards."""

import json
from typing import Any

import boto3
import pytest

from operations.cli.errors import NOT_CONFIRMED
from operations.cloudformation import destroy as destruction
from operations.cloudformation.destroy import MANUAL_DELETION, UNKNOWN_TYPE, Resource, losses
from operations.cloudformation.target import Target
from operations.command_line import main
from tests.operations.cloudformation.small_stack import OWN_PARAMETERS

STACK = "pictures"
TEMPLATE = json.dumps(
    {
        "Parameters": {"ArtifactBucket": {"Type": "String", "Default": "artifacts"}},
        "Resources": {
            "Archive": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": "archive"}},
            "Uploads": {
                "Type": "AWS::S3::Bucket",
                "DeletionPolicy": "RetainExceptOnCreate",
                "Properties": {"BucketName": "uploads"},
            },
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "queue"}},
        },
    }
)


@pytest.fixture
def stack(target: Target) -> Target:
    """Create a stack of two buckets that are kept and a queue that is deleted, with two messages in it.

    Moto does not keep the second bucket; ministack does, in test_side_by_side.py.
    """
    target.cloudformation.create_stack(StackName=STACK, TemplateBody=TEMPLATE)
    sqs = boto3.client("sqs")
    for _ in range(2):
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="queue")["QueueUrl"], MessageBody="an event")
    return target


def test_resource_that_is_deleted_already_does_not_prevent_the_deletion(
    stack: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    """The messages of a queue that was deleted by hand are reported as unknown, and the question is still asked."""
    sqs = stack.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="queue")["QueueUrl"])
    assert main(["destroy", "--stack", STACK]) == NOT_CONFIRMED
    assert "What Queue has in flight is unknown: " in capsys.readouterr().out


def _buckets() -> set[str]:
    return {bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]}


def test_stack_of_another_project_is_left_alone(target: Target, capsys: pytest.CaptureFixture[str]) -> None:
    """A stack of another project is not deleted, also if its template is YAML."""
    target.cloudformation.create_stack(StackName="other", TemplateBody="Resources: {Topic: {Type: 'AWS::SNS::Topic'}}")
    assert main(["destroy", "--stack", "other", "--yes"]) == 1
    assert capsys.readouterr().err.startswith("operations destroy: stack other belongs to another project, ")
    assert target.cloudformation.describe_stacks(StackName="other")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"


@pytest.mark.usefixtures("stack")
def test_deleted_kept_and_lost_resources_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal the stack is not deleted, and what would be deleted, kept and lost is shown."""
    assert main(["destroy", "--stack", STACK]) == NOT_CONFIRMED
    printed = capsys.readouterr()
    goes, kept = printed.out.split("Kept")
    assert "Queue\tAWS::SQS::Queue" in goes
    assert "AWS::S3::Bucket" not in goes
    assert "Uploads\tAWS::S3::Bucket\tuploads" in kept
    assert "Archive\tAWS::S3::Bucket\tarchive" in kept
    assert "Archive: delete every version of every object in it, then: aws s3api delete-bucket --bucket archive" in kept
    assert "Queue holds 2 messages; they are lost." in kept
    assert printed.err == (
        "operations destroy: nothing was changed: there is no terminal to ask on; confirm with --yes (make: YES=1)\n"
    )
    assert boto3.client("sqs").list_queues()["QueueUrls"]


def test_stack_is_deleted_and_retained_resources_stay(stack: Target) -> None:
    """With --yes the stack is deleted, except for what its template retains."""
    assert main(["destroy", "--stack", STACK, "--yes"]) == 0
    assert "QueueUrls" not in boto3.client("sqs").list_queues()
    assert "archive" in _buckets()
    assert stack.cloudformation.describe_stacks()["Stacks"] == []


@pytest.mark.usefixtures("target")
def test_unknown_stack_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    """A stack that does not exist is an error on one line, which names the region."""
    assert main(["destroy", "--stack", "none", "--yes"]) == 1
    assert capsys.readouterr().err.startswith(
        "operations destroy: there is no stack none in us-east-1. List the stacks with: aws "
    )


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ({"StackStatus": "UPDATE_IN_PROGRESS"}, "is in UPDATE_IN_PROGRESS: wait until that ends; "),
        (
            {"StackStatus": "CREATE_COMPLETE", "EnableTerminationProtection": True},
            "update-termination-protection --no-enable-termination-protection --stack-name pictures",
        ),
    ],
)
def test_stack_that_cannot_be_deleted_now_is_reported(
    target: Target,  # noqa: ARG001 - the account
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    known: dict[str, Any],
    message: str,
) -> None:
    """A stack that is being updated, or is protected, is not deleted; the message says what to do."""
    monkeypatch.setattr(destruction, "describe", lambda *_: {**known, "Parameters": OWN_PARAMETERS})
    assert main(["destroy", "--stack", STACK, "--yes"]) == 1
    assert message in capsys.readouterr().err


def test_stack_that_was_never_created_is_deleted(target: Target, capsys: pytest.CaptureFixture[str]) -> None:
    """A stack in REVIEW_IN_PROGRESS has no template and no resources: it is deleted, and nothing is kept."""
    target.cloudformation.create_change_set(
        StackName=STACK, ChangeSetName="proposed", ChangeSetType="CREATE", TemplateBody=TEMPLATE
    )
    assert main(["destroy", "--stack", STACK, "--yes"]) == 0
    assert "Kept" not in capsys.readouterr().out


@pytest.mark.parametrize("kind", [*MANUAL_DELETION, "AWS::Another::Kind"])
def test_manual_deletion_names_the_resource(kind: str) -> None:
    """The manual deletion fits the resource type, and each command names the resource."""
    found = Resource("Thing", "the-id", kind, is_kept=True).manual_deletion
    assert ("the-id" in found) == ("aws " in found)
    assert (found == UNKNOWN_TYPE) == (kind not in MANUAL_DELETION)


def test_running_executions_are_counted() -> None:
    """The executions on every page are counted; resources that are kept and empty queues are not reported."""

    class Client:
        def get_paginator(self, _: str) -> "Client":
            return self

        def paginate(self, **asked: str) -> list[dict[str, Any]]:
            assert asked == {"stateMachineArn": "machine", "statusFilter": "RUNNING"}
            return [{"executions": [{}] * 1000}, {"executions": [{}]}]

        def get_queue_attributes(self, **asked: Any) -> dict[str, Any]:
            return {"Attributes": dict.fromkeys(asked["AttributeNames"], "0")}

    found = [
        Resource("Queue", "queue", "AWS::SQS::Queue", is_kept=False),
        Resource("Pipeline", "machine", "AWS::StepFunctions::StateMachine", is_kept=False),
        Resource("Kept", "kept", "AWS::StepFunctions::StateMachine", is_kept=True),
    ]
    assert list(losses(lambda _: Client(), found)) == ["Pipeline has 1001 running executions; they are stopped."]
