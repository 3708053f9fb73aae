"""docs/reliability.md: every test that it names exists."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "reliability.md"

ROWS = re.findall(r"^\|[^|]+\|[^|]+\| (`[^|]+`.*) \|$", PAGE.read_text().partition("## What shows it")[2], re.MULTILINE)


def named(row: str) -> tuple[list[Path], list[str]]:
    """Return the files and the tests that a row names."""
    words = re.findall(r"`([^`]+)`", row)
    return [TESTS / word for word in words if word.endswith(".py")], [w for w in words if w.startswith("test_")]


def test_each_promise_names_a_test_that_exists() -> None:
    """In each row each file holds the tests that are named beside it."""
    assert len(ROWS) > 20
    for row in ROWS:
        files, tests = named(row)
        assert files, row
        assert tests, row
        for file in files:
            text = file.read_text()
            for test in tests:
                assert f"def {test}(" in text, f"{file.name} has no {test}"
