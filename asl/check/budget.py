"""The budget of a proof: how many steps it may take, so that it ends soon for any machine, contracts and patterns.

Steps are counted, and time is not measured: the verdict is the same on every machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

PROOF = 2_000_000  # steps of a whole proof, which take some seconds
PART = 400_000  # steps of one state, or of one comparison outside of a proof


class BudgetSpentError(Exception):
    """A part of a proof, or the whole of it (is_whole), would take more steps than it may."""

    def __init__(self, steps: int, *, is_whole: bool) -> None:
        """Take the steps that were allowed."""
        super().__init__(f"more than {steps:,} steps")
        self.is_whole = is_whole


class Budget:
    """The steps that are left for a proof, and for the part of it in progress."""

    def __init__(self) -> None:
        """Start with all steps, outside of any part."""
        self.whole = PROOF
        self.part = PROOF

    def spend(self, steps: int) -> None:
        """Count steps; raises BudgetSpentError."""
        self.whole -= steps
        self.part -= steps
        if self.whole < 0:
            raise BudgetSpentError(PROOF, is_whole=True)
        if self.part < 0:
            raise BudgetSpentError(PART, is_whole=False)


_CURRENT: ContextVar[Budget | None] = ContextVar("budget", default=None)


def spend(steps: int = 1) -> None:
    """Count steps of the proof in progress, if there is one; raises BudgetSpentError."""
    if (budget := _CURRENT.get()) is not None:
        budget.spend(steps)


@contextmanager
def whole_budget() -> Iterator[None]:
    """Bound the steps of the proof in the block."""
    token = _CURRENT.set(Budget())
    try:
        yield
    finally:
        _CURRENT.reset(token)


@contextmanager
def part_budget() -> Iterator[None]:
    """Bound the steps of a part of the proof in progress; those of parts in it are not its own."""
    budget = _CURRENT.get()
    if budget is None:
        yield
        return
    around, budget.part = budget.part, PART
    try:
        yield
    finally:
        budget.part = around
