"""The schedules that the suite runs: always the same, spread over a few files so that several processes share them."""

from tests.chaos.report import told
from tests.chaos.runner import Runner

FIRST = 20_261_123  # seed
SHARE = 500  # schedules of each file


def assert_all_hold(runner: Runner, share: int) -> None:
    """Run the schedules of a share, counted from 0, and fail at the first that breaks a statement."""
    first = FIRST + share * SHARE
    print(f"seeds {first} to {first + SHARE - 1}")
    for seed in range(first, first + SHARE):
        result = runner.run(seed)
        assert not result.violations, told(result)
