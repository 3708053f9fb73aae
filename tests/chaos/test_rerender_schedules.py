"""Renditions that are made anew beside everything else: an image has all of those of one execution at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chaos.report import describe
from tests.effort import times

if TYPE_CHECKING:
    from tests.chaos.runner import Runner

pytestmark = pytest.mark.heavy

FIRST = 20_261_201  # seed
SCHEDULES = times(2, 60)


def test_an_image_has_the_renditions_of_one_execution(runner: Runner) -> None:
    """Two runs make renditions anew while calls fail, functions die, and users and operators act; nothing is left of what they replace."""
    print(f"seeds {FIRST} to {FIRST + SCHEDULES - 1}")
    for seed in range(FIRST, FIRST + SCHEDULES):
        result = runner.run(seed, rerendering=True)
        assert not result.violations, describe(result)
