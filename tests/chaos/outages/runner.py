"""Running schedules with outages: one, or all cases on all processors (`python -m tests.chaos.outages`)."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, combinations
from multiprocessing import get_context
from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.chaos.outages.outage import LENGTHS, SERVICES
from tests.chaos.outages.schedule import Case, OutageSchedule, Result
from tests.chaos.runner import Runner, ready

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(runner: Runner, case: Case) -> Result:
    """Run the schedule of case."""
    with patch.dict(os.environ):  # a schedule sets the variables of its functions
        return OutageSchedule(runner.account, runner.patches, case).run()


def cases(seed: int) -> list[Case]:
    """Return every set of services, with every length and both types of workflow."""
    sets = chain.from_iterable(combinations(SERVICES, size) for size in range(1, len(SERVICES) + 1))
    return [
        Case(one, LENGTHS[length], express, seed) for one in sets for length in LENGTHS for express in (False, True)
    ]


def results(wanted: list[Case], jobs: int) -> Iterator[Result]:
    """Yield the results of all cases from jobs processes."""
    shares = [wanted[first::jobs] for first in range(jobs)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for share in pool.map(_run, shares):
            yield from share


def _run(share: list[Case]) -> list[Result]:
    with ready() as runner:
        return [_brief(run(runner, case)) for case in share]


def _brief(result: Result) -> Result:
    if not result.violations:
        result.trace.clear()
    return result
