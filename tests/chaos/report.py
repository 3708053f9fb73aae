"""Reports on schedules: on one that violates a statement, and on many."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.table import Table

from tests.chaos.faults import Fault

if TYPE_CHECKING:
    from tests.chaos.schedule import Result

TAIL = 60  # steps of a trace that are printed


def describe(result: Result, steps: int = TAIL) -> str:
    """Return the statements that a schedule violates, its last steps, and the command that repeats it."""
    lines = [f"    {actor:16} {point}{f'  !! {fault}' if fault else ''}" for actor, point, fault in result.trace]
    return "\n".join(
        [
            f"seed {result.seed} {'breaks' if result.violations else 'holds'}",
            *(f"  statement {text}" for text in result.violations),
            f"  the last {min(steps, len(lines))} of {len(lines)} steps:",
            *lines[-steps:],
            f"  again, with all steps: python -m tests.chaos --seed {result.seed}",
        ]
    )


class Tally:
    """The counts of many schedules: faults, outcomes, and violating schedules."""

    def __init__(self) -> None:
        """Start with no schedules."""
        self.schedules = 0
        self.broken: list[Result] = []
        self._faults: Counter[Fault] = Counter()
        self._outcomes: Counter[str] = Counter()

    def add(self, result: Result) -> None:
        """Count a schedule."""
        self.schedules += 1
        self._faults.update(result.faults)
        self._outcomes.update(result.outcomes)
        if result.violations:
            self.broken.append(result)

    def tables(self) -> list[Table]:
        """Return how often each fault was injected, and how many pictures had each outcome."""
        faults = {fault.value: self._faults[fault] for fault in Fault}
        return [_table("fault", "injected", faults), _table("outcome", "pictures", self._outcomes)]


def _table(what: str, how_often: str, counted: Counter[str] | dict[str, int]) -> Table:
    table = Table()
    table.add_column(what)
    table.add_column(how_often, justify="right")
    for name, number in counted.items():
        table.add_row(name, f"{number:,}")
    return table
