"""Errors before an operation begins are printed on one line, without a traceback."""

import os
import subprocess
import sys

import boto3
import pytest

from operations.command_line import main
from tests.operations.stack_in_moto import StackInMoto


def test_missing_stack_is_named(stack: StackInMoto) -> None:
    """If there is no stack with the name, the error says so, and how to name another one."""
    result = stack.run("--stack", "none", "status", "any")
    assert (result.code, result.out) == (1, "")
    assert result.err == "operations status: there is no stack none in eu-central-1; name another stack with --stack\n"


def test_stack_of_another_project_is_named(stack: StackInMoto) -> None:
    """A stack without the outputs of this template is refused."""
    topic = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    boto3.client("cloudformation").create_stack(StackName="other", TemplateBody=topic)
    result = stack.run("--stack", "other", "status", "any")
    assert result.code == 1
    assert result.err.startswith("operations status: stack other belongs to another project")


@pytest.mark.share(1)
@pytest.mark.parametrize(
    ("variables", "message"),
    [({"AWS_DEFAULT_REGION": "eu-central-1"}, "credentials"), ({}, "region")],
    ids=["no credentials", "no region"],
)
def test_missing_settings_are_reported_on_one_line(variables: dict[str, str], message: str) -> None:
    """Without credentials or a region one line says so."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    alone = {**own, **nowhere, "AWS_EC2_METADATA_DISABLED": "true", **variables}
    command = [sys.executable, "-m", "operations", "status", "any"]
    done = subprocess.run(command, env=alone, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("operations status: ")
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["redrive"],
        ["redrive", "--all", "id"],
        ["reprocess"],
        ["other"],
        ["deploy", "--stack", "pictures"],
        ["deploy", "--artifacts", "bucket"],
        ["destroy"],
    ],
)
def test_incomplete_command_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A command line that is incomplete or contradictory is refused with its usage."""
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "usage: python -m operations" in capsys.readouterr().err
