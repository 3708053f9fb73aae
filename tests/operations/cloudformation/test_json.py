"""`--json` of the commands that deploy and destroy: standard output has one object on each line, and nothing else."""

import json
from typing import Any

import pytest

from operations.cli.errors import NOT_CONFIRMED
from operations.cloudformation import deploy as deployment
from operations.cloudformation.target import Target
from operations.command_line import main
from tests.operations.cloudformation.small_stack import STACK

pytestmark = pytest.mark.usefixtures("small_stack", "target")


def _objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_changes_and_outputs_are_objects(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deployment prints each change and then each output."""
    monkeypatch.setattr(deployment, "outputs", lambda *_: {"Quality": "82"})
    assert main([*arguments, "--yes", "--json"]) == 0
    change, output = _objects(capsys.readouterr().out)
    assert (change["action"], change["resource"], change["type"]) == ("Add", "Topic", "AWS::SNS::Topic")
    assert output == {"output": "Quality", "value": "82"}


def test_question_is_not_on_standard_output(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question goes to standard error, where it is seen when the output is piped."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda: "n")
    assert main([*arguments, "--json"]) == NOT_CONFIRMED
    printed = capsys.readouterr()
    assert [one["resource"] for one in _objects(printed.out)] == ["Topic"]
    assert "Apply these 1 changes? [y/N] " in printed.err


def test_resources_of_a_destroyed_stack_are_objects(
    target: Target, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """`destroy` prints each resource, and whether it is kept."""
    main([*arguments, "--yes"])
    capsys.readouterr()
    assert main(["destroy", "--stack", STACK, "--json", "--yes"]) == 0
    (topic,) = _objects(capsys.readouterr().out)
    assert (topic["resource"], topic["type"], topic["kept"]) == ("Topic", "AWS::SNS::Topic", False)
    assert target.cloudformation.describe_stacks()["Stacks"] == []
