"""Deploying: what is uploaded, what counts as a change, and what is said when it goes wrong."""

import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import boto3
import pytest
from botocore.exceptions import ClientError, WaiterError
from botocore.stub import Stubber
from moto import mock_aws

from local import deploy as deployment
from local.deploy import DeploymentError, Target, deploy, main
from templates import assets
from templates.assets import Layer

BUCKET = "artifacts"
STACK = "pictures"
NO_CHANGES = [
    "The submitted information didn't contain changes. Submit different information to create a change set.",
    "No updates are to be performed.",
]


def _template(name: str = "first") -> str:
    """Return a small template that moto can deploy, with the one parameter; name is the topic's display name."""
    topic = {"DisplayName": {"Fn::Sub": f"{name} ${{ArtifactBucket}}"}}
    resources = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": topic}}
    return json.dumps({"Parameters": {"ArtifactBucket": {"Type": "String"}}, "Resources": resources})


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Deploy a small template and a layer of one small package."""
    lock = tmp_path / "small.lock"
    lock.write_text(f"iniconfig=={version('iniconfig')} \\\n", encoding="utf-8")
    monkeypatch.setattr(assets, "LAYERS", (Layer("SmallLayer", lock),))
    monkeypatch.setattr(deployment, "render", _template)


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    """Give an account in moto with an artifact bucket in it."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        yield Target(boto3.client("cloudformation"), s3, BUCKET, poll_seconds=0.01)


@pytest.fixture
def refusing() -> MagicMock:
    """Give a client of a CloudFormation that refuses every change set for a new stack."""
    client = MagicMock()
    client.describe_stacks.side_effect = ClientError(
        {"Error": {"Code": "ValidationError", "Message": f"Stack with id {STACK} does not exist"}}, "DescribeStacks"
    )
    client.create_change_set.return_value = {"Id": "the change set"}
    client.get_waiter.return_value.wait.side_effect = WaiterError("ChangeSetCreateComplete", "failed", {})
    client.describe_change_set.return_value = {"StatusReason": "Parameter Quality must be at most 100"}
    return client


def _keys(target: Target) -> set[str]:
    return {entry["Key"] for entry in target.s3.list_objects_v2(Bucket=BUCKET)["Contents"]}


def _deploy(target: Target, folder: Path) -> dict[str, str]:
    return deploy(target, STACK, folder, installed_layers=True)


def test_missing_zips_are_uploaded(target: Target, tmp_path: Path) -> None:
    """Code and layers lie in the bucket afterwards, under the keys that the template names."""
    _deploy(target, tmp_path / "build")
    assert {assets.code_key(), *(layer.key for layer in assets.LAYERS)} <= _keys(target)
    uploaded = target.s3.get_object(Bucket=BUCKET, Key=assets.code_key())["Body"].read()
    assert uploaded == (tmp_path / "build" / assets.code_key()).read_bytes()


def test_nothing_is_uploaded_twice(target: Target, tmp_path: Path) -> None:
    """A second run makes no zip, since a key that is there names the very content."""
    _deploy(target, tmp_path / "first")
    before = _keys(target)
    _deploy(target, tmp_path / "second")
    assert not (tmp_path / "second").exists()
    assert _keys(target) == before


def test_template_is_told_the_artifact_bucket(target: Target, tmp_path: Path) -> None:
    """The stack's one parameter without a default is the bucket that the zips are in."""
    _deploy(target, tmp_path)
    assert _display_names() == [f"first {BUCKET}"]


def test_template_that_changes_nothing_is_no_error(target: Target, tmp_path: Path) -> None:
    """The same template again leaves the stack as it is."""
    _deploy(target, tmp_path)
    before = target.cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    _deploy(target, tmp_path)
    assert target.cloudformation.describe_stacks(StackName=STACK)["Stacks"] == before


