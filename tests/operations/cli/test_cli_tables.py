"""Tables and progress, on a terminal and elsewhere."""

import pytest

from operations.cli.progress import MAX_NAMES, spinner
from operations.cli.tables import print_table

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


def test_progress_names_a_few(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the first resources in progress are named and the others counted."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    with spinner("deploying") as update:
        update([f"Resource{number}" for number in range(MAX_NAMES + 2)])
    printed = capsys.readouterr().err
    assert all(f"Resource{number}" in printed for number in range(MAX_NAMES))
    assert f"Resource{MAX_NAMES}" not in printed
    assert "2 more" in printed


def test_no_progress_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal nothing is printed during an operation."""
    with spinner("deploying") as update:
        update(["Resource"])
    assert capsys.readouterr() == ("", "")
