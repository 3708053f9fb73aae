"""docs/reliability.md: each promise is shown by tests that run."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "reliability.md"
ROW = re.compile(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)

Named = set[tuple[str, str]]  # files below tests/, and tests in them


def promises() -> dict[str, Named]:
    """Return the tests that the page names for each promise: beside a file stand those that are in it."""
    found: dict[str, Named] = defaultdict(set)
    for promise, cell in ROW.findall(PAGE.read_text(encoding="utf-8").partition("## What shows it")[2]):
        words = re.findall(r"`([^`]+)`", cell)
        tests = [word for word in words if word.startswith("test_")]
        found[promise] |= {(file, test) for file in words if file.endswith(".py") for test in tests}
    return {promise: tests for promise, tests in found.items() if tests}


def test_each_promise_is_shown_by_a_test_that_runs(request: pytest.FixtureRequest) -> None:
    """In a run of the whole suite each promise has a test of those that it names, and where none is left out, all of them."""
    config = request.config
    if {Path(argument).resolve() for argument in config.args} != {TESTS} or config.option.keyword:
        pytest.skip("only a run of the whole suite tells which tests run")
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    run = {(item.path.relative_to(TESTS).as_posix(), item.originalname) for item in items}
    assert set(promises()) >= {"all five", *"12345"}
    for promise, named in promises().items():
        assert named & run, promise
        assert config.option.markexpr or named <= run, (promise, sorted(named - run))