def test_changed_template_updates_the_stack(target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another template changes the resources of the stack that is there."""
    _deploy(target, tmp_path)
    monkeypatch.setattr(deployment, "render", lambda: _template("second"))
    _deploy(target, tmp_path)
    assert _display_names() == [f"second {BUCKET}"]


def _display_names() -> list[str]:
    """Return the display names of the topics that there are."""
    sns = boto3.client("sns")
    topics = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
    return [sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"] for topic in topics]


def test_bucket_that_may_not_be_read_is_an_error(target: Target, tmp_path: Path) -> None:
    """A refusal of the bucket is raised, and not taken for a zip that is missing."""
    with Stubber(target.s3) as s3:
        s3.add_client_error("head_object", "403", http_status_code=403)
        with pytest.raises(ClientError, match="403"):
            _deploy(target, tmp_path / "build")
    assert not (tmp_path / "build").exists()


def test_stack_that_may_not_be_read_is_an_error(target: Target, tmp_path: Path) -> None:
    """A refusal of CloudFormation is raised, and not taken for a stack that is missing."""
    with Stubber(target.cloudformation) as cloudformation:
        cloudformation.add_client_error("describe_stacks", "AccessDenied", "no", http_status_code=403)
        with pytest.raises(ClientError, match="AccessDenied"):
            _deploy(target, tmp_path)


def _stack(status: str, **more: Any) -> dict[str, Any]:
    return {"Stacks": [{"StackName": STACK, "CreationTime": 0, "StackStatus": status, **more}]}


def _event(resource: str, status: str, reason: str) -> dict[str, Any]:
    event = {"StackId": STACK, "EventId": resource, "StackName": STACK, "Timestamp": 0}
    return {**event, "LogicalResourceId": resource, "ResourceStatus": status, "ResourceStatusReason": reason}


def _answer(cloudformation: Stubber, status: str, change_set: dict[str, Any]) -> None:
    """Let CloudFormation answer up to a change set, for a stack in a status."""
    cloudformation.add_response("describe_stacks", _stack(status))
    cloudformation.add_response("create_change_set", {"Id": "arn:the-change-set"})
    cloudformation.add_response("describe_change_set", change_set)


def test_failure_names_what_failed_and_why(target: Target, tmp_path: Path) -> None:
    """The error of a failed stack names each failed resource with its reason, however many events came after."""
    with Stubber(target.cloudformation) as cloudformation:
        _answer(cloudformation, "REVIEW_IN_PROGRESS", {"Status": "CREATE_COMPLETE"})
        cloudformation.add_response("execute_change_set", {})
        cloudformation.add_response("describe_stacks", _stack("ROLLBACK_COMPLETE"))
        later = _event("UploadBucket", "DELETE_COMPLETE", "rolled back")
        failed = _event("MetadataTable", "CREATE_FAILED", "too many tables")
        cloudformation.add_response("describe_stack_events", {"StackEvents": [later], "NextToken": "more"})
        cloudformation.add_response("describe_stack_events", {"StackEvents": [failed]})
        with pytest.raises(DeploymentError) as caught:
            _deploy(target, tmp_path)
    assert str(caught.value) == f"stack {STACK} failed:\n  MetadataTable: too many tables"


@pytest.mark.parametrize("reason", NO_CHANGES)
def test_change_set_without_changes_is_removed(target: Target, tmp_path: Path, reason: str) -> None:
    """However CloudFormation says that nothing changes: nothing is executed, and the change set goes."""
    nothing = {"Status": "FAILED", "StatusReason": reason}
    with Stubber(target.cloudformation) as cloudformation:
        _answer(cloudformation, "CREATE_COMPLETE", nothing)
        cloudformation.add_response("describe_change_set", nothing)
        cloudformation.add_response("delete_change_set", {})
        outputs = [{"OutputKey": "Bucket", "OutputValue": BUCKET}]
        cloudformation.add_response("describe_stacks", _stack("CREATE_COMPLETE", Outputs=outputs))
        assert _deploy(target, tmp_path) == {"Bucket": BUCKET}
        cloudformation.assert_no_pending_responses()


def test_refused_change_set_says_why_each_time(target: Target, tmp_path: Path, refusing: MagicMock) -> None:
    """A refused change set is an error with its reason, and is not in the way when one deploys again."""
    for _ in range(2):
        with pytest.raises(DeploymentError, match="Quality must be at most 100"):
            _deploy(Target(refusing, target.s3, BUCKET), tmp_path)
    names = [call.kwargs["ChangeSetName"] for call in refusing.create_change_set.call_args_list]
    assert len(set(names)) == len(names) or refusing.delete_change_set.call_count == len(names)
    refusing.execute_change_set.assert_not_called()


def test_abandoned_review_is_taken_for_a_new_stack(target: Target, tmp_path: Path, refusing: MagicMock) -> None:
    """A stack of which only a change set was ever made is created, not updated."""
    refusing.describe_stacks.side_effect = None
    refusing.describe_stacks.return_value = _stack("REVIEW_IN_PROGRESS")
    with pytest.raises(DeploymentError):
        _deploy(Target(refusing, target.s3, BUCKET), tmp_path)
    assert refusing.create_change_set.call_args.kwargs["ChangeSetType"] == "CREATE"


@pytest.fixture
def arguments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the command line ask for a deployment."""
    asked = ["--stack", STACK, "--artifacts", BUCKET, "--build", str(tmp_path / "build"), "--installed-layers"]
    monkeypatch.setattr("sys.argv", ["deploy", *asked])


@pytest.mark.usefixtures("target", "arguments")
def test_command_line_prints_the_outputs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m local.deploy` prints each output on a line, in order, and exits with 0."""
    monkeypatch.setattr(deployment, "outputs", lambda _, stack: {"Second": "2", "First": stack})
    assert main() == 0
    assert capsys.readouterr().out == f"First: {STACK}\nSecond: 2\n"


@pytest.mark.usefixtures("arguments")
def test_command_line_tells_errors_in_a_line(target: Target, capsys: pytest.CaptureFixture[str]) -> None:
    """What AWS refuses is told on standard error with exit code 1, without a traceback."""
    target.s3.delete_bucket(Bucket=BUCKET)
    assert main() == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("deploy: ")


@pytest.mark.usefixtures("target", "arguments")
def test_command_line_without_a_region_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A machine with no region configured is told in a line, without a traceback."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert main() == 1
    assert "region" in capsys.readouterr().err


def test_parameters_keep_their_values(target: Target, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What an operator has set stays set when the stack is deployed again, unless it is named anew."""

    def two(name: str = "first") -> str:
        template = json.loads(_template(name))
        template["Parameters"]["Quality"] = {"Type": "Number", "Default": 82}
        return json.dumps(template)

    monkeypatch.setattr(deployment, "render", two)
    deploy(target, STACK, tmp_path, parameters={"Quality": "50"}, installed_layers=True)
    monkeypatch.setattr(deployment, "render", lambda: two("second"))
    deploy(target, STACK, tmp_path, installed_layers=True)
    found = target.cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["Parameters"]
    assert {one["ParameterKey"]: one["ParameterValue"] for one in found}["Quality"] == "50"
