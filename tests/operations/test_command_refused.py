"""What goes wrong before anything is done is told in a line that names it, never in a traceback."""

import os
import subprocess
import sys

import boto3
import pytest

from operations.__main__ import main
from tests.operations.desk import Desk


def test_stack_that_is_not_there_is_named(desk: Desk) -> None:
    """A name that no stack has is told, and how to give another."""
    told = desk.run("--stack", "none", "status", "any")
    assert (told.code, told.out) == (1, "")
    assert told.err == "operations: there is no stack none in eu-central-1; name another with --stack\n"


def test_stack_of_another_project_is_named(desk: Desk) -> None:
    """A stack without the outputs of this template is refused."""
    topic = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    boto3.client("cloudformation").create_stack(StackName="other", TemplateBody=topic)
    told = desk.run("--stack", "other", "status", "any")
    assert told.code == 1
    assert told.err.startswith("operations: stack other is none of this project")


@pytest.mark.parametrize(
    ("variables", "said"),
    [({"AWS_DEFAULT_REGION": "eu-central-1"}, "credentials"), ({}, "region")],
    ids=["no credentials", "no region"],
)
def test_missing_settings_are_told_in_a_line(variables: dict[str, str], said: str) -> None:
    """Without credentials or region the command says so, in one line."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    alone = {**own, **nowhere, "AWS_EC2_METADATA_DISABLED": "true", **variables}
    command = [sys.executable, "-m", "operations", "status", "any"]
    done = subprocess.run(command, env=alone, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("operations: ")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["redrive"], ["redrive", "--all", "id"], ["reprocess"], ["other"]])
def test_incomplete_command_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A command that does not say what is wanted, or says two things, is refused with how it is called."""
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "usage: python -m operations" in capsys.readouterr().err
