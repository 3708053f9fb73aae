"""A burst in virtual time: the queue, Lambda's pollers, the trigger and the sweep.

The model is harder than AWS where AWS does not say: all messages are in the queue at once, no function is warm, and what is
throttled gets no place in a line, but competes with all others at each retry.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from costs.workload_profile import CALL_SECONDS
from tests.bursts.account import Account, Burst, Others
from tests.bursts.executions import Executions

if TYPE_CHECKING:
    from tests.bursts.policy import Policy

TRIGGER: Final = "SqsTriggerFunction"
SWEEP: Final = "SweepFunction"
POLL_AGAIN: Final = (
    1.0  # seconds until a poller invokes a throttled function again, while the message is hidden; assumed
)
# Documented by AWS: pollers at the beginning, and how many more in each second, until MaximumConcurrency.
POLLERS, POLLERS_EACH_SECOND = 5, 300 / 60
ALONE: Final = Others()

Batch = list[int]  # for each message, its deliveries so far


def simulate(policy: Policy, concurrency: int, images: int, *, seed: int = 1, others: Others = ALONE) -> Burst:
    """Return what becomes of a burst of images in an account with that Lambda concurrency."""
    account = Account(concurrency, seed, others)
    _Queue(policy, account, images)
    return account.run(images)


class _Queue:
    """The queue of a burst, with what reads it."""

    def __init__(self, policy: Policy, account: Account, images: int) -> None:
        """Put all messages into the queue."""
        self._policy, self._account = policy, account
        self._executions = Executions(policy, account)
        self._messages = deque([0] * images)
        self._polling = 0
        account.at(0, self._poll)
        account.at(policy.stalled_after, self._sweep)

    def _poll(self) -> None:
        """Start as many pollers as the event source has by now; each has one invocation at a time."""
        limit = self._policy.max_concurrency
        allowed = min(limit, int(POLLERS + POLLERS_EACH_SECOND * self._account.now))
        while self._polling < allowed and self._messages:
            self._polling += 1
            self._receive()
        if allowed < limit and self._messages:
            self._account.at(1, self._poll)

    def _receive(self) -> None:
        """Let a poller take the next batch, or stop."""
        batch = [self._messages.popleft() for _ in range(min(self._policy.batch, len(self._messages)))]
        if not batch:
            self._polling -= 1
        elif self._account.now > self._policy.retention:
            self._account.burst.dead += len(batch)
            self._receive()
        else:
            self._deliver(batch, self._account.now)

    def _deliver(self, batch: Batch, received: float) -> None:
        """Invoke the trigger with a batch; while it is throttled, try again until the messages are visible again."""
        account = self._account
        seconds = account.invoke(TRIGGER)
        if seconds is not None:
            account.at(seconds + CALL_SECONDS * (len(batch) - 1), self._start, len(batch))
        elif account.now - received < self._policy.visibility:
            account.at(account.jittered(POLL_AGAIN), self._deliver, batch, received)
        else:
            self._give_back(batch)
            self._receive()

    def _give_back(self, batch: Batch) -> None:
        """Make messages visible again, or dead letters."""
        again = [deliveries + 1 for deliveries in batch if deliveries + 1 < self._policy.deliveries]
        self._messages.extend(again)
        self._account.burst.dead += len(batch) - len(again)

    def _start(self, count: int) -> None:
        """Start the executions of a batch; the trigger then waits for their outcomes, if it does."""
        images = self._executions.start(count)
        if self._policy.longest_wait:
            self._executions.wait(images, self._release)
        else:
            self._release()

    def _release(self) -> None:
        self._account.done(TRIGGER)
        self._receive()

    def _sweep(self) -> None:
        """Start what still waits in the queue and looks stalled by now, at the sweep's own pace."""
        self._account.at(self._policy.sweep_every, self._sweep)
        if self._messages and self._account.invoke(SWEEP, 0) is not None:
            self._start_stalled(self._account.now + self._policy.sweep_starts)

    def _start_stalled(self, until: float) -> None:
        """Start a few images, and more when they have their outcomes. Their messages then are duplicates, and left out here."""
        count = min(len(self._messages), max(1, self._policy.max_concurrency // 2))
        if not count or self._account.now >= until:
            self._account.done(SWEEP)
            return
        for _ in range(count):
            self._messages.pop()
        self._account.burst.swept += count
        self._executions.wait(self._executions.start(count), lambda: self._start_stalled(until))
