"""Two stacks of the template in one account."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from local import layers
from operations.cloudformation.deploy import Options, deploy
from operations.cloudformation.destroy import Resource, destroy, inventory
from operations.cloudformation.stacks import describe
from operations.cloudformation.target import Target
from tests.local.account import Account
from tests.operations.cloudformation.small_stack import BUCKET

pytestmark = pytest.mark.heavy

LOGS_ROLE = {"ApiAccount", "ApiAccountRole"}  # one for the whole account
LISTED = {"AWS::Lambda::Function", "AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::IAM::Role"}
NOT_NAMED = {"AWS::ApiGateway::Stage"}  # its name is unique within its API only


@pytest.fixture
def target(empty_account: Account) -> Target:
    """Return an emulated account with an artifact bucket."""
    target = Target(empty_account.client, BUCKET, poll_seconds=0.1)
    target.s3.create_bucket(Bucket=BUCKET)
    return target


def test_two_stacks_share_no_resource(target: Target, tmp_path: Path) -> None:
    """Two stacks have no resource in common, and destroying one does not change the other.

    Retained resources stay, among them the role that API Gateway writes logs with, for both.
    """
    first, second = (_deployed(target, stack, tmp_path) for stack in ("first", "second"))
    assert first.keys().isdisjoint(second)
    assert _logical(first.values()) - _logical(second.values()) == LOGS_ROLE
    role = _logs_role(target)
    assert role in first
    kept = {name for name, one in first.items() if one.is_kept}
    destroy(target.client, "first", poll_seconds=0.1)
    assert not describe(target.cloudformation, "first")
    existing = _existing(target)
    assert existing & first.keys() == existing & kept == {name for name in kept if first[name].resource_type in LISTED}
    assert existing & second.keys() == {name for name, one in second.items() if one.resource_type in LISTED}
    assert _logs_role(target) == role


def _deployed(target: Target, stack: str, folder: Path) -> dict[str, Resource]:
    """Deploy a stack, and return its resources by physical ID."""
    deploy(target, stack, folder, Options(packager=layers.packager()))
    assert describe(target.cloudformation, stack)["StackStatus"] == "CREATE_COMPLETE"
    return {one.physical_id: one for one in inventory(target.client, stack) if one.resource_type not in NOT_NAMED}


def _logical(found: Iterable[Resource]) -> set[str]:
    return {one.logical_id for one in found}


def _existing(target: Target) -> set[str]:
    """Return the names of all functions, buckets, tables and roles of the account."""
    functions = target.client("lambda").list_functions(MaxItems=1000)["Functions"]
    roles = target.client("iam").list_roles(MaxItems=1000)["Roles"]
    return {
        *(one["FunctionName"] for one in functions),
        *(one["Name"] for one in target.s3.list_buckets()["Buckets"]),
        *target.client("dynamodb").list_tables()["TableNames"],
        *(one["RoleName"] for one in roles),
    }


def _logs_role(target: Target) -> str:
    """Return the name of the role that API Gateway writes logs with."""
    arn: str = target.client("apigateway").get_account()["cloudwatchRoleArn"]
    return arn.rpartition("/")[2]
