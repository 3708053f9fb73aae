"""Tables and progress, on a terminal and elsewhere."""

import json

import pytest

from operations.cli.progress import MAX_NAMES, progress_bar, spinner
from operations.cli.tables import print_sentence, print_table

COLUMNS, ROWS = ["action", "resource"], [["Add", "Bucket"], ["Remove", ""]]


def test_rows_are_plain_lines_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe or a file each row is a line, with tabs between the cells and without the names of the columns."""
    print_table(COLUMNS, ROWS)
    assert capsys.readouterr().out == "Add\tBucket\nRemove\n"


def test_rows_are_a_table_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the rows stand below the names of their columns."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    print_table(COLUMNS, ROWS)
    head, first, second = capsys.readouterr().out.splitlines()
    assert (head.split(), first.split(), second.split()) == (COLUMNS, ["Add", "Bucket"], ["Remove"])


def test_json_is_an_object_for_each_row(capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON each row is an object on its own line, with the names of the columns, and sentences go elsewhere."""
    print_sentence("Changes:", as_json=True)
    print_table(COLUMNS, ROWS, as_json=True)
    printed = capsys.readouterr()
    assert [json.loads(line) for line in printed.out.splitlines()] == [
        {"action": "Add", "resource": "Bucket"},
        {"action": "Remove", "resource": ""},
    ]
    assert printed.err == "Changes:\n"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rich take standard error for a terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")


@pytest.mark.usefixtures("terminal")
def test_progress_names_a_few(capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal the first resources in progress are named and the others counted."""
    with spinner("deploying") as update:
        update([f"Resource{number}" for number in range(MAX_NAMES + 2)])
    printed = capsys.readouterr().err
    assert all(f"Resource{number}" in printed for number in range(MAX_NAMES))
    assert f"Resource{MAX_NAMES}" not in printed
    assert "2 more" in printed


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("start", [True, False])
def test_spinner_waits_for_the_first_update(capsys: pytest.CaptureFixture[str], *, start: bool) -> None:
    """A spinner that is not started leaves the terminal to what is printed and asked before the operation."""
    with spinner("deploying", start=start):
        pass
    assert ("deploying" in capsys.readouterr().err) == start


@pytest.mark.usefixtures("terminal")
def test_progress_bar_counts(capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal the bar shows how many items there have been, and the items pass unchanged."""
    assert list(progress_bar(["a", "b"], 2, "images")) == ["a", "b"]
    printed = capsys.readouterr().err
    assert "images" in printed
    assert "2/2" in printed


def test_no_progress_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal nothing is printed during an operation."""
    with spinner("deploying", start=True) as update:
        update(["Resource"])
    assert list(progress_bar(["a"], 1, "images")) == ["a"]
    assert capsys.readouterr() == ("", "")
