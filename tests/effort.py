"""The number of repetitions in tests: `make test` does a share of them, and `make test-all` does all.

A repetition is one more schedule, example, picture or combination of a kind that `make test` sees as well.
"""

import gc
import os

import pytest

THOROUGH = "THOROUGH"  # the variable that asks for all repetitions


def is_thorough() -> bool:
    """Return whether all repetitions are asked for."""
    return os.environ.get(THOROUGH, "") not in ("", "0")


def times(share: int, everything: int) -> int:
    """Return the number of repetitions: share in `make test`, everything in `make test-all`."""
    return everything if is_thorough() else share


repetition = pytest.mark.skipif(not is_thorough(), reason="a repetition, which `make test-all` runs")


class Effort:
    """A plugin that says how much is repeated, and lets the files start first that take longest.

    A worker takes whole files, so that a long one which started last would leave the other workers idle.
    """

    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the marker of files that take long, and let nothing be collected as garbage while tests are collected."""
        gc.disable()
        config.addinivalue_line("markers", "heavy: the file takes ten seconds or more, and starts before others")

    def pytest_report_header(self) -> str:
        """Return a line for the head of the report."""
        return f"repetitions: {'all' if is_thorough() else f'a share; {THOROUGH}=1 asks for all'}"

    def pytest_collection_finish(self) -> None:
        """Let the garbage collector ignore the existing objects: the collected tests stay to the end, and are many."""
        gc.collect()
        gc.freeze()
        gc.enable()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Move the tests of heavy files to the front; their order is kept otherwise, shuffled or not."""
        items.sort(key=lambda item: item.get_closest_marker("heavy") is None)
