"""Change sets: how one is created and read, and the warnings about it."""

from typing import Any
from unittest.mock import MagicMock

import pytest
from botocore.exceptions import ClientError, WaiterError
from botocore.stub import Stubber

from operations.cloudformation.change_sets import STATEFUL, Change, Specification, create_change_set
from operations.cloudformation.target import Target
from operations.commands.deploy import show_changes
from operations.errors import OperationError
from tests.operations.cloudformation.small_stack import BUCKET

STACK = "pictures"
SPECIFICATION = Specification(
    '{"Parameters": {"Quality": {}, "MaxEdge": {}}}', "https://template", {"Quality": "90"}, {"Team": "b"}
)
NO_CHANGES = [
    "The submitted information didn't contain changes. Submit different information to create a change set.",
    "No updates are to be performed.",
]


@pytest.fixture
def client() -> MagicMock:
    """Return a client of CloudFormation that has no stacks, and creates every change set."""
    client = MagicMock()
    client.describe_stacks.side_effect = ClientError(
        {"Error": {"Code": "ValidationError", "Message": f"Stack with id {STACK} does not exist"}}, "DescribeStacks"
    )
    client.create_change_set.return_value = {"Id": "the change set"}
    client.get_paginator.return_value.paginate.return_value.search.return_value = []
    return client


def _add_stack(client: MagicMock, status: str, **more: Any) -> None:
    """Let the stack exist."""
    client.describe_stacks.side_effect = None
    client.describe_stacks.return_value = {"Stacks": [{"StackName": STACK, "StackStatus": status, **more}]}


def _fail(client: MagicMock, reason: str) -> None:
    """Let every change set fail."""
    client.get_waiter.return_value.wait.side_effect = WaiterError("ChangeSetCreateComplete", "failed", {})
    client.describe_change_set.return_value = {"StatusReason": reason}


def _target(client: MagicMock) -> Target:
    return Target(lambda _: client, BUCKET)


@pytest.mark.parametrize("reason", NO_CHANGES)
def test_change_set_without_changes_is_deleted(client: MagicMock, reason: str) -> None:
    """A change set that changes nothing is deleted, in whichever words CloudFormation says so."""
    _add_stack(client, "CREATE_COMPLETE")
    _fail(client, reason)
    assert create_change_set(_target(client), STACK, SPECIFICATION) is None
    client.delete_change_set.assert_called_once_with(StackName=STACK, ChangeSetName="the change set")
    client.delete_stack.assert_not_called()


def test_failed_change_set_is_reported_each_time(client: MagicMock) -> None:
    """A change set that failed is an error with its reason; it is deleted, and so is the stack created for it."""
    _fail(client, "Parameter Quality must be at most 100")
    for _ in range(2):
        with pytest.raises(OperationError, match="Quality must be at most 100"):
            create_change_set(_target(client), STACK, SPECIFICATION)
    assert client.delete_change_set.call_count == client.delete_stack.call_count == 2
    client.execute_change_set.assert_not_called()


def test_stack_in_review_is_a_new_stack(client: MagicMock) -> None:
    """A stack that was never created gets a change set of type CREATE, and stays if that is deleted."""
    _add_stack(client, "REVIEW_IN_PROGRESS")
    created = create_change_set(_target(client), STACK, SPECIFICATION)
    assert client.create_change_set.call_args.kwargs["ChangeSetType"] == "CREATE"
    assert created
    created.delete()
    client.delete_stack.assert_not_called()


def test_stack_in_review_keeps_no_values(client: MagicMock) -> None:
    """The parameters of a stack that was never created are not kept: CloudFormation refuses that for a new stack."""
    _add_stack(client, "REVIEW_IN_PROGRESS", Parameters=[{"ParameterKey": "Quality"}, {"ParameterKey": "MaxEdge"}])
    create_change_set(_target(client), STACK, SPECIFICATION)
    given = client.create_change_set.call_args.kwargs["Parameters"]
    assert not [one for one in given if "UsePreviousValue" in one]


def test_values_that_are_not_named_are_kept(client: MagicMock) -> None:
    """Parameters and tags that are not named keep the stack's value; parameters that the template has no more are left out."""
    parameters = [{"ParameterKey": name} for name in ("Quality", "MaxEdge", "Abandoned")]
    tags = [{"Key": "Team", "Value": "a"}, {"Key": "Cost", "Value": "1=2"}]
    _add_stack(client, "UPDATE_COMPLETE", Parameters=parameters, Tags=tags)
    create_change_set(_target(client), STACK, SPECIFICATION)
    asked = client.create_change_set.call_args.kwargs
    assert asked["Parameters"] == [
        {"ParameterKey": "Quality", "ParameterValue": "90"},
        {"ParameterKey": "MaxEdge", "UsePreviousValue": True},
    ]
    assert asked["Tags"] == [{"Key": "Team", "Value": "b"}, {"Key": "Cost", "Value": "1=2"}]


def test_all_pages_of_changes_are_read(target: Target) -> None:
    """Changes on the second page are read too."""

    def page(name: str) -> dict[str, Any]:
        change = {
            "Action": "Modify",
            "LogicalResourceId": name,
            "ResourceType": "AWS::S3::Bucket",
            "Replacement": "True",
        }
        details = [{"Target": {"Attribute": "Properties", "Name": "BucketName"}}, {"Target": {"Attribute": "Tags"}}]
        return {"Changes": [{"ResourceChange": {**change, "Details": details}}]}

    known = {"Stacks": [{"StackName": STACK, "CreationTime": 0, "StackStatus": "CREATE_COMPLETE"}]}
    with Stubber(target.cloudformation) as cloudformation:
        cloudformation.add_response("describe_stacks", known)
        cloudformation.add_response("create_change_set", {"Id": "arn:the-change-set"})
        cloudformation.add_response("describe_change_set", {"Status": "CREATE_COMPLETE"})
        cloudformation.add_response("describe_change_set", {**page("First"), "NextToken": "more"})
        cloudformation.add_response("describe_change_set", page("Second"))
        created = create_change_set(target, STACK, SPECIFICATION)
    assert created
    assert created.changes == [
        Change("Modify", name, "AWS::S3::Bucket", "True", ["BucketName"]) for name in ("First", "Second")
    ]


@pytest.mark.parametrize(
    ("action", "replacement", "warned"),
    [
        ("Add", "", False),
        ("Modify", "False", False),
        ("Modify", "Conditional", True),
        ("Modify", "True", True),
        ("Remove", "", True),
    ],
)
@pytest.mark.parametrize("kind", STATEFUL)
def test_loss_is_shown(
    capsys: pytest.CaptureFixture[str], kind: str, action: str, replacement: str, warned: bool
) -> None:
    """Only for a stateful resource that is or may be replaced, or is removed, a warning says what is lost."""
    show_changes(STACK, [Change(action, "Thing", kind, replacement, [])])
    assert (f"Thing: {STATEFUL[kind]}." in capsys.readouterr().out) == warned
