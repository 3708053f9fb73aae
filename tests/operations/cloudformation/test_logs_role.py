"""The role by which API Gateway writes logs: a new stack leaves the one that the account has."""

import json
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber

from operations.cloudformation import deploy as deployment
from operations.cloudformation.deploy import Options, deploy, main
from operations.cloudformation.logs_role import PARAMETER
from operations.cloudformation.stacks import describe
from operations.cloudformation.target import Target
from tests.operations.cloudformation.small_stack import STACK, template

pytestmark = pytest.mark.usefixtures("small", "choosing")  # in this order


@pytest.fixture
def choosing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deploy a template with the parameter."""
    monkeypatch.setattr(deployment, "render", lambda: template(**{PARAMETER: "CREATE"}))


@pytest.fixture
def role(target: Target) -> str:
    """Let the account have a role for logs, and give its name."""
    iam, name = boto3.client("iam"), "another-stacks"
    made = iam.create_role(RoleName=name, Path="/logs/", AssumeRolePolicyDocument=json.dumps({"Statement": []}))
    named = {"op": "replace", "path": "/cloudwatchRoleArn", "value": made["Role"]["Arn"]}
    target.client("apigateway").update_account(patchOperations=[named])
    return name


def _deployed(target: Target, folder: Path, **parameters: str) -> tuple[str, list[str]]:
    """Deploy, and return the value that the stack has then and what was said."""
    said: list[str] = []
    deploy(target, STACK, folder, Options(parameters, installed_layers=True, say=said.append))
    found = describe(target.cloudformation, STACK)["Parameters"]
    return {one["ParameterKey"]: one["ParameterValue"] for one in found}[PARAMETER], said


def test_new_stack_leaves_the_role_that_is_set(target: Target, role: str, tmp_path: Path) -> None:
    """Where the account has a role, a new stack is told to leave it, and whoever deploys reads which one it is."""
    value, (sentence,) = _deployed(target, tmp_path)
    assert value == "EXISTING"
    assert role in sentence


@pytest.mark.usefixtures("role")
def test_command_line_says_so(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m operations.cloudformation.deploy` says it in a line, before the changes and the question."""
    main(arguments)
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert f"{PARAMETER}=EXISTING" in first
    assert second.startswith("Changes to stack")


def test_new_stack_sets_a_role_where_there_is_none(target: Target, tmp_path: Path) -> None:
    """Where the account has none, the template's default makes one, without a word."""
    assert _deployed(target, tmp_path) == ("CREATE", [])


def test_new_stack_sets_a_role_where_the_one_set_is_gone(target: Target, role: str, tmp_path: Path) -> None:
    """A setting that names a role which is no more, as a stack's first creation that failed leaves it, counts as none."""
    boto3.client("iam").delete_role(RoleName=role)
    assert _deployed(target, tmp_path) == ("CREATE", [])


@pytest.mark.usefixtures("role")
def test_named_value_holds(target: Target, tmp_path: Path) -> None:
    """Whoever names a value gets it, whatever the account has."""
    assert _deployed(target, tmp_path, **{PARAMETER: "CREATE"}) == ("CREATE", [])


def test_stack_keeps_its_value(target: Target, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A stack that set the role goes on setting it, though the account has one by then."""
    _deployed(target, tmp_path)
    request.getfixturevalue("role")
    assert _deployed(target, tmp_path) == ("CREATE", [])


def test_account_that_does_not_answer_is_told(target: Target, tmp_path: Path) -> None:
    """Where the account does not say, the template's default holds, and the reason is told."""
    services = {name: boto3.client(name) for name in ("cloudformation", "s3", "apigateway", "sts")}
    asking = replace(target, client=services.__getitem__)
    with Stubber(services["apigateway"]) as apigateway:
        apigateway.add_client_error("get_account", "AccessDeniedException", "not yours to read", http_status_code=403)
        value, (sentence,) = _deployed(asking, tmp_path)
    assert value == "CREATE"
    assert "not yours to read" in sentence
