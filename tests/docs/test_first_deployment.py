"""docs/first-deployment.md: short enough to be gone through, and every command in it exists."""

import re
import shlex
from pathlib import Path

import pytest

from operations.cli.arguments import pair
from operations.command_line import parse
from tests.docs.aws_commands import check
from tests.templates.emitted import resources, template

TEXT = Path("docs/first-deployment.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\| \d+ \|.*$", TEXT, re.MULTILINE)
CODE = [code for line in LINES for code in re.findall(r"`([^`]+)`", line)]
AWS = [found for code in CODE if (found := re.fullmatch(r"aws ([\w-]+) ([\w-]+)(.*)", code))]


def test_list_is_short_and_numbered_in_order() -> None:
    """The list has at most fifteen items, numbered in order."""
    assert [int(line.split("|")[1]) for line in LINES] == list(range(1, len(LINES) + 1))
    assert 10 < len(LINES) <= 15


@pytest.mark.parametrize("command", AWS, ids=lambda command: f"{command[1]} {command[2]}")
def test_command_of_aws_exists(command: re.Match[str]) -> None:
    """AWS has each operation that is called, with the options that are named."""
    check(*command.groups())


def test_operators_commands_exist() -> None:
    """The command line of `operations` accepts its commands."""
    given = [shlex.split(code)[1:] for code in CODE if code.startswith("operations ")]
    assert {parse(words).command for words in given} == {"status", "add-user", "redrive", "rerender", "sweep"}


def test_named_things_exist() -> None:
    """Parameters, outputs and resources that are named are the template's."""
    text = "\n".join(LINES)
    given = [pair(one)[0] for group in re.findall(r'PARAMETERS="([^"]+)"', text) for one in group.split()]
    assert {*given, *re.findall(r"`(Workflow\w+)=", text)} <= template()["Parameters"].keys()
    assert set(re.findall(r"\bout (\w+)\)", text)) <= template()["Outputs"].keys()
    assert set(re.findall(r"\bnamed (\w+)\)", text)) <= resources().keys()
