"""Fuzz the decoders and the readers of metadata: `python -m tests.hostile --cases 100000`; or one case: `--seed 7`."""

from __future__ import annotations

import multiprocessing
import random
from argparse import ArgumentParser
from concurrent.futures import ProcessPoolExecutor
from os import cpu_count
from typing import TYPE_CHECKING

from imaging import operations
from operations.cli.progress import progress_bar
from tests.hostile import fuzz
from tests.hostile.fuzz import BATCH, FAULT, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SHOWN = 3  # faults whose tracebacks are printed; of the others only the seed


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cases and return the exit code: 1 if one is a fault."""
    parser = ArgumentParser("python -m tests.hostile", description=__doc__)
    parser.add_argument("--seed", type=int, help="run this one case in this process, and print how it ends")
    parser.add_argument("--cases", type=int, default=10_000, help="how many to run (default: %(default)s)")
    parser.add_argument("--start", type=int, help="the first one's seed (default: a random one, which is printed)")
    parser.add_argument("--jobs", type=int, default=cpu_count() or 1, help="processes (default: one a processor)")
    chosen = parser.parse_args(arguments)
    operations.load()
    if chosen.seed is not None:
        outcome, more = fuzz.end_of_case(chosen.seed)
        print(outcome, more, sep="\n")
        return outcome == FAULT
    start = random.getrandbits(40) if chosen.start is None else chosen.start
    return _run(range(start, start + chosen.cases), chosen.jobs)


def _run(seeds: range, jobs: int) -> int:
    """Run many cases, and print how they ended."""
    print(f"seeds {seeds.start} to {seeds.stop - 1}", flush=True)
    tally, batches = Tally(), [seeds[at : at + BATCH] for at in range(0, len(seeds), BATCH)]
    for found in progress_bar(_tallies(batches, jobs), len(batches), f"batches of {BATCH}"):
        tally.merge(found)
    print(describe(tally))
    return not tally.is_sound


def _tallies(batches: Sequence[range], jobs: int) -> Iterator[Tally]:
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork")) as pool:
        yield from pool.map(fuzz.run, batches)


def describe(tally: Tally) -> str:
    """Return how the cases ended, in words: first the counts, then the seeds of those that are not right."""
    counts = ", ".join(f"{count:,} {outcome}" for outcome, count in tally.outcomes.most_common())
    faults = [(seed, more) for seed, (outcome, more) in tally.unusual if outcome == FAULT]
    seeds = [f"seed {seed}: {outcome}" for seed, (outcome, _) in tally.unusual]
    return "\n".join(
        [f"{tally.cases:,} cases: {counts}", *seeds, *(f"seed {seed}: {more}" for seed, more in faults[:SHOWN])]
    )
