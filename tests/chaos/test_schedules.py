"""The schedules that the suite runs: the same in every run, so that a failure can be run again."""

import pytest

from tests.chaos.report import told
from tests.chaos.runner import Runner
from tests.effort import times

pytestmark = pytest.mark.heavy

FIRST = 20_261_123  # seed
SHARE = 50  # schedules of one test
SHARES = times(1, 40)


@pytest.mark.parametrize("share", range(SHARES))
def test_whatever_goes_wrong_the_statements_hold(runner: Runner, share: int) -> None:
    """Nothing is lost, nothing happens twice and nothing gets stuck, whatever goes wrong."""
    first = FIRST + share * SHARE
    print(f"seeds {first} to {first + SHARE - 1}")
    for seed in range(first, first + SHARE):
        result = runner.run(seed)
        assert not result.violations, told(result)
