"""Part 1 of 4 of the schedules that the suite runs."""

from tests.chaos.runner import Runner
from tests.chaos.storms import assert_all_hold


def test_whatever_goes_wrong_the_statements_hold(runner: Runner) -> None:
    """Nothing is lost, nothing happens twice and nothing gets stuck, whatever goes wrong."""
    assert_all_hold(runner, 0)
