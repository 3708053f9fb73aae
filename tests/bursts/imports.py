"""An import beside the uploads of users, in virtual time: how long users wait, and how fast the import is.

Users upload now and then; their messages wait in the queue. The lane of imports processes a batch in each of its executions. For comparison, the
same images are put into the queue of users, before the first upload.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from statistics import quantiles
from typing import TYPE_CHECKING, Final

from costs.workload_profile import IMPORT
from operations.cloudformation.concurrency import EACH, LEAST_FREE, fitting
from pages.markdown import table
from tests.bursts.account import Account
from tests.bursts.executions import Executions, Image
from tests.bursts.policy import deployed
from tests.bursts.simulation import ALONE, POLL_AGAIN, TRIGGER
from workflow.steps import BATCH_SIZE
from workflow.steps import IMPORT as STEP

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bursts.policy import Policy

UPLOADS: Final = 300  # of users, that count: those after the first minutes, in which functions start cold
WARM: Final = 120  # seconds
QUEUED: Final = 400  # images of an import in the queue of users, for each that is processed at the same time
CONCURRENCIES: Final = (10, 100, 1000)
MARKS: Final = ("<!-- imports -->", "<!-- /imports -->")
COLUMNS: Final = [
    "Lambda concurrency",
    "`MaxConcurrency`",
    "`--concurrency`",
    "users wait without an import (median, 95 %)",
    "with an import",
    "if the import were in their queue",
    "upload URLs refused",
    "imported images an hour",
]


@dataclass
class Waited:
    """What users and the import had; times are seconds."""

    users: list[float] = field(default_factory=list)  # from the upload to the outcome
    imported: int = 0
    seconds: float = 0
    refused: int = 0


class Beside:
    """Uploads of users, with an import of endless size in a lane of its own."""

    def __init__(self, policy: Policy, account: Account, lane: int) -> None:
        """Begin with an upload, and with as many batches as the lane has room for."""
        self._account, self._executions, self.waited = account, Executions(policy, account), Waited()
        self._queue: deque[float | None] = deque()  # the time of each upload; None for an image of an import
        self._slots = policy.max_concurrency
        # Users use half of what the stack can do, so that they wait for the import and not for each other.
        self._every = 2 * EACH / policy.max_concurrency
        account.at(self._every, self._upload)
        for _ in range(lane):
            account.at(0, self._batch)

    def fill_queue(self, images: int) -> None:
        """Put images of an import into the queue of users."""
        self._queue.extend([None] * images)
        for _ in range(self._slots):
            self._take()

    def _upload(self) -> None:
        self._queue.append(self._account.now)
        self._take()
        self._account.at(self._account.jittered(self._every), self._upload)

    def _take(self) -> None:
        """Let a free poller take the next message."""
        if self._slots and self._queue:
            self._slots -= 1
            self._trigger(self._queue.popleft())

    def _trigger(self, since: float | None) -> None:
        seconds = self._account.invoke(TRIGGER)
        if seconds is None:
            self._account.at(self._account.jittered(POLL_AGAIN), self._trigger, since)
        else:
            self._account.at(seconds, self._process, lambda: self._outcome(since))

    def _process(self, then: Callable[[], None]) -> None:
        images: list[Image] = self._executions.start(1)
        self._executions.wait(images, then)

    def _outcome(self, since: float | None) -> None:
        self._account.done(TRIGGER)
        self._slots += 1
        if since is not None and since > WARM:
            self.waited.users.append(self._account.now - since)
        self._take()

    def _batch(self) -> None:
        """Invoke the function of imports for a batch; a throttled one is tried again."""
        seconds = self._account.invoke(STEP.function, IMPORT.each.seconds)
        if seconds is None:
            self._account.at(self._account.jittered(POLL_AGAIN), self._batch)
        else:
            self._account.at(seconds, self._import, BATCH_SIZE)

    def _import(self, left: int) -> None:
        """Import the next object of a batch, and end the invocation after the last."""
        if left:
            self._process(lambda: self._imported(left - 1))
        else:
            self._account.done(STEP.function)
            self._batch()

    def _imported(self, left: int) -> None:
        self.waited.imported += self._account.now > WARM
        self._account.at(IMPORT.each.seconds, self._import, left)


def lane_of(concurrency: int) -> int:
    """Return how many images an import can process at the same time, beside the MaxConcurrency that fits."""
    return max(1, (concurrency - EACH * fitting(concurrency) - LEAST_FREE) // EACH)


def simulate(concurrency: int, *, lane: int = 0, queued: int = 0, seed: int = 1) -> Waited:
    """Return how long users wait beside an import in a lane, or in their queue."""
    account = Account(concurrency, seed, ALONE)
    beside = Beside(deployed("STANDARD", fitting(concurrency)), account, lane)
    if queued:
        beside.fill_queue(queued)
    while len(beside.waited.users) < UPLOADS:
        account.step()
    beside.waited.seconds, beside.waited.refused = account.now - WARM, account.burst.urls[False]
    return beside.waited


def row(concurrency: int) -> list[str]:
    """Return the row of the table for a Lambda concurrency."""
    lane, fits = lane_of(concurrency), fitting(concurrency)
    alone, with_lane = simulate(concurrency), simulate(concurrency, lane=lane)
    same = simulate(concurrency, queued=QUEUED * fits)
    hourly = with_lane.imported / with_lane.seconds * 3600
    cells = [f"{concurrency:,}", str(fits), str(lane), *map(_waits, (alone, with_lane, same))]
    return [*cells, str(with_lane.refused), f"{hourly:,.0f}"]


def _waits(waited: Waited) -> str:
    cuts = quantiles(waited.users, n=20)
    return f"{_short(cuts[9])}, {_short(cuts[18])}"


def _short(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.1f} s"


def page() -> str:
    """Return the table in Markdown."""
    return table(COLUMNS, [row(concurrency) for concurrency in CONCURRENCIES])
