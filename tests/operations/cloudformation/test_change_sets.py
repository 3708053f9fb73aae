"""Change sets: how one is proposed and read, and what is said of it."""

from typing import Any
from unittest.mock import MagicMock

import pytest
from botocore.exceptions import ClientError, WaiterError
from botocore.stub import Stubber

from operations.cli.tables import show_changes
from operations.cloudformation.change_sets import STATEFUL, Change, Specification, create_change_set
from operations.cloudformation.target import Target
from operations.errors import OperationError
from tests.operations.cloudformation.small_stack import BUCKET

STACK = "pictures"
WANTED = Specification(
    '{"Parameters": {"Quality": {}, "MaxEdge": {}}}', "https://template", {"Quality": "90"}, {"Team": "b"}
)
NO_CHANGES = [
    "The submitted information didn't contain changes. Submit different information to create a change set.",
    "No updates are to be performed.",
]


@pytest.fixture
def client() -> MagicMock:
    """Give a client of a CloudFormation without stacks that makes whatever change set it is asked for."""
    client = MagicMock()
    client.describe_stacks.side_effect = ClientError(
        {"Error": {"Code": "ValidationError", "Message": f"Stack with id {STACK} does not exist"}}, "DescribeStacks"
    )
    client.create_change_set.return_value = {"Id": "the change set"}
    client.get_paginator.return_value.paginate.return_value.search.return_value = []
    return client


def _known(client: MagicMock, status: str, **more: Any) -> None:
    """Let the stack be there."""
    client.describe_stacks.side_effect = None
    client.describe_stacks.return_value = {"Stacks": [{"StackName": STACK, "StackStatus": status, **more}]}


def _failing(client: MagicMock, reason: str) -> None:
    """Let every change set fail."""
    client.get_waiter.return_value.wait.side_effect = WaiterError("ChangeSetCreateComplete", "failed", {})
    client.describe_change_set.return_value = {"StatusReason": reason}


def _target(client: MagicMock) -> Target:
    return Target(lambda _: client, BUCKET)


@pytest.mark.parametrize("reason", NO_CHANGES)
def test_change_set_without_changes_is_withdrawn(client: MagicMock, reason: str) -> None:
    """However CloudFormation says that nothing changes: there is nothing to apply, and the change set goes."""
    _known(client, "CREATE_COMPLETE")
    _failing(client, reason)
    assert create_change_set(_target(client), STACK, WANTED) is None
    client.delete_change_set.assert_called_once_with(StackName=STACK, ChangeSetName="the change set")
    client.delete_stack.assert_not_called()


def test_refused_change_set_says_why_each_time(client: MagicMock) -> None:
    """A refused change set is an error with its reason, and neither it nor the stack made for it is left."""
    _failing(client, "Parameter Quality must be at most 100")
    for _ in range(2):
        with pytest.raises(OperationError, match="Quality must be at most 100"):
            create_change_set(_target(client), STACK, WANTED)
    assert client.delete_change_set.call_count == client.delete_stack.call_count == 2
    client.execute_change_set.assert_not_called()


def test_abandoned_review_is_taken_for_a_new_stack(client: MagicMock) -> None:
    """A stack of which only a change set was ever made is created, not updated, and is not ours to delete."""
    _known(client, "REVIEW_IN_PROGRESS")
    proposed = create_change_set(_target(client), STACK, WANTED)
    assert client.create_change_set.call_args.kwargs["ChangeSetType"] == "CREATE"
    assert proposed
    proposed.withdraw()
    client.delete_stack.assert_not_called()


def test_abandoned_review_has_no_values_to_keep(client: MagicMock) -> None:
    """The parameters of a stack that was only ever proposed are not kept: CloudFormation refuses that of a new stack."""
    _known(client, "REVIEW_IN_PROGRESS", Parameters=[{"ParameterKey": "Quality"}, {"ParameterKey": "MaxEdge"}])
    create_change_set(_target(client), STACK, WANTED)
    given = client.create_change_set.call_args.kwargs["Parameters"]
    assert not [one for one in given if "UsePreviousValue" in one]


def test_what_is_not_named_is_kept(client: MagicMock) -> None:
    """Parameters and tags that are not set anew keep the stack's value; parameters that are no more are left out."""
    parameters = [{"ParameterKey": name} for name in ("Quality", "MaxEdge", "Abandoned")]
    tags = [{"Key": "Team", "Value": "a"}, {"Key": "Cost", "Value": "1=2"}]
    _known(client, "UPDATE_COMPLETE", Parameters=parameters, Tags=tags)
    create_change_set(_target(client), STACK, WANTED)
    asked = client.create_change_set.call_args.kwargs
    assert asked["Parameters"] == [
        {"ParameterKey": "Quality", "ParameterValue": "90"},
        {"ParameterKey": "MaxEdge", "UsePreviousValue": True},
    ]
    assert asked["Tags"] == [{"Key": "Team", "Value": "b"}, {"Key": "Cost", "Value": "1=2"}]


def test_all_pages_of_changes_are_read(target: Target) -> None:
    """A change on the second page is a change."""

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
        proposed = create_change_set(target, STACK, WANTED)
    assert proposed
    assert proposed.changes == [
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
def test_loss_is_told(
    capsys: pytest.CaptureFixture[str], kind: str, action: str, replacement: str, warned: bool
) -> None:
    """A stateful resource that is or may be replaced, or goes, is shown with what that means, and no other."""
    show_changes(STACK, [Change(action, "Thing", kind, replacement, [])])
    assert (f"Thing: {STATEFUL[kind]}." in capsys.readouterr().out) == warned
