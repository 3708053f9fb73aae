"""A schedule with an outage: images are uploaded before and during it, and all of them have to succeed afterwards."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from moto.moto_api._internal import mock_random
from moto.stepfunctions.parser.asl.component.common.retry import jitter_strategy_decl, retrier_decl

from lambdas.domain import open_records
from templates.resources.sweep import STALLED_AFTER
from tests.chaos import statements
from tests.chaos.context import Context
from tests.chaos.deployment import Deployment
from tests.chaos.faults import Faults
from tests.chaos.invocations import Functions
from tests.chaos.journal import Journal
from tests.chaos.outages.hooks import OutageHooks
from tests.chaos.outages.outage import DAY, MINUTE, Outage
from tests.chaos.outages.world import OutageWorld
from tests.chaos.scheduler import TURNS, Scheduler, Stuck
from tests.chaos.uploaders import Uploaders
from tests.fake_aws import stores

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tests.chaos.account import Account
    from tests.chaos.patches import Patches
    from tests.chaos.scheduler import Step

STEPS_BEFORE = 40  # calls and tasks, at most: an image takes about as many
LISTS = 0.5  # of the outages of S3 leave its lists
LATEST = 2 * MINUTE  # at which the outage begins in any case
PATIENCE = 20 * DAY  # after which an image that has not succeeded is lost
STEPS = 2_000_000  # of one schedule, at most


@dataclass(frozen=True)
class Case:
    """What a schedule is about."""

    services: tuple[str, ...]
    seconds: int  # of the outage
    express: bool
    seed: int

    def __str__(self) -> str:
        """Return a short text."""
        kind = "EXPRESS" if self.express else "STANDARD"
        return f"{kind}, {'+'.join(self.services)} down for {self.seconds} s, seed {self.seed}"


@dataclass
class Result:
    """What became of it."""

    case: Case
    violations: list[str]
    trace: list[Step]
    recovered: float  # seconds from the end of the outage to the last outcome
    attempts: int  # executions


class LongScheduler(Scheduler):
    """A scheduler for days of retries, which keeps the last steps only."""

    steps = 0

    def note(self, point: str, fault: str = "") -> None:
        """Add the actor's current point to the trace."""
        self.steps += 1
        if self.steps > STEPS:
            raise Stuck(f"no end after {STEPS} steps")
        if len(self.trace) > TURNS // 2:
            del self.trace[: TURNS // 4]
        super().note(point, fault)

    def settle(self) -> None:
        """Run all other actors until each of them ends or waits."""
        self.wait(lambda: not any(other.gone or other.ready() for other in self._actors if other is not self._world))


class OutageSchedule:
    """A schedule that can be run."""

    def __init__(self, account: Account, patches: Patches, case: Case) -> None:
        """Draw the uploads, and the moment of the outage, from the case's seed."""
        mock_random.seed(case.seed)
        open_records.random().seed(case.seed)
        stores.empty()
        self._case, self._account, self._patches = case, account, patches
        self._scheduler = LongScheduler(case.seed)
        self._random = self._scheduler.random
        self._faults = Faults(Random(case.seed), only={})  # noqa: S311 - it is to be replayed
        self._journal = Journal()
        os.environ.update(account.environment("EXPRESS" if case.express else "STANDARD"))
        os.environ["STALLED_AFTER_SECONDS"] = str(STALLED_AFTER)
        context = Context(account, self._scheduler, self._faults, self._journal, case.express)
        functions = Functions(self._scheduler, Deployment(context))
        self._world = OutageWorld(context, functions)
        self._uploaders = Uploaders(context, self._world)
        self._hooks = OutageHooks(context, self._world, functions)
        after = self._random.randrange(STEPS_BEFORE)
        lists = self._random.random() < LISTS
        self._outage = Outage(frozenset(case.services), case.seconds, after, self._random, lists=lists)

    def run(self) -> Result:
        """Run it until every image has succeeded or is lost."""
        world = self._world
        self._patches.hooks = self._hooks
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(retrier_decl, "time", SimpleNamespace(sleep=world.sleep))
            patch.setattr(jitter_strategy_decl, "random", Random(self._case.seed))  # noqa: S311 - it is to be replayed
            try:
                found = self._until_done(world.now())
            except Stuck as stuck:
                found = [f"1 one outcome: {stuck}"]
            finally:
                self._scheduler.abandon()
                self._patches.hooks = None
        since = world.now() - (self._outage.ends or world.now())
        recovered = since / timedelta(seconds=1)
        return Result(self._case, found, self._scheduler.trace, recovered, len(self._journal.executions))

    def _until_done(self, since: datetime) -> list[str]:
        """Upload, and let time pass; return what is wrong at the end."""
        world, outage = self._world, self._outage
        world.prepare(outage)
        for seconds in (0, self._random.uniform(0, MINUTE), self._random.uniform(LATEST, LATEST + outage.seconds)):
            world.at(seconds, partial(self._uploaders.upload, self._uploaders.draw_picture()))
        world.at(LATEST, lambda: outage.begin(world.now()))
        checked = since
        while True:
            self._scheduler.settle()
            late = any(self._lost()) or world.now() - since > timedelta(seconds=PATIENCE)
            if late or (outage.is_over(world.now()) and world.now() - checked > timedelta(minutes=5)):
                checked, found = world.now(), list(self._violations())
                if late or not found:
                    return found
            world.advance()

    def _lost(self) -> Iterator[str]:
        """Yield what is wrong for good: sound images with another outcome than SUCCEEDED."""
        for image_id, record in self._account.records().items():
            status = record["status"]["S"]
            if self._journal.sound.get(record["versionId"]["S"]) and status not in {"PROCESSING", "SUCCEEDED"}:
                yield f"outage: {image_id} is {status}, though it is sound: {record.get('reason')}"

    def _violations(self) -> Iterator[str]:
        yield from statements.violations(self._account, self._journal, quiet=False)
        yield from self._lost()
        if len(self._journal.uploads) < 3:
            yield "outage: not all images are uploaded yet"
