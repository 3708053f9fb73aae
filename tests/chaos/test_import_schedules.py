"""Imports beside everything else: each source object ends once, whatever dies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chaos.report import describe
from tests.effort import times

if TYPE_CHECKING:
    from tests.chaos.runner import Runner

pytestmark = pytest.mark.heavy

FIRST = 20_261_130  # seed
SCHEDULES = times(2, 60)


def test_each_source_object_ends_once(runner: Runner) -> None:
    """Two runs import one source while batches die, calls fail, objects change, and users and operators act."""
    print(f"seeds {FIRST} to {FIRST + SCHEDULES - 1}")
    for seed in range(FIRST, FIRST + SCHEDULES):
        result = runner.run(seed, importing=True)
        assert not result.violations, describe(result)
