"""Before anything is uploaded, an unusable name, bucket or stack is reported, with what to do."""

import json
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import boto3
import pytest
from botocore.stub import Stubber

from operations.cloudformation import preflight
from operations.cloudformation.deploy import Options, deploy
from operations.cloudformation.preflight import RECOVERY, check_bucket, check_status
from operations.cloudformation.target import Target
from operations.command_line import main
from operations.errors import OperationError
from tests.operations.cloudformation.small_stack import BUCKET, OWN_PARAMETERS, STACK

UPDATABLE = [
    "REVIEW_IN_PROGRESS",
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
]
# Gone, or of an import of resources, which this project does not do.
NOT_SEEN = {"DELETE_COMPLETE", "IMPORT_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_FAILED"}
STATUSES: list[str] = boto3.client("cloudformation", "eu-central-1").meta.service_model.shape_for("StackStatus").enum  # type: ignore[attr-defined]  # of a string shape


def uploaded(target: Target) -> list[str]:
    """Return the keys in the bucket for artifacts."""
    return [one["Key"] for one in target.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


@pytest.mark.usefixtures("small_stack")
@pytest.mark.parametrize("name", ["my_stack", "1st", "", "a" * 129, "a b", "Stück"])
def test_invalid_stack_name_is_refused(target: Target, tmp_path: Path, name: str) -> None:
    """A name that CloudFormation refuses is reported before anything is written or uploaded."""
    with pytest.raises(OperationError, match="AWS would refuse the deployment"):
        deploy(target, name, tmp_path / "build", Options())
    assert (uploaded(target), (tmp_path / "build").exists()) == ([], False)


@pytest.mark.usefixtures("small_stack")
def test_missing_bucket_is_reported_first(
    target: Target, arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command says how to create the bucket, and has written no zip."""
    target.s3.delete_bucket(Bucket=BUCKET)
    assert main(arguments) == 1
    printed = capsys.readouterr().err
    message = f"operations deploy: the bucket {BUCKET} for artifacts does not exist; create one with: aws s3 mb "
    assert printed.startswith(message)
    assert not (tmp_path / "build").exists()


def test_bucket_in_another_region_is_reported(target: Target) -> None:
    """Lambda takes no code from another region: the message names both regions."""
    target.s3.delete_bucket(Bucket=BUCKET)
    boto3.client("s3", "eu-west-1").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    with pytest.raises(OperationError, match=r"is in eu-west-1 and the stack in us-east-1.*aws s3 mb s3://.*us-east-1"):
        check_bucket(target)


def test_bucket_of_another_account_is_reported(target: Target) -> None:
    """A bucket that may not be listed has another message than a bucket that does not exist."""
    with Stubber(target.s3) as s3:
        s3.add_client_error("head_bucket", "403", "Forbidden", http_status_code=403)
        with pytest.raises(OperationError, match="is not yours, or you may not list it"):
            check_bucket(target)


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_can_be_updated_or_is_reported(status: str) -> None:
    """In every status of CloudFormation a stack can be updated, or the message says how to get it out of that status."""
    if status in UPDATABLE:
        check_status({"StackStatus": status}, STACK)
    elif status not in NOT_SEEN:
        with pytest.raises(OperationError, match=f"stack {STACK} is in {status}: .*{STACK}") as caught:
            check_status({"StackStatus": status}, STACK)
        assert ("make destroy" in str(caught.value) or "aws cloudformation " in str(caught.value)) is True
        assert status in RECOVERY or "wait until that ends" in str(caught.value)


@pytest.mark.usefixtures("small_stack")
def test_stack_that_was_never_created_is_reported_first(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stack in ROLLBACK_COMPLETE has to be destroyed: the message says so before anything is uploaded."""
    known: dict[str, Any] = {"StackStatus": "ROLLBACK_COMPLETE", "Parameters": OWN_PARAMETERS}
    monkeypatch.setattr(preflight, "describe", lambda *_: known)
    with pytest.raises(OperationError, match=f"make destroy STACK={STACK}, then deploy again$"):
        deploy(target, STACK, tmp_path / "build", Options())
    assert uploaded(target) == []


@pytest.mark.usefixtures("small_stack")
def test_stack_of_another_project_is_reported_first(target: Target, tmp_path: Path) -> None:
    """If a stack belongs to another project, nothing is uploaded and no change set is created."""
    other = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    target.cloudformation.create_stack(StackName=STACK, TemplateBody=other)
    with pytest.raises(OperationError, match=f"stack {STACK} belongs to another project, .*: check the name"):
        deploy(target, STACK, tmp_path / "build", Options())
    assert uploaded(target) == []


def test_credentials_are_checked_first() -> None:
    """Unusable credentials are reported before any other request to AWS."""
    client = MagicMock()
    client.get_caller_identity.side_effect = EOFError
    with pytest.raises(EOFError):
        preflight.check(Target(lambda _: client, BUCKET), STACK)
    assert [call[0] for call in client.mock_calls] == ["get_caller_identity"]
