"""docs/operations.md: its tables are those of the template, each alarm has its commands, and every command exists."""

import re
import shlex
from pathlib import Path

import pytest

from operations import __main__ as operations
from operations import commands
from pages import runbook
from templates.resources.alarms import alarms
from tests.docs.aws_commands import check
from tests.templates.emitted import resources, template

PAGE = Path("docs/operations.md")
LINES = [
    line
    for block in re.findall(r"```bash\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for line in block.splitlines()
]
COMMANDS = [found for line in LINES if (found := re.search(r"\baws ([\w-]+) ([\w-]+)(.*)", line))]
OPERATIONS = ["status", "redrive", "reprocess", "sweep", "add_user"]


def test_page_is_up_to_date() -> None:
    """Alarms and costs stand in the page as `make docs` would write them now."""
    text = PAGE.read_text(encoding="utf-8")
    assert text == runbook.fill(text), "run `make docs`"


def test_page_without_a_mark_is_refused() -> None:
    """A page that has lost a mark is not taken for one that is up to date."""
    with pytest.raises(ValueError, match="<!-- costs -->"):
        runbook.fill("<!-- alarms --><!-- /alarms -->")


def test_every_alarm_leads_to_its_commands() -> None:
    """Each alarm's link leads to a heading of the page, below which there is a command."""
    sections = re.split(r"^#+ ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    with_commands = {text.partition("\n")[0].lower().replace(" ", "-") for text in sections if "```bash" in text}
    links = {match[1] for alarm in alarms() if (match := re.search(r"\(#(.+)\)", runbook.link(alarm)))}
    assert links
    assert links <= with_commands


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: f"{command[1]} {command[2]}")
def test_command_exists(command: re.Match[str]) -> None:
    """A command of the page names an operation of AWS, options that it has, and all that it must have."""
    check(*command.groups())


def test_operators_commands_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of the project's own that the page gives is one that its command line takes, and none is left out."""
    codes = dict(enumerate(OPERATIONS))
    monkeypatch.setattr(operations, "find_stack", lambda _: None)
    for code, name in codes.items():
        monkeypatch.setattr(commands, name, lambda *_, code=code: code)
    given = [shlex.split(line)[1:] for line in LINES if line.startswith("operations ")]
    assert {operations.main(words) for words in given} == codes.keys()


def test_page_names_what_the_stack_has() -> None:
    """What the page looks up are outputs and resources of the stack."""
    text = "\n".join(LINES) + PAGE.read_text(encoding="utf-8")
    assert set(re.findall(r"\bout ([A-Z]\w+)", text)) <= template()["Outputs"].keys()
    assert set(re.findall(r"\bnamed ([A-Z]\w+)", text)) <= resources().keys()
