"""The number of repetitions in tests: `make test` does a share of them, and `make test-all` does all.

A repetition is one more schedule, example, picture or combination of a kind that `make test` sees as well.
"""

import gc
import os
from collections import defaultdict

import pytest

THOROUGH = "THOROUGH"  # the variable that asks for all repetitions
SHARE = "share"  # the mark of a test of which `make test` runs some cases
# New objects before garbage is looked for, and how often in older ones: with Python's own 700, it is a tenth of the time.
GARBAGE = (50_000, 20, 50)


def is_thorough() -> bool:
    """Return whether all repetitions are asked for."""
    return os.environ.get(THOROUGH, "") not in ("", "0")


def times(share: int, everything: int) -> int:
    """Return the number of repetitions: share in `make test`, everything in `make test-all`."""
    return everything if is_thorough() else share


repetition = pytest.mark.skipif(not is_thorough(), reason="a repetition, which `make test-all` runs")


def cases_of_the_share(items: list[pytest.Item]) -> set[pytest.Item]:
    """Return the items without most cases of the tests that are marked with a share.

    Of the cases of a test, as many as the mark says are kept. They are spread evenly, in whatever order the items are.
    """
    cases: dict[str, list[pytest.Function]] = defaultdict(list)
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker(SHARE):
            cases[item.nodeid.partition("[")[0]].append(item)
    return set(items).difference(*(_repetitions(of_one) for of_one in cases.values()))


def _repetitions(cases: list[pytest.Function]) -> set[pytest.Function]:
    """Return all but the share of the cases of one test."""
    share: int = next(cases[0].iter_markers(SHARE)).args[0]
    ordered = sorted(cases, key=lambda item: tuple(item.callspec.indices.values()))
    return set(ordered).difference(ordered[number * len(ordered) // share] for number in range(share))


class Effort:
    """A plugin that says how much is repeated, and lets the files start first that take longest.

    A worker takes whole files, so that a long one which started last would leave the other workers idle.
    """

    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the markers, and let nothing be collected as garbage while tests are collected."""
        gc.disable()
        config.addinivalue_line("markers", f"{SHARE}(number): `make test` runs that number of the test's cases")
        config.addinivalue_line("markers", "heavy: the file takes ten seconds or more, and starts before others")

    def pytest_report_header(self) -> str:
        """Return a line for the head of the report."""
        return f"repetitions: {'all' if is_thorough() else f'a share; {THOROUGH}=1 asks for all'}"

    def pytest_collection_finish(self) -> None:
        """Let the garbage collector ignore the existing objects: the collected tests stay to the end, and are many."""
        gc.freeze()
        gc.set_threshold(*GARBAGE)
        gc.enable()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Collect what is garbage now, and no more: pytest would look through all objects five times, in each worker.

        The main process of workers has run no test, and would look through all reports.
        """
        if gc.isenabled():
            gc.collect()
        gc.freeze()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Drop the cases beyond a share, and move heavy files to the front; the order is kept otherwise.

        They do not count as deselected: a suite without them is whole, for the verdict on permissions.
        """
        if not (is_thorough() or any("[" in argument for argument in config.args)):  # a case that is named is run
            kept = cases_of_the_share(items)
            items[:] = [item for item in items if item in kept]
        items.sort(key=lambda item: item.get_closest_marker("heavy") is None)
