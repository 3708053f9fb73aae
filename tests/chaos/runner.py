"""Running schedules: one after the other in one process, or many in several."""

from __future__ import annotations

import logging
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from multiprocessing import get_context
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from tests.chaos import operators
from tests.chaos.account import open_account
from tests.chaos.patches import Patches
from tests.chaos.schedule import Result, Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.chaos.account import Account
    from tests.chaos.faults import Fault

CHUNK = 200  # most schedules that a process gets at once; its start takes as long as ten schedules


class Runner:
    """Runs schedules in this process, one at a time."""

    def __init__(self, account: Account, patches: Patches) -> None:
        """Run them in account."""
        self.account = account
        self.patches = patches

    def run(
        self,
        seed: int,
        only: Mapping[Fault, float] | None = None,
        *,
        importing: bool = False,
        rerendering: bool = False,
    ) -> Result:
        """Run the schedule of seed, with imports if importing, and with renditions that are made anew if rerendering.

        only gives faults and their probabilities instead of random ones.
        """
        printed = StringIO()  # what operators' commands print, from several threads
        with patch.dict(os.environ), redirect_stdout(printed), redirect_stderr(printed):  # a schedule sets variables
            return Schedule(self.account, self.patches, seed, only, importing=importing, rerendering=rerendering).run()


@contextmanager
def ready() -> Iterator[Runner]:
    """Give a runner of schedules, with AWS, time and threads patched."""
    with pytest.MonkeyPatch.context() as patches, open_account(patches) as account:
        logging.getLogger("moto").setLevel(logging.CRITICAL)
        operators.install(patches, account)
        yield Runner(account, Patches(patches))


def results(seeds: range, jobs: int) -> Iterator[Result]:
    """Yield the results of all seeds from jobs processes, in order of completion; without the trace if nothing is violated."""
    size = max(1, min(CHUNK, len(seeds) // jobs))
    chunks = [seeds[start : start + size] for start in range(0, len(seeds), size)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(_run, chunk) for chunk in chunks]):
            yield from done.result()


def _run(seeds: range) -> list[Result]:
    with ready() as runner:
        return [_brief(runner.run(seed)) for seed in seeds]


def _brief(result: Result) -> Result:
    if not result.violations:
        result.trace.clear()
    return result
