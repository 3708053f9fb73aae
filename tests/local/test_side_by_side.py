"""The template twice in one account."""

from pathlib import Path

from local.deploy import Options, deploy
from local.destroy import destroy
from local.stacks import described, resources
from local.target import Target
from tests.local.account import BUCKET, Account

# The first is one for the whole account, whoever sets it; the second has a name within its API only.
NOT_NAMED = {"AWS::ApiGateway::Account", "AWS::ApiGateway::Stage"}


def test_two_stacks_have_no_name_in_common(account: Account, tmp_path: Path) -> None:
    """Two stacks of the template are complete side by side, no resource is one of both, and one goes without the other."""
    cloudformation, s3 = account.client("cloudformation"), account.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    target = Target(cloudformation, s3, BUCKET, poll_seconds=0.1)
    found = {}
    for stack in ("first", "second"):
        deploy(target, stack, tmp_path, Options(installed_layers=True))
        assert described(cloudformation, stack)["StackStatus"] == "CREATE_COMPLETE"
        own = (one for one in resources(cloudformation, stack) if one["ResourceType"] not in NOT_NAMED)
        found[stack] = {one["PhysicalResourceId"]: one["LogicalResourceId"] for one in own}
    assert found["first"].keys().isdisjoint(found["second"])
    assert set(found["first"].values()) == set(found["second"].values())
    destroy(account.client, "first", poll_seconds=0.1)
    assert not described(cloudformation, "first")
    assert _are_there(account, "second")


def _are_there(account: Account, stack: str) -> bool:
    """Tell whether every function and bucket of stack is there."""
    found = {one["FunctionName"] for one in account.client("lambda").list_functions(MaxItems=1000)["Functions"]}
    found |= {bucket["Name"] for bucket in account.client("s3").list_buckets()["Buckets"]}
    kinds = {"AWS::Lambda::Function", "AWS::S3::Bucket"}
    wanted = (one for one in resources(account.client("cloudformation"), stack) if one["ResourceType"] in kinds)
    return found.issuperset(one["PhysicalResourceId"] for one in wanted)
