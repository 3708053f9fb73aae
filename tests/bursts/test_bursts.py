"""Bursts, simulated with the policy that is deployed: images wait, none fails, and upload URLs are issued meanwhile."""

from dataclasses import replace
from pathlib import Path

import pytest

from operations.cloudformation.concurrency import EACH, LEAST, fitting
from pages.markdown import table
from tests.bursts import table as tables
from tests.bursts.account import Burst, Others
from tests.bursts.policy import Retrier, deployed, version_0_2_0
from tests.bursts.simulation import simulate
from tests.effort import is_thorough, times

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
HOUR = 3600  # seconds
KINDS = ["STANDARD", "EXPRESS"]
SEEDS = range(times(2, 20))
SMALL = 1000  # images of the bursts that `make test` simulates, too
CELLS = [cell for cell in tables.CELLS if is_thorough() or cell[1] <= SMALL]


def _share_failed(burst: Burst) -> float:
    lost = burst.failed + burst.dead
    return lost / (lost + len(burst.ended))


@pytest.mark.share(3)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("concurrency", "images"), CELLS)
def test_no_image_fails(kind: str, concurrency: int, images: int) -> None:
    """All images of a burst succeed, as do requests for upload URLs, and no retry is paid for."""
    burst = simulate(deployed(kind, fitting(concurrency)), concurrency, images)
    assert (burst.failed, burst.dead, len(burst.ended)) == (0, 0, images)
    assert burst.urls[False] == 0
    assert burst.retries == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_default_fits_any_account(kind: str, seed: int) -> None:
    """Images need no more than their share of a concurrency of 10 by default, and every upload URL is issued beside them."""
    policy = deployed(kind)
    burst = simulate(policy, 10, SMALL, seed=seed)
    assert burst.failed == burst.dead == burst.retries == 0
    assert burst.running == policy.max_concurrency == LEAST
    assert burst.used <= EACH * LEAST
    assert burst.urls[False] == 0


def test_images_that_run_are_bounded() -> None:
    """No more executions run than MaxConcurrency says, however much concurrency there is."""
    assert simulate(deployed("STANDARD", 20), 1000, SMALL).running == 20


def test_queue_keeps_the_longest_burst() -> None:
    """The last of 100,000 images is processed long before its message expires, with the smallest MaxConcurrency."""
    policy = deployed("STANDARD")
    each = simulate(policy, 10, SMALL).ended[-1] / SMALL
    assert 100_000 * each < policy.retention / 2


@pytest.mark.parametrize("kind", KINDS)
def test_sweep_does_not_start_all_that_waits(kind: str) -> None:
    """A burst that waits for longer than an upload may stall is swept, and no image fails: the sweep waits, too."""
    burst = simulate(deployed(kind), 10, 8000)
    assert burst.ended[-1] > deployed(kind).stalled_after
    assert burst.swept
    assert (burst.failed, burst.dead) == (0, 0)
    assert burst.running <= LEAST + 1


@pytest.mark.parametrize("seed", SEEDS)
def test_standard_waits_where_too_much_runs(seed: int) -> None:
    """With a MaxConcurrency that is as high as the concurrency, STANDARD is slow; still no image fails."""
    burst = simulate(deployed("STANDARD", 10), 10, 200, seed=seed)
    assert (burst.failed, burst.dead) == (0, 0)
    assert burst.retries


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("hours", [1, 12])
def test_standard_waits_for_other_functions(hours: int, seed: int) -> None:
    """While others use all but one of the concurrency, images wait; when they stop, all succeed."""
    others = Others(taken=9, until=hours * HOUR)
    burst = simulate(deployed("STANDARD"), 10, 200, seed=seed, others=others)
    assert (burst.failed, burst.dead) == (0, 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_express_has_five_minutes(seed: int) -> None:
    """An EXPRESS execution that finds no concurrency for five minutes fails: that is why MaxConcurrency must fit."""
    burst = simulate(deployed("EXPRESS"), 10, 200, seed=seed, others=Others(taken=8, until=HOUR))
    assert burst.failed


FORMER = {(10, 1000): 0.28, (10, 10_000): 0.91, (100, 10_000): 0.14}  # FAILED, as another simulation had it


@pytest.mark.parametrize("cell", [cell for cell in FORMER if is_thorough() or cell[1] <= SMALL])
def test_version_0_2_0_fails(cell: tuple[int, int]) -> None:
    """With the policy of 0.2.0 images fail, as many as another simulation of it found; so this one sees what it is to see."""
    found = _share_failed(simulate(version_0_2_0("STANDARD"), *cell))
    assert found == pytest.approx(FORMER[cell], abs=0.2)


@pytest.mark.parametrize(
    "changed",
    [{"longest_wait": 0}, {"retrier": Retrier(1, 2, 30, 8), "longest_wait": 0}],
    ids=["the trigger does not wait", "nor do the tasks"],
)
def test_each_part_of_the_policy_counts(changed: dict[str, object]) -> None:
    """Without back-pressure, many images run at once and requests for upload URLs are refused; without patience, images fail."""
    burst = simulate(replace(deployed("STANDARD"), **changed), 10, SMALL)  # type: ignore[arg-type]
    assert burst.running > 10 * LEAST
    assert burst.urls[False]
    assert bool(burst.failed) == ("retrier" in changed)


def test_page_has_the_simulated_rows() -> None:
    """The table in the documentation is that of the deployed policy; `make docs` writes it."""
    printed = PAGE.read_text(encoding="utf-8").splitlines()
    for line in table(tables.COLUMNS, map(tables.row, CELLS)).splitlines():
        assert line in printed, "run `make docs`"


def test_page_without_marks_is_refused() -> None:
    """A page without the marks is an error, and stays as it is."""
    with pytest.raises(ValueError, match="has no <!-- bursts -->"):
        tables.fill("no marks", "table")
