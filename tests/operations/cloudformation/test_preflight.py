"""Before anything is uploaded: a name, a bucket or a stack that will not do is told, and what to do."""

import json
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import boto3
import pytest
from botocore.stub import Stubber

from operations.cloudformation import preflight
from operations.cloudformation.deploy import Options, deploy, main
from operations.cloudformation.preflight import RECOVERY, check_bucket, check_status
from operations.cloudformation.target import Target
from operations.errors import OperationError
from tests.operations.cloudformation.small_stack import BUCKET, OURS, STACK

WITHOUT_WAITING = [
    "REVIEW_IN_PROGRESS",
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
]
# Gone, or of an import of resources, which this project does not do.
SEEN_BY_NOBODY = {"DELETE_COMPLETE", "IMPORT_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_FAILED"}
STATUSES: list[str] = boto3.client("cloudformation", "eu-central-1").meta.service_model.shape_for("StackStatus").enum  # type: ignore[attr-defined]  # of a string shape


def uploaded(target: Target) -> list[str]:
    """Return the keys in the bucket for artifacts."""
    return [one["Key"] for one in target.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("name", ["my_stack", "1st", "", "a" * 129, "a b", "Stück"])
def test_name_that_no_stack_has_is_refused(target: Target, tmp_path: Path, name: str) -> None:
    """A name that CloudFormation does not take is told before anything is made or uploaded."""
    with pytest.raises(OperationError, match="AWS would refuse the deployment"):
        deploy(target, name, tmp_path / "build", Options())
    assert (uploaded(target), (tmp_path / "build").exists()) == ([], False)


@pytest.mark.usefixtures("small")
def test_bucket_that_is_not_there_is_told_first(
    target: Target, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The command says how to make the bucket, and has made no zip."""
    target.s3.delete_bucket(Bucket=BUCKET)
    assert main(arguments) == 1
    printed = capsys.readouterr().err
    assert printed.startswith(f"deploy: the bucket {BUCKET} for artifacts is not there; make one with: aws s3 mb ")
    assert not Path(arguments[5]).exists()


def test_bucket_of_another_region_is_told(target: Target) -> None:
    """Lambda takes no code from another region: both are named."""
    target.s3.delete_bucket(Bucket=BUCKET)
    boto3.client("s3", "eu-west-1").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    with pytest.raises(OperationError, match=r"is in eu-west-1, the stack in us-east-1.*aws s3 mb s3://.*us-east-1"):
        check_bucket(target)


def test_bucket_of_somebody_else_is_told(target: Target) -> None:
    """A bucket that may not be listed is told from one that is not there."""
    with Stubber(target.s3) as s3:
        s3.add_client_error("head_bucket", "403", "Forbidden", http_status_code=403)
        with pytest.raises(OperationError, match="is not yours, or you may not list it"):
            check_bucket(target)


@pytest.mark.parametrize("status", STATUSES)
def test_each_status_is_one_that_takes_changes_or_is_told(status: str) -> None:
    """For every status that CloudFormation has: a stack takes changes, is waited for, or there is a way out of it."""
    if status in WITHOUT_WAITING:
        check_status({"StackStatus": status}, STACK)
    elif status not in SEEN_BY_NOBODY:
        with pytest.raises(OperationError, match=f"stack {STACK} is in {status}: .*{STACK}") as caught:
            check_status({"StackStatus": status}, STACK)
        assert ("make destroy" in str(caught.value) or "aws cloudformation " in str(caught.value)) is True
        assert status in RECOVERY or "wait for its end" in str(caught.value)


@pytest.mark.usefixtures("small")
def test_stack_that_was_never_made_is_told_first(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stack in ROLLBACK_COMPLETE is to be destroyed: that is said before anything is uploaded."""
    known: dict[str, Any] = {"StackStatus": "ROLLBACK_COMPLETE", "Parameters": OURS}
    monkeypatch.setattr(preflight, "describe", lambda *_: known)
    with pytest.raises(OperationError, match=f"make destroy STACK={STACK}, then deploy again$"):
        deploy(target, STACK, tmp_path / "build", Options())
    assert uploaded(target) == []


@pytest.mark.usefixtures("small")
def test_stack_of_another_project_is_told_first(target: Target, tmp_path: Path) -> None:
    """Under a wrong name nothing is uploaded, and nobody's resources are proposed to be removed."""
    other = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    target.cloudformation.create_stack(StackName=STACK, TemplateBody=other)
    with pytest.raises(OperationError, match=f"stack {STACK} is none of this project, .*: is its name right"):
        deploy(target, STACK, tmp_path / "build", Options())
    assert uploaded(target) == []


def test_credentials_are_asked_for_first() -> None:
    """Whatever is wrong with the credentials is said before anything else is asked of AWS."""
    client = MagicMock()
    client.get_caller_identity.side_effect = EOFError
    with pytest.raises(EOFError):
        preflight.check(Target(lambda _: client, BUCKET), STACK)
    assert [call[0] for call in client.mock_calls] == ["get_caller_identity"]
