"""The forms of the result for tools: SARIF, JUnit and GitHub's annotations."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from asl.check.cli import main

ORDERS = Path(__file__).parents[3] / "docs/examples/orders"
FILE = str(ORDERS / "broken.json")
COMMAND = [FILE, "--contracts", str(ORDERS / "contracts"), "--format"]
LINES = {"Charge": 77, "SaveOrder": 108, "TellStaff": 141}


def output(form: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what the command prints for a machine with three errors."""
    assert main([*COMMAND, form]) == 1
    return capsys.readouterr().out


def test_sarif(capsys: pytest.CaptureFixture[str]) -> None:
    """SARIF 2.1.0 has a result for each finding, with its rule, level, message, file and line."""
    document = json.loads(output("sarif", capsys))
    (run,) = document["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert document["version"] == "2.1.0"
    lines = {}
    for result in run["results"]:
        (location,) = result["locations"]
        assert result["ruleId"] in rules
        assert result["level"] in ("error", "warning", "note", "none")
        assert location["physicalLocation"]["artifactLocation"]["uri"] == FILE
        (state,) = location["logicalLocations"]
        lines[state["name"]] = location["physicalLocation"]["region"]["startLine"]
        assert state["name"] in result["message"]["text"]
    assert lines == LINES


def test_junit(capsys: pytest.CaptureFixture[str]) -> None:
    """JUnit has a test case for each state, and a failure in those with findings."""
    root = ET.fromstring(output("junit", capsys))  # noqa: S314 - ours
    (suite,) = root
    failed = {case.attrib["name"] for case in suite if case.find("failure") is not None}
    assert failed == set(LINES)
    assert (suite.attrib["failures"], int(suite.attrib["tests"])) == ("3", len(suite))


def test_github(capsys: pytest.CaptureFixture[str]) -> None:
    """Each finding is a workflow command, `::error file=...,line=...::message`, with its special characters escaped."""
    *commands, verdict = output("github", capsys).splitlines()
    assert verdict == "not proved"
    found = [
        re.fullmatch(r"::error file=(.+),line=(\d+),col=\d+,title=asl-check%3A error::(\w+), .+", one)
        for one in commands
    ]
    assert {one[3]: int(one[2]) for one in found if one} == LINES
    assert all(one and one[1] == FILE for one in found)


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github"])
def test_text_of_strangers_is_printable(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name with control characters or with the signs of a format does not leave its place."""
    name = 'A::error\n%0A"<&>\x1b[31m'
    states = {name: {"Type": "Pass", "Wrong": 1, "End": True}}
    file = tmp_path / "m.json"
    file.write_text(json.dumps({"StartAt": name, "States": states}))
    assert main([str(file), "--format", form]) == 1
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert form != "github" or len(printed.splitlines()) == 2
    if form == "junit":
        ET.fromstring(printed)  # noqa: S314 - ours


def test_no_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    """--no-sizes prints no sizes, and reports none."""
    assert main([str(ORDERS / "machine.json"), "--contracts", str(ORDERS / "contracts"), "--no-sizes"]) == 0
    assert capsys.readouterr().out == "proved: every state gets what it needs on every path\n"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """--version names the command."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("asl-check ")
