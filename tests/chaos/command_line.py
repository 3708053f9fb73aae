"""Run schedules of faults: `python -m tests.chaos --schedules 1000`; or one again: `python -m tests.chaos --seed 7`."""

from __future__ import annotations

from argparse import ArgumentParser
from os import cpu_count
from typing import TYPE_CHECKING

from rich.console import Console

from operations.cli.progress import progress_bar
from tests.chaos.report import Tally, describe
from tests.chaos.runner import ready, results

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 3  # violating schedules that are described; of the others only the seed is printed


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the requested schedules and return the exit code: 1 if a statement is violated."""
    parser = ArgumentParser("python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="run this one schedule and print all its steps")
    parser.add_argument("--schedules", type=int, default=1000, help="how many to run (default: %(default)s)")
    parser.add_argument("--start", type=int, default=0, help="the first one's seed (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=cpu_count() or 1, help="processes (default: one a processor)")
    chosen = parser.parse_args(arguments)
    if chosen.seed is not None:
        return replay(chosen.seed)
    return run(range(chosen.start, chosen.start + chosen.schedules), chosen.jobs)


def replay(seed: int) -> int:
    """Run one schedule and print all its steps."""
    with ready() as runner:
        result = runner.run(seed)
    print(describe(result, steps=len(result.trace)))
    return bool(result.violations)


def run(seeds: range, jobs: int) -> int:
    """Run many schedules, and print violations, faults and outcomes."""
    console, tally = Console(), Tally()
    for result in progress_bar(results(seeds, jobs), len(seeds), "schedules"):
        tally.add(result)
        if result.violations and len(tally.broken) <= SHOWN:
            console.print(describe(result), markup=False, highlight=False)
    console.print(*tally.tables())
    seeds_broken = ", ".join(str(result.seed) for result in tally.broken)
    print(
        f"{tally.schedules:,} schedules, {len(tally.broken)} broken{': seeds ' if seeds_broken else ''}{seeds_broken}"
    )
    return bool(tally.broken)
