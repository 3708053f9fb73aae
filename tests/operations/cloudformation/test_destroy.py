"""Deleting a stack: what is said before, what is left after."""

import json
from typing import Any

import boto3
import pytest

from operations.cli.errors import DECLINED
from operations.cloudformation import destroy as destruction
from operations.cloudformation.destroy import MANUAL_DELETION, UNKNOWN_TYPE, Resource, losses, main
from operations.cloudformation.target import Target
from tests.operations.cloudformation.small_stack import OURS

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
    """Make a stack of two buckets that are kept and a queue that goes, with two messages in it.

    Moto does not keep the second; ministack does, in test_side_by_side.py.
    """
    target.cloudformation.create_stack(StackName=STACK, TemplateBody=TEMPLATE)
    sqs = boto3.client("sqs")
    for _ in range(2):
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="queue")["QueueUrl"], MessageBody="an event")
    return target


def test_what_is_gone_already_does_not_keep_a_stack(stack: Target, capsys: pytest.CaptureFixture[str]) -> None:
    """A queue that somebody deleted by hand is said to be unknown, and the deletion gets as far as the question."""
    sqs = stack.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="queue")["QueueUrl"])
    assert main(["--stack", STACK]) == DECLINED
    assert "What Queue has in flight cannot be told: " in capsys.readouterr().out


def _buckets() -> set[str]:
    return {bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]}


def test_stack_of_another_project_is_left_alone(target: Target, capsys: pytest.CaptureFixture[str]) -> None:
    """Under a wrong name nothing is deleted, whatever language its template is in."""
    target.cloudformation.create_stack(StackName="other", TemplateBody="Resources: {Topic: {Type: 'AWS::SNS::Topic'}}")
    assert main(["--stack", "other", "--yes"]) == 1
    assert capsys.readouterr().err.startswith("destroy: stack other is none of this project, ")
    assert target.cloudformation.describe_stacks(StackName="other")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"


@pytest.mark.usefixtures("stack")
def test_what_goes_what_is_kept_and_what_is_lost_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Without anybody to ask, the stack is left as it is and everything about its deletion has been said."""
    assert main(["--stack", STACK]) == DECLINED
    printed = capsys.readouterr()
    goes, kept = printed.out.split("Kept")
    assert "Queue\tAWS::SQS::Queue" in goes
    assert "AWS::S3::Bucket" not in goes
    assert "Uploads\tAWS::S3::Bucket\tuploads" in kept
    assert "Archive\tAWS::S3::Bucket\tarchive" in kept
    assert "Archive: delete every version of every object in it, then: aws s3api delete-bucket --bucket archive" in kept
    assert "Queue holds 2 messages; they are lost." in kept
    assert printed.err == "destroy: nothing is done: there is nobody to ask; --yes (make: YES=1) says yes beforehand\n"
    assert boto3.client("sqs").list_queues()["QueueUrls"]


def test_stack_goes_and_what_is_kept_stays(stack: Target) -> None:
    """With --yes the stack is deleted, all but what its template retains."""
    assert main(["--stack", STACK, "--yes"]) == 0
    assert "QueueUrls" not in boto3.client("sqs").list_queues()
    assert "archive" in _buckets()
    assert stack.cloudformation.describe_stacks()["Stacks"] == []


@pytest.mark.usefixtures("target")
def test_unknown_stack_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The name of a stack that is not there is an error of one line, which says where it was looked for."""
    assert main(["--stack", "none", "--yes"]) == 1
    assert capsys.readouterr().err.startswith("destroy: there is no stack none in us-east-1. Stacks there are: aws ")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"StackStatus": "UPDATE_IN_PROGRESS"}, "is in UPDATE_IN_PROGRESS: wait for its end; "),
        (
            {"StackStatus": "CREATE_COMPLETE", "EnableTerminationProtection": True},
            "update-termination-protection --no-enable-termination-protection --stack-name pictures",
        ),
    ],
)
def test_stack_that_may_not_go_now_is_told(
    target: Target,  # noqa: ARG001 - the account
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    known: dict[str, Any],
    said: str,
) -> None:
    """A stack under way, or protected, is not deleted, and it is said what to do."""
    monkeypatch.setattr(destruction, "describe", lambda *_: {**known, "Parameters": OURS})
    assert main(["--stack", STACK, "--yes"]) == 1
    assert said in capsys.readouterr().err


def test_stack_that_was_only_proposed_is_deleted(target: Target, capsys: pytest.CaptureFixture[str]) -> None:
    """A stack in REVIEW_IN_PROGRESS has no template and nothing in it: it goes, and nothing is kept."""
    target.cloudformation.create_change_set(
        StackName=STACK, ChangeSetName="proposed", ChangeSetType="CREATE", TemplateBody=TEMPLATE
    )
    assert main(["--stack", STACK, "--yes"]) == 0
    assert "Kept" not in capsys.readouterr().out


@pytest.mark.parametrize("kind", [*MANUAL_DELETION, "AWS::Another::Kind"])
def test_deletion_by_hand_names_the_resource(kind: str) -> None:
    """How to delete what is kept fits the kind of the resource, and names it wherever there is a command."""
    found = Resource("Thing", "the-id", kind, is_kept=True).by_hand
    assert ("the-id" in found) == ("aws " in found)
    assert (found == UNKNOWN_TYPE) == (kind not in MANUAL_DELETION)


def test_running_executions_are_counted() -> None:
    """Every page of the executions under way counts; of what is kept, and of an empty queue, nothing is said."""

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
    assert list(losses(lambda _: Client(), found)) == ["Pipeline runs 1001 executions; they end unfinished."]
