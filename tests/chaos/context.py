"""What all parts of one schedule share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from tests.chaos.account import Account
    from tests.chaos.faults import Faults
    from tests.chaos.journal import Journal
    from tests.chaos.scheduler import Scheduler


@dataclass(frozen=True)
class Context:
    """The account, the scheduler, the faults and the journal of one schedule."""

    account: Account
    scheduler: Scheduler
    faults: Faults
    journal: Journal
    express: bool

    @property
    def random(self) -> Random:
        """The random numbers of the schedule."""
        return self.scheduler.random
