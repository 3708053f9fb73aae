"""One schedule: a few pictures under a storm of faults, then a calm, and then the check of the statements."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from moto.moto_api._internal import mock_random

from lambdas.domain import open_records
from lambdas.domain.stalled_uploads import LONGEST_PAUSE
from tests.chaos import import_statement, statements
from tests.chaos.account import STALLED_AFTER
from tests.chaos.bystanders import Bystanders
from tests.chaos.context import Context
from tests.chaos.deployment import Deployment
from tests.chaos.expiry import Expiry
from tests.chaos.fault_hooks import FaultHooks
from tests.chaos.faults import OPERATOR, Fault, Faults
from tests.chaos.importers import RUNS, Importers
from tests.chaos.invocations import Functions
from tests.chaos.journal import Journal
from tests.chaos.operators import Operators
from tests.chaos.rerenders import Rerenders
from tests.chaos.scheduler import Scheduler, Step, Stuck
from tests.chaos.uploaders import Uploaders
from tests.chaos.users import Users
from tests.chaos.world import World
from tests.fake_aws import stores

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.chaos.account import Account
    from tests.chaos.patches import Patches

    Act = Callable[[], None]

SWEEPS = 4  # after the storm; what each starts runs to its end before the next
EXPRESS = 0.3  # of the schedules
PICTURES, WEIGHTS = (1, 2, 3), (5, 3, 1)
NEWER = 0.3  # of the pictures have a second version
DELETED = 0.15  # of the pictures are deleted at some time
EARLY = 0.3  # of the pictures are granted at the beginning
UNUSED = 0.2  # of the schedules have a grant without an upload
UNUSED_PICTURE = "11111111-1111-4111-8111-111111111111"
POISONED = 0.15  # of the schedules have a message that is not about an upload

SWEPT = 0.01  # of the world's turns in a storm
TURNS = 60  # of the world, at most, in one spell; what still waits is left to the next spell


@dataclass
class Result:
    """The result of a schedule."""

    seed: int
    violations: list[str]
    trace: list[Step]
    faults: Counter[Fault] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)


class Schedule:
    """A schedule that can be run."""

    def __init__(  # noqa: PLR0913 - all but four by name
        self,
        account: Account,
        patches: Patches,
        seed: int,
        only: Mapping[Fault, float] | None = None,
        *,
        importing: bool = False,
        rerendering: bool = False,
    ) -> None:
        """Draw uploads and faults from seed; only gives the probabilities of faults instead.

        Imports run beside if importing. If rerendering, renditions are made anew in a second storm.
        """
        mock_random.seed(seed)
        open_records.random().seed(seed)
        stores.empty()
        self._account = account
        self._patches = patches
        self._seed = seed
        self._scheduler = Scheduler(seed)
        self._random = self._scheduler.random
        self._faults = Faults(Random(f"faults of {seed}"), only)  # noqa: S311 - it is to be replayed
        self._grants = Random(f"grants of {seed}")  # noqa: S311 - of its own, so that a grant changes no other draw
        self._journal = Journal()
        express = self._random.random() < EXPRESS
        os.environ.update(account.environment("EXPRESS" if express else "STANDARD"))
        context = Context(account, self._scheduler, self._faults, self._journal, express)
        self._deployment = Deployment(context)
        functions = Functions(self._scheduler, self._deployment)
        self._context = context
        self._importers = Importers(context, functions, seed) if importing else None
        self._rerenders = Rerenders(context, functions) if rerendering else None
        self._world = World(context, functions)
        self._operators = Operators(self._scheduler, self._journal)
        self._uploaders = Uploaders(context, self._world)
        users = Users(context, functions)
        self._bystanders = Bystanders(context, self._uploaders, self._operators, users)
        self._expiry = Expiry(context, self._world, self._uploaders)
        self._hooks = FaultHooks(context, self._world, functions)

    def run(self) -> Result:
        """Run the schedule, and check the statements."""
        self._patches.hooks = self._hooks
        try:
            self._storm()
            self._calm()
            if self._rerenders:
                self._rerender(self._rerenders)
            lost = self._resume_imports(self._importers) if self._importers else []
            if self._faults.counted.keys() & OPERATOR.keys():
                self._recover()
            found = statements.violations(self._account, self._journal, quiet=not self._faults.counted)
            if self._importers:
                found += [*lost, *import_statement.violations(self._context, self._importers)]
            if self._rerenders:
                found += self._rerenders.violations()
        except Stuck as stuck:
            found = [f"1 one outcome: {stuck}"]
        finally:
            self._scheduler.abandon()
            self._patches.hooks = None
        outcomes = Counter(record["status"]["S"] for record in self._account.records().values())
        return Result(self._seed, found, self._scheduler.trace, self._faults.counted, outcomes)

    def _storm(self) -> None:
        """Upload, delete, deliver and sweep under faults, in up to three spells with a long time between them."""
        waiting = self._drawn()
        spells = self._random.randint(1, 3)
        for spell in range(spells):
            if spell and not self._importers and self._faults.draw({Fault.MONTHS: 1}, often=3):
                self._calm()
                self._expiry.begin()
                self._faults.storm = True
            elif spell:
                self._world.tick(self._random.choice((60, STALLED_AFTER + 60)))
                self._sweep()
            self._bystanders.begin()
            last = spell == spells - 1
            wanted = len(waiting) if last else self._random.randint(0, len(waiting))
            self._spell([waiting.pop(0) for _ in range(wanted)], None if last else self._random.randint(1, TURNS))

    def _rerender(self, rerenders: Rerenders) -> None:
        """Make the renditions anew under faults, while users and operators act."""
        self._faults.storm = True
        self._bystanders.begin()
        self._spell(rerenders.acts())
        self._calm()

    def _drawn(self) -> list[Act]:
        """Draw the acts of clients: upload each version of a picture, delete some, and send a poisoned message."""
        count = self._random.choices(PICTURES, WEIGHTS)[0]
        images = [self._uploaders.draw_picture() for _ in range(count)]
        newer, deleted = ([image for image in images if self._random.random() < often] for often in (NEWER, DELETED))
        acts: list[Act] = [partial(self._uploaders.upload, image) for image in images + newer]
        acts += [partial(self._uploaders.delete, image) for image in deleted]
        acts += [self._uploaders.poison] if self._random.random() < POISONED else []
        acts += self._importers.acts() if self._importers else []
        self._random.shuffle(acts)
        self._grant(images)
        return acts

    def _grant(self, images: list[str]) -> None:
        """Grant some pictures long before their upload, which then may be late, and sometimes one that is never uploaded."""
        early = [image for image in images if self._grants.random() < EARLY]
        unused = [UNUSED_PICTURE] if self._grants.random() < UNUSED else []
        for image in early + unused:
            self._uploaders.grant(image)

    def _spell(self, waiting: list[Act], turns: int | None = None) -> None:
        """Run until nothing is left to do; after turns turns of the world, deliver nothing more."""
        while waiting or self._scheduler.busy() or (turns != 0 and self._world.pending()):
            turns = turns - 1 if turns else turns
            if waiting and self._random.random() < 0.5:
                waiting.pop(0)()
            elif turns != 0 and self._world.pending() and self._random.random() < 0.7:
                self._world.deliver()
            if self._faults.storm and self._random.random() < SWEPT:
                self._sweep()
            self._world.end_something()
            self._bystanders.act()
            self._expiry.act()
            self._deployment.act()
            self._scheduler.pause("time passes")
        self._scheduler.drain()

    def _calm(self) -> None:
        """Deliver everything, and sweep."""
        self._deployment.act(at_once=True)
        self._faults.storm = False
        self._spell([])
        self._sweep_up()

    def _sweep_up(self) -> None:
        """Sweep, each time after the longest wait of an attempt, and deliver everything; before that, audit once a day."""
        for number in range(SWEEPS):
            self._world.tick(LONGEST_PAUSE.total_seconds() + 60)
            if self._expiry.begun or number % 2 == 0:
                self._world.audit()
                self._spell([])
            self._world.sweep()
            self._spell([])

    def _sweep(self) -> None:
        """Sweep in a storm, beside an audit if records may have expired."""
        if self._expiry.begun:
            self._world.audit()
        self._world.sweep()

    def _resume_imports(self, importers: Importers) -> list[str]:
        """Let an operator resume the imports, also those that have ended, and return which lines were lost before."""
        lost = list(import_statement.lost_lines(importers))
        for run in RUNS:
            importers.start(run)
            self._spell([])
            importers.register()
        self._sweep_up()
        return lost

    def _recover(self) -> None:
        """Let an operator start again what FAILED, and deliver everything."""
        self._operators.run("redrive", "--all")
        self._spell([])
        self._journal.redriven = True
