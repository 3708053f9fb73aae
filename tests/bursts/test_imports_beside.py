"""Imports beside users: nobody waits longer for an import, and no upload URL is refused."""

from pathlib import Path
from statistics import median

import pytest

from operations.cloudformation.concurrency import fitting
from tests.bursts import imports
from tests.bursts.imports import CONCURRENCIES, QUEUED, lane_of, row, simulate
from tests.effort import times

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
SMALLEST = CONCURRENCIES[0]


@pytest.mark.parametrize("concurrency", CONCURRENCIES[: times(1, 3)])
@pytest.mark.parametrize("seed", range(times(1, 5)))
def test_users_do_not_wait_for_an_import(concurrency: int, seed: int) -> None:
    """Beside an import users wait as long as without one, and all their requests for upload URLs are answered."""
    alone = simulate(concurrency, seed=seed)
    beside = simulate(concurrency, lane=lane_of(concurrency), seed=seed)
    assert beside.imported
    assert beside.refused == 0
    assert median(beside.users) < 1.1 * median(alone.users)
    assert max(beside.users) < 2 * max(alone.users)


def test_users_would_wait_in_one_queue() -> None:
    """An import in the queue of users would delay them by minutes: the lane is what keeps them from that."""
    same = simulate(SMALLEST, queued=QUEUED * fitting(SMALLEST))
    assert median(same.users) > 60 * median(simulate(SMALLEST).users)


def test_page_has_the_simulated_rows() -> None:
    """The table of the page has what the simulation gives now."""
    text = PAGE.read_text(encoding="utf-8")
    table = text.partition(imports.MARKS[0])[2].partition(imports.MARKS[1])[0]
    for concurrency in CONCURRENCIES[: times(1, 3)]:
        assert " | ".join(row(concurrency)) in table, "run `make docs`"
