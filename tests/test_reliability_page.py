"""docs/reliability.md: each promise has tests, which exist and run."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "reliability.md"
ROW = re.compile(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
GROUP = re.compile(r"(?:`[^`]+\.py`[^`]*)+(?:`test_\w+`[^`]*)+")

Named = set[tuple[str, str]]  # files below tests/, and tests in them


def promises() -> dict[str, Named]:
    """Return the tests that the page names for each promise: the tests after one file or several are in each of these."""
    found: dict[str, Named] = defaultdict(set)
    for promise, cell in ROW.findall(PAGE.read_text(encoding="utf-8").partition("## Tests of each promise")[2]):
        for part in GROUP.findall(cell):
            files, tests = (re.findall(pattern, part) for pattern in (r"`([^`]+\.py)`", r"`(test_\w+)`"))
            found[promise] |= {(file, test) for file in files for test in tests}
    return found


def is_left_out(item: pytest.Item) -> bool:
    """Return whether a test is marked as one that this run skips."""
    return any(marker.args[:1] == (True,) for marker in item.iter_markers("skipif"))


def test_each_named_test_is_there() -> None:
    """Each file that the page names defines the tests that it names there, so that a rename is noticed in any run."""
    for file, test in {named for tests in promises().values() for named in tests}:
        path = TESTS / file
        assert path.is_file(), file
        assert re.search(rf"^ *(async )?def {test}\(", path.read_text(encoding="utf-8"), re.MULTILINE), (file, test)


def test_each_promise_is_shown_by_tests_that_run(request: pytest.FixtureRequest) -> None:
    """In a run of the whole suite every test that the page names is there, and one of each promise at least is run."""
    config = request.config
    chosen = {Path(argument).resolve() for argument in config.args} != {TESTS}
    if chosen or config.option.keyword or config.option.markexpr:
        pytest.skip("only a run of the whole suite shows which tests run")
    there: dict[tuple[str, str], bool] = defaultdict(bool)
    for item in request.session.items:
        if isinstance(item, pytest.Function):
            there[item.path.relative_to(TESTS).as_posix(), item.originalname] |= not is_left_out(item)
    assert set(promises()) >= {"all six", *"123456"}
    for promise, named in promises().items():
        assert named <= there.keys(), (promise, sorted(named - there.keys()))
        assert any(there[test] for test in named), promise
