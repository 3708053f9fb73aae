"""The share of a test's cases that `make test` runs."""

import pytest

from tests.effort import THOROUGH, Effort

pytest_plugins = ["pytester"]
CASES = """
import pytest

@pytest.mark.share(2)
@pytest.mark.parametrize("letter", "ab")
@pytest.mark.parametrize("number", range(3))
def test_with_a_share(number, letter): pass

@pytest.mark.share(4)
@pytest.mark.parametrize("number", range(3))
def test_with_a_share_of_all(number): pass

@pytest.mark.parametrize("number", range(3))
def test_without(number): pass
"""
ALL = ["0", "1", "2"]


def run(pytester: pytest.Pytester, *arguments: str) -> dict[str, list[str]]:
    """Run the cases and return, for each test, which of them were run."""
    pytester.makepyfile(test_cases=CASES)
    result = pytester.inline_run(*arguments, "-p", "no:xdist", "-p", "no:randomly", plugins=[Effort()])
    passed, _, _ = result.listoutcomes()
    seen: dict[str, list[str]] = {}
    for report in passed:
        name, _, case = report.nodeid.rpartition("::")[2].partition("[")
        seen.setdefault(name, []).append(case.rstrip("]"))
    return seen


def test_make_test_runs_a_share_of_the_cases(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as the mark says, spread over all; a test without the mark is run whole."""
    monkeypatch.delenv(THOROUGH, raising=False)
    seen = run(pytester)
    assert seen == {"test_with_a_share": ["0-a", "1-b"], "test_with_a_share_of_all": ALL, "test_without": ALL}


def test_make_test_all_runs_all_cases(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mark has no effect where all repetitions are asked for."""
    monkeypatch.setattr("tests.effort.is_thorough", lambda: True)
    assert len(run(pytester)["test_with_a_share"]) == 6


def test_a_case_that_is_named_is_run(pytester: pytest.Pytester) -> None:
    """A case beyond the share can be run by its name, to repeat a failure of `make test-all`."""
    assert run(pytester, "test_cases.py::test_with_a_share[2-b]") == {"test_with_a_share": ["2-b"]}
