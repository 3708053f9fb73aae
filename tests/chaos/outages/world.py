"""The world of a schedule with an outage: its time jumps to the next moment at which something happens."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any

from templates.resources.functions import TRIGGER_TIMEOUT
from templates.resources.messaging import MAX_RECEIVES, visibility_timeout
from tests.chaos.interpreter_patches import is_running, stop
from tests.chaos.outages.outage import DAY, MINUTE, Outage
from tests.chaos.world import Message, World
from workflow.definition import states_language

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.chaos.invocations import Invocation

    Act = Callable[[], None]

EXPRESS_LIMIT = 5 * MINUTE
SWEEP_EVERY = 15 * MINUTE
VISIBILITY = visibility_timeout(TRIGGER_TIMEOUT)  # seconds


class OutageWorld(World):
    """Deliveries, sweeps and time limits at the times that the template states."""

    outage: Outage

    def prepare(self, outage: Outage) -> None:
        """Take the outage, and plan the sweeps and the audits."""
        self.outage = outage
        self._agenda: list[tuple[datetime, int, Act]] = []
        self._order = count()
        self._sweep: Invocation | None = None
        self.at(SWEEP_EVERY, self._sweep_again)
        self.at(DAY, self._audit_again)

    def at(self, seconds: float, act: Act) -> None:
        """Plan act for so many seconds from now."""
        heappush(self._agenda, (self._now + timedelta(seconds=seconds), next(self._order), act))

    def advance(self) -> None:
        """Let the time jump to the next act, and do it."""
        moment, _, act = heappop(self._agenda)
        self._now = max(self._now, moment)
        act()

    def sleep(self, seconds: float) -> None:
        """Let the current actor wait."""
        wake = self._now + timedelta(seconds=seconds)
        self.at(seconds, lambda: None)
        self._scheduler.wait(lambda: self._now >= wake)

    def count(self) -> None:
        """Count a call or a task, after which the outage may begin."""
        self.outage.count(self._now)

    def is_down(self, service: str) -> bool:
        """Return whether the service refuses now."""
        return self.outage.is_down(service, self._now)

    def refuses(self, service: str, operation: str) -> bool:
        """Return whether the service refuses a call now."""
        return self.outage.refuses(service, operation, self._now)

    def await_step_functions(self) -> None:
        """Wait until Step Functions takes the next step of an execution."""
        if self.is_down("stepfunctions") and self.outage.ends:
            self.sleep((self.outage.ends - self._now) / timedelta(seconds=1))

    def limit(self, execution: Any) -> None:
        """Plan the end of an execution that runs for too long."""
        standard = states_language()["TimeoutSeconds"]
        self.at(EXPRESS_LIMIT if self.express else standard, partial(self._time_out, execution))

    def _time_out(self, execution: Any) -> None:
        if is_running(execution):
            self._scheduler.note("execution times out")
            self._scheduler.end(execution)
            stop(execution, self._now, timed_out=True)

    def send(self, body: str) -> None:
        """Put a message on the queue, which delivers it at once."""
        super().send(body)
        self.at(0, partial(self._deliver_one, self._queue[-1]))

    def _deliver_one(self, message: Message) -> None:
        """Deliver a message, unless Lambda is down, and again after its visibility timeout while it is not deleted."""
        if message not in self._queue:
            return
        message.receives += 1
        if message.receives > MAX_RECEIVES:
            self._move_to_dead_letters(message)
            return
        self.at(VISIBILITY, partial(self._deliver_one, message))
        if not self.is_down("lambda"):
            self._trigger([message])

    def emit_status(self, execution: Any) -> None:
        """Finalize a failed execution at once; while Lambda is down, its event is lost."""
        super().emit_status(execution)
        statuses, self._statuses = self._statuses, []
        for status in statuses:
            if not self.is_down("lambda"):
                self.at(0, partial(self._finalize, status))

    def _sweep_again(self) -> None:
        self.at(SWEEP_EVERY, self._sweep_again)
        if not self.is_down("lambda") and (self._sweep is None or self._sweep.over):
            self._sweep = self._functions.invoke("lambdas.sweep", {})

    def _audit_again(self) -> None:
        self.at(DAY, self._audit_again)
        if not self.is_down("lambda"):
            self.audit()
