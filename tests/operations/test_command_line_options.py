"""The options that all commands have."""

import boto3
import pytest

from operations.command_line import parse
from tests.operations.stack_in_moto import StackInMoto


@pytest.mark.parametrize("arguments", [["--stack", "other", "status"], ["status", "--stack", "other"]])
def test_options_may_stand_before_and_after_the_command(arguments: list[str]) -> None:
    """An option of all commands is accepted in either place."""
    options = parse([*arguments, "--json"])
    assert (options.command, options.stack, options.json) == ("status", "other", True)


def test_options_have_defaults() -> None:
    """Without options a command works on the stack with the default name, and with the configured region and profile."""
    options = parse(["sweep"])
    assert (options.stack, options.region, options.profile, options.json) == (
        "quantum-image-processor",
        None,
        None,
        False,
    )


@pytest.mark.parametrize("command", [["deploy", "--artifacts", "bucket"], ["destroy"]])
def test_commands_that_change_a_stack_need_its_name(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """No stack is deployed or destroyed by default."""
    with pytest.raises(SystemExit, match="2"):
        parse(command)
    assert f"{command[0]} needs --stack NAME" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [["status", ""], ["redrive", ""], ["reprocess", " "], ["add-user", ""], ["--stack", "", "redrive", "--all"]],
    ids=["status", "redrive", "reprocess", "add-user", "stack"],
)
def test_empty_name_is_wrong_usage(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """`"$ID"` and `"$STACK"` of a shell where they are not set name nothing, and not the default stack."""
    with pytest.raises(SystemExit, match="2"):
        parse(command)
    assert "is a variable of the shell not set?" in capsys.readouterr().err


def test_region_is_used(stack: StackInMoto, monkeypatch: pytest.MonkeyPatch) -> None:
    """--region selects the region in which the stack is looked for."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto3.DEFAULT_SESSION)  # restores it
    result = stack.run("status", "--region", "eu-west-1")
    assert result.code == 1
    assert "in eu-west-1; name another stack" in result.err


def test_unknown_profile_is_reported(stack: StackInMoto, monkeypatch: pytest.MonkeyPatch) -> None:
    """--profile selects a profile; one that does not exist is reported with how to list those that do."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto3.DEFAULT_SESSION)
    result = stack.run("status", "--profile", "no-such-profile")
    assert result.code == 1
    assert "no-such-profile" in result.err
    assert "aws configure list-profiles" in result.err
