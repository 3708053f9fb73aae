"""What a person sees at a terminal, and elsewhere."""

import pytest

from operations.cli.progress import MAX_NAMES, spinner
from operations.cli.tables import show_rows

HEADS, ROWS = ["action", "resource"], [["Add", "Bucket"], ["Remove", ""]]


def test_rows_are_plain_lines_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    """What is piped or logged has a line a row, tabs between the cells, and no heads."""
    show_rows(HEADS, ROWS)
    assert capsys.readouterr().out == "Add\tBucket\nRemove\n"


def test_rows_are_a_table_at_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal the rows stand below their heads."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    show_rows(HEADS, ROWS)
    head, first, second = capsys.readouterr().out.splitlines()
    assert (head.split(), first.split(), second.split()) == (HEADS, ["Add", "Bucket"], ["Remove"])


def test_progress_names_a_few(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal the first resources under way are named and the others counted."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    with spinner("deploying") as told:
        told([f"Resource{number}" for number in range(MAX_NAMES + 2)])
    printed = capsys.readouterr().err
    assert all(f"Resource{number}" in printed for number in range(MAX_NAMES))
    assert f"Resource{MAX_NAMES}" not in printed
    assert "2 more" in printed


def test_no_progress_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    """Elsewhere than at a terminal nothing is written while one waits."""
    with spinner("deploying") as told:
        told(["Resource"])
    assert capsys.readouterr() == ("", "")
