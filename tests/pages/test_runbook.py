"""docs/operations.md and docs/deployment.md: the tables are the template's, each alarm has its commands, every command exists."""

import re
import shlex
from pathlib import Path

import pytest

from lambdas.runtime import metrics
from operations.command_line import parse
from pages import runbook
from templates.resources.alarms import OTHER_FUNCTIONS, alarms
from tests.docs.aws_commands import check
from tests.effort import times
from tests.templates.emitted import resources, template

PAGE = Path("docs/operations.md")
TEXT = PAGE.read_text(encoding="utf-8") + Path("docs/deployment.md").read_text(encoding="utf-8")
LINES = [line for block in re.findall(r"```bash\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
COMMANDS = [found for line in LINES if (found := re.search(r"\baws ([\w-]+) ([\w-]+)(.*)", line))]
OPERATIONS = {"import", "rerender", "deploy", "destroy", "status", "redrive", "reprocess", "sweep", "add-user"}


def test_page_is_up_to_date() -> None:
    """The tables of alarms and costs are what `make docs` would generate now."""
    text = PAGE.read_text(encoding="utf-8")
    assert text == runbook.fill(text), "run `make docs`"


def test_page_without_a_mark_is_refused() -> None:
    """A page without one of its marks is refused."""
    with pytest.raises(ValueError, match="<!-- costs -->"):
        runbook.fill("<!-- alarms --><!-- /alarms -->")


def test_every_alarm_leads_to_its_commands() -> None:
    """Each alarm's link leads to a heading of the page with a command below it."""
    sections = re.split(r"^#+ ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    with_commands = {text.partition("\n")[0].lower().replace(" ", "-") for text in sections if "```bash" in text}
    links = {match[1] for alarm in alarms() if (match := re.search(r"\(#(.+)\)", runbook.link(alarm)))}
    assert links
    assert links <= with_commands


def test_failure_of_each_function_is_explained() -> None:
    """The section for functions that fail names each function that is no step; the steps share a line."""
    section = PAGE.read_text(encoding="utf-8").partition("\n### A function fails\n")[2].partition("\n### ")[0]
    lines = [line.partition(" failed")[0] for line in section.splitlines() if line.startswith("- ")]
    assert OTHER_FUNCTIONS.keys() <= set(re.findall(r"\w+Function\b", " ".join(lines)))


@pytest.mark.parametrize("command", COMMANDS[:: times(3, 1)], ids=lambda command: f"{command[1]} {command[2]}")
def test_command_exists(command: re.Match[str]) -> None:
    """A command of the pages has an operation of AWS, options that exist, and all required ones."""
    check(*command.groups())


def test_operators_commands_exist() -> None:
    """The command line of `operations` accepts its commands in the pages, and the pages have all of its commands."""
    given = [["--stack", "pictures", *shlex.split(line)[1:]] for line in LINES if line.startswith("operations ")]
    assert {parse(words).command for words in given} == OPERATIONS


def test_page_names_what_the_stack_has() -> None:
    """The outputs and resources that the pages look up exist in the stack."""
    text = "\n".join(LINES) + TEXT
    assert set(re.findall(r"\bout ([A-Z]\w+)", text)) <= template()["Outputs"].keys()
    assert set(re.findall(r"\bnamed ([A-Z]\w+)", text)) <= resources().keys()


def test_every_metric_is_explained_and_named_right() -> None:
    """The table of metrics has each metric of the functions, and the commands name no other one."""
    dimensions = {metrics.NAMESPACE, metrics.SERVICE, metrics.STEP}
    counted = {value for name, value in vars(metrics).items() if name.isupper()} - dimensions
    table = TEXT.partition("\n## Metrics\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    assert {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} == counted
    named = re.findall(
        rf"{metrics.NAMESPACE} --metric-name (\w+)|filter ([A-Z]\w+)\.|\$\.([A-Z]\w+)\[", "\n".join(LINES)
    )
    assert {name for groups in named for name in groups if name} <= counted
    assert len(named) == 3
