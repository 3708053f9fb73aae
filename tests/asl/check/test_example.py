"""The page docs/check.md: the commands it shows print what it shows, and what it lists is what there is."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from statelint.linter import Linter

from asl.check.integrations import SERVICES
from asl.check.json_schema import ANNOTATIONS, JOINED, KEYWORDS, WHOLE
from asl.check.mapping import Edges
from asl.check.sizes import LIMIT

ROOT = Path(__file__).parents[3]
ORDERS = ROOT / "docs/examples/orders"
PAGE = (ROOT / "docs/check.md").read_text(encoding="utf-8")

BLOCKS = [(kind, text) for kind, text in re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)]


def blocks(kind: str) -> list[str]:
    """Return the content of the page's fenced blocks of a kind."""
    return [text for one, text in BLOCKS if one == kind]


def section(title: str) -> str:
    """Return the section of the page under title."""
    (found,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def rows(text: str) -> list[list[str]]:
    """Return the cells of the tables in text."""
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line.startswith("| ")
    ]


def named(text: str) -> set[str]:
    """Return the parts of text between backticks."""
    return set(re.findall(r"`([^`]+)`", text))


@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: str(block).partition("orders/")[2].split()[0])
def test_command_prints_what_is_shown(block: str) -> None:
    """A command on the page prints what the page shows, a line of three dots standing for any lines."""
    command, _, shown = block.partition("\n")
    program, *arguments = shlex.split(command.removeprefix("$ "))
    assert program == "python"
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    parts = [re.escape(part) for part in re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE)]
    printed = done.stdout + done.stderr
    as_shown = re.fullmatch("(?:.*\n)*?".join(parts), printed) is not None
    assert as_shown, printed


def test_commands_show_every_exit_code() -> None:
    """The page shows a proof, findings and unusable input."""
    codes = {"proved:": 0, "not proved:": 0, "asl-check:": 0}
    for block in blocks("console"):
        codes.update((start, 1) for start in codes if re.search(rf"^{start}", block, re.MULTILINE))
    assert all(codes.values())


def test_broken_machine_differs_as_shown() -> None:
    """The broken machine is the proved one with the lines changed that the page shows."""
    (diff,) = blocks("diff")
    proved, broken = ((ORDERS / name).read_text(encoding="utf-8") for name in ("machine.json", "broken.json"))
    for gone, come in zip(*(re.findall(rf"^{sign}(.*)$", diff, re.MULTILINE) for sign in ("-", r"\+")), strict=True):
        assert gone in proved
        proved = proved.replace(gone, come) if proved.count(gone) == 1 else last_replaced(proved, gone, come)
    assert proved == broken


def last_replaced(text: str, old: str, new: str) -> str:
    """Return text with the last occurrence of old replaced."""
    before, _, after = text.rpartition(old)
    return before + new + after


@pytest.mark.parametrize("name", ["machine.json", "broken.json"])
def test_grammar_shows_none_of_the_mistakes(name: str) -> None:
    """The linter of the Amazon States Language finds nothing wrong with either machine: the mistakes are in the data."""
    assert Linter.validate(json.loads((ORDERS / name).read_text(encoding="utf-8"))) == []


def test_shown_mapping_is_the_example_s() -> None:
    """The mapping on the page is the beginning of the example's."""
    (shown,) = blocks("json")
    assert shown in (ORDERS / "contracts/mapping.json").read_text(encoding="utf-8")


def test_page_has_the_whole_dialect() -> None:
    """The table of keywords is the dialect: no more, no less."""
    documented = {
        name: named(" ".join(row[1:])) for row in rows(section("The contracts")) for name in named(row[0]) or {row[0]}
    }
    for name, keywords in KEYWORDS.items():
        assert documented[name] - {"const", "enum", "application/json"} == keywords
    assert documented["any"] == {"type", "$ref", *WHOLE, *JOINED}
    assert documented["notes"] == ANNOTATIONS


def test_page_has_all_edges_and_integrations() -> None:
    """The page names every edge of a mapping, and every service that is known."""
    assert set(Edges.__dataclass_fields__) <= {name for row in rows(section("The mapping")) for name in named(row[0])}
    assert {"lambda:invoke", *SERVICES} <= named(section("Services"))
    assert f"{LIMIT:,} bytes" in section("What it proves")


def test_accepted_place_is_written_as_the_mapping_reads_it() -> None:
    """The line that accepts something is JSON as it stands in a mapping."""
    (line,) = re.findall(r'^    ("accepted": .*)$', PAGE, re.MULTILINE)
    ((place, reason),) = json.loads(f"{{{line}}}")["accepted"].items()
    assert place.partition(".")[2] == "QueryLanguage"
    assert reason
