"""The role with which API Gateway writes logs: a new stack leaves the account's role as it is."""

import json
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber

from operations.cloudformation import deploy as deployment
from operations.cloudformation.deploy import Options, deploy
from operations.cloudformation.logs_role import PARAMETER
from operations.cloudformation.stacks import describe
from operations.cloudformation.target import Target
from operations.command_line import main
from tests.operations.cloudformation.small_stack import STACK, template

pytestmark = pytest.mark.usefixtures("small_stack", "choosing")  # in this order


@pytest.fixture
def choosing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deploy a template that has the parameter."""
    monkeypatch.setattr(deployment, "render", lambda: template(**{PARAMETER: "CREATE"}))


@pytest.fixture
def role(target: Target) -> str:
    """Create the account's role for logs, and return its name."""
    iam, name = boto3.client("iam"), "another-stacks"
    made = iam.create_role(RoleName=name, Path="/logs/", AssumeRolePolicyDocument=json.dumps({"Statement": []}))
    named = {"op": "replace", "path": "/cloudwatchRoleArn", "value": made["Role"]["Arn"]}
    target.client("apigateway").update_account(patchOperations=[named])
    return name


def _deployed(target: Target, folder: Path, **parameters: str) -> tuple[str, list[str]]:
    """Deploy, and return the stack's value of the parameter and the notices."""
    notices: list[str] = []
    deploy(target, STACK, folder, Options(parameters, notice=notices.append))
    found = describe(target.cloudformation, STACK)["Parameters"]
    return {one["ParameterKey"]: one["ParameterValue"] for one in found}[PARAMETER], notices


def test_new_stack_leaves_the_existing_role(target: Target, role: str, tmp_path: Path) -> None:
    """If the account has a role, a new stack leaves it, and the notice names the role."""
    value, (sentence,) = _deployed(target, tmp_path)
    assert value == "EXISTING"
    assert role in sentence


@pytest.mark.usefixtures("role")
def test_command_prints_the_notice(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """`operations deploy` prints the notice on one line, before the changes and the question."""
    main(arguments)
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert f"{PARAMETER}=EXISTING" in first
    assert second.startswith("Changes to stack")


def test_new_stack_sets_a_role_if_there_is_none(target: Target, tmp_path: Path) -> None:
    """If the account has no role, the template's default creates one, without a notice."""
    assert _deployed(target, tmp_path) == ("CREATE", [])


def test_new_stack_sets_a_role_if_the_existing_one_was_deleted(target: Target, role: str, tmp_path: Path) -> None:
    """A setting that names a deleted role counts as none; a first creation that failed leaves such a setting."""
    boto3.client("iam").delete_role(RoleName=role)
    assert _deployed(target, tmp_path) == ("CREATE", [])


@pytest.mark.usefixtures("role")
def test_named_value_is_used(target: Target, tmp_path: Path) -> None:
    """A value that is named is used, also if the account has a role."""
    assert _deployed(target, tmp_path, **{PARAMETER: "CREATE"}) == ("CREATE", [])


def test_stack_keeps_its_value(target: Target, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A stack that created the role keeps its value, though the account has a role by then."""
    _deployed(target, tmp_path)
    request.getfixturevalue("role")
    assert _deployed(target, tmp_path) == ("CREATE", [])


def test_account_that_cannot_be_read_is_reported(target: Target, tmp_path: Path) -> None:
    """If the account's setting cannot be read, the template's default applies, and the notice says why."""
    services = {name: boto3.client(name) for name in ("cloudformation", "s3", "apigateway", "sts")}
    asking = replace(target, client=services.__getitem__)
    with Stubber(services["apigateway"]) as apigateway:
        apigateway.add_client_error("get_account", "AccessDeniedException", "not yours to read", http_status_code=403)
        value, (sentence,) = _deployed(asking, tmp_path)
    assert value == "CREATE"
    assert "not yours to read" in sentence
