"""Expected conflicts: another execution was faster, or an earlier outcome has to be published first.

A conflict is no error, and nothing is lost: the faster execution goes on, and the other one waits or stops. So it is
logged as a warning and counted, and no alarm uses the count. Who tries again depends on who was there:

- A step raises the error, because Step Functions acts on its name; workflow/blocks.py states how.
- The trigger raises it too: the message returns to the queue, which delivers it again.
- FinalizeFunction and the sweep return, because the next sweep looks at every image that is late. If FinalizeFunction
  raised the error, Lambda would count an Error, for which there is an alarm, and try twice more after one and two
  minutes. That would seldom help: a running execution publishes its outcome within seconds, and for a dead one the sweep
  does. FinalizeFunction does not publish the earlier outcome itself, because the execution that is about to would do so
  again.
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


def report_conflict(error: Exception, *, step: str = "", at: int = 0) -> None:
    """Log and count a conflict; that of a step at the time at which the step began, as its alarm needs it."""
    logger().warning("%s", error)
    count(STALE_ATTEMPTS if step else CONFLICTS, step=step, at=at)


@contextmanager
def leave_to_sweep() -> Iterator[None]:
    """Report a conflict that is raised inside, and end it there."""
    try:
        yield
    except CONFLICT_ERRORS as error:
        report_conflict(error)
