"""Expected races, and what is made of them: another execution was faster, or an earlier end has to be notified first.

Nothing is wrong then and nothing is lost: whoever was faster goes on, and whoever has to wait comes again. So a race is
logged as a warning and counted, and no alarm looks at the count. Who comes again depends on who was there:

- A step raises the error, for Step Functions acts on its name: workflow/blocks.py says how.
- The trigger raises it, too: its message goes back to the queue, which delivers it again.
- FinalizeFunction and the sweep return, for the next sweep looks at every picture that is late. Of an error of FinalizeFunction
  Lambda would count an Error, which operators are called for, and try twice more, after one minute and after two. That
  helps seldom: an end is notified within seconds by an execution that is alive, and by the sweep if that one has died.
  FinalizeFunction does not notify the earlier end itself, for the execution that is about to do so would do it again.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from lambdas.runtime.metrics import CONFLICTS, STALE_ATTEMPTS
from lambdas.runtime.telemetry import count, logger
from workflow.contracts.errors import PreviousOutcomePending, StaleExecution

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFLICT_ERRORS: Final = (StaleExecution, PreviousOutcomePending)


def report_conflict(race: Exception, *, step: str = "", at: int = 0) -> None:
    """Log and count a race: a step's at the time when it began, as its alarm needs it."""
    logger().warning("%s", race)
    count(STALE_ATTEMPTS if step else CONFLICTS, step=step, at=at)


@contextmanager
def leave_to_sweep() -> Iterator[None]:
    """Let an expected race end what is done inside."""
    try:
        yield
    except CONFLICT_ERRORS as race:
        report_conflict(race)
