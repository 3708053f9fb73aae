"""The schedules that the suite runs: the same in every run, so that a failure can be run again."""

import pytest

from tests.chaos.report import describe
from tests.chaos.runner import Runner
from tests.effort import times

pytestmark = pytest.mark.heavy

FIRST = 20_261_123  # seed
SHARE = times(20, 40)  # schedules of one test
SHARES = times(1, 50)


@pytest.mark.parametrize("share", range(SHARES))
def test_statements_hold_under_any_faults(runner: Runner, share: int) -> None:
    """Under any faults no image is lost, no outcome is double, and no image stays unfinished."""
    first = FIRST + share * SHARE
    print(f"seeds {first} to {first + SHARE - 1}")
    for seed in range(first, first + SHARE):
        result = runner.run(seed)
        assert not result.violations, describe(result)
