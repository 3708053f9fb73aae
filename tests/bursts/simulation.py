"""A burst in virtual time: the queue, Lambda's pollers and its concurrency, and executions with their retries.

The model is harder than AWS where AWS does not say: all messages are in the queue at once, no function is warm, and what is
throttled gets no place in a line, but competes with all others at each retry.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from typing import TYPE_CHECKING, Any, Final

from lambdas.domain import back_pressure
from pages.workload_profile import CALL_SECONDS, INVOCATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bursts.policy import Policy

TRIGGER: Final = "SqsTriggerFunction"
API: Final = "GetUploadUrlFunction"
# Durations of warm functions are those of the cost tables, pages/workload_profile.py. The following are assumed, seconds:
COLD_START: Final = 3.0  # with the imports
TRANSITION: Final = 0.05  # from one state to the next
SPREAD: Final = (0.7, 1.8)  # of a duration, as a factor: drawn evenly
POLL_AGAIN: Final = 1.0  # until a poller invokes a throttled function again, while the message is hidden
API_EVERY: Final = 1.0  # between two requests for an upload URL
# Documented by AWS: pollers at the beginning, and how many more in each second, until MaximumConcurrency.
POLLERS, POLLERS_EACH_SECOND = 5, 300 / 60


@dataclass
class Burst:
    """What became of a burst; times are seconds from its beginning."""

    ended: list[float] = field(default_factory=list)  # of each success
    failed: int = 0  # executions that ended by a throttle or by their time limit
    dead: int = 0  # messages whose deliveries were used up, or that were kept for too long
    retries: int = 0  # of tasks: a transition each
    waited: float = 0  # by triggers for outcomes
    running: int = 0  # executions, at most, at the same time
    used: int = 0  # concurrency, at most
    urls: Counter[bool] = field(default_factory=Counter)  # requests for upload URLs, and whether they were answered


@dataclass(eq=False)
class _Image:
    """An image whose execution runs."""

    started: float
    stage: int = 0
    branches: int = 0  # of the stage that still run
    release: Callable[[], None] | None = None  # of the trigger that waits


@dataclass(frozen=True)
class Others:
    """Other functions of the account: the Lambda concurrency that they use, until so many seconds."""

    taken: int = 0
    until: float = 0


class Simulation:
    """One burst of images in an account with that Lambda concurrency."""

    def __init__(self, policy: Policy, concurrency: int, images: int, seed: int, others: Others) -> None:
        """Put all messages into the queue."""
        self._policy, self._free = policy, concurrency - others.taken
        self._concurrency = concurrency
        self._draw = Random(f"burst {seed}").random  # noqa: S311 - it is to be replayed
        self._events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._now, self._numbers = 0.0, 0
        self._queue = deque((number, 0) for number in range(images))  # message, and its deliveries so far
        self._left, self._polling, self._idle = images, 0, 0
        self._warm: Counter[str] = Counter()
        self._executions = 0
        self._burst = Burst()
        self._at(others.until, self._return, others.taken)
        self._at(0, self._poll)
        self._at(0, self._ask_for_url)

    def run(self) -> Burst:
        """Run until each message and execution has ended."""
        events = self._events
        while self._left:
            self._now, _, do, arguments = heappop(events)
            do(*arguments)
        return self._burst

    def _at(self, delay: float, do: Callable[..., None], *arguments: Any) -> None:
        self._numbers += 1
        heappush(self._events, (self._now + delay, self._numbers, do, arguments))

    # Lambda

    def _invoke(self, function: str) -> float | None:
        """Take concurrency for a function, and return the seconds of its work; None if it is throttled."""
        if self._free <= 0:
            return None
        self._free -= 1
        self._burst.used = max(self._burst.used, self._concurrency - self._free)
        low, high = SPREAD
        seconds = INVOCATIONS[function].seconds * (low + (high - low) * self._draw())
        if self._warm[function]:
            self._warm[function] -= 1
            return seconds
        return seconds + COLD_START

    def _done(self, function: str) -> None:
        self._warm[function] += 1
        self._free += 1

    def _return(self, taken: int) -> None:
        self._free += taken

    def _ask_for_url(self) -> None:
        """Ask for an upload URL, as a user does who does not try again."""
        seconds = self._invoke(API)
        self._burst.urls[seconds is not None] += 1
        if seconds is not None:
            self._at(seconds, self._done, API)
        self._at(API_EVERY, self._ask_for_url)

    # SQS and its event source

    def _poll(self) -> None:
        """Start as many pollers as the event source has by now; each has one invocation at a time."""
        policy = self._policy
        allowed = min(policy.max_concurrency, int(POLLERS + POLLERS_EACH_SECOND * self._now))
        while self._polling < allowed and self._queue:
            self._polling += 1
            self._receive()
        if allowed < policy.max_concurrency and self._queue:
            self._at(1, self._poll)

    def _receive(self) -> None:
        """Let a poller take the next batch, or stop."""
        batch = [self._queue.popleft() for _ in range(min(self._policy.batch, len(self._queue)))]
        if not batch:
            self._polling -= 1
        elif self._now > self._policy.retention:
            self._lose(len(batch))
            self._receive()
        else:
            self._deliver(batch, self._now)

    def _deliver(self, batch: list[tuple[int, int]], received: float) -> None:
        """Invoke the trigger with a batch; while it is throttled, try again until the messages are visible again."""
        seconds = self._invoke(TRIGGER)
        if seconds is None:
            if self._now - received < self._policy.visibility:
                self._at(POLL_AGAIN, self._deliver, batch, received)
                return
            self._give_back(batch)
            self._receive()
            return
        seconds += CALL_SECONDS * (len(batch) - 1)
        self._at(seconds, self._start, len(batch))

    def _give_back(self, batch: list[tuple[int, int]]) -> None:
        """Make messages visible again, or dead letters."""
        again = [(message, deliveries + 1) for message, deliveries in batch if deliveries + 1 < self._policy.deliveries]
        self._queue.extend(again)
        self._lose(len(batch) - len(again))

    def _lose(self, messages: int) -> None:
        self._burst.dead += messages
        self._left -= messages

    # The trigger

    def _start(self, count: int) -> None:
        """Start the executions of a batch; the trigger then waits for their outcomes, if it does."""
        images = [_Image(self._now) for _ in range(count)]
        if self._policy.longest_wait:
            self._wait(images)
        else:
            self._release()
        for image in images:
            self._executions += 1
            self._burst.running = max(self._burst.running, self._executions)
            self._at(TRANSITION, self._begin_stage, image)

    def _wait(self, images: list[_Image]) -> None:
        """Let the trigger wait, until its first look at the records after the last outcome, or for its longest wait."""
        since, waiting = self._now, len(images)

        def over() -> None:
            nonlocal waiting
            waiting -= 1
            if not waiting:
                self._at(_next_look(self._now - since), release, self._now)

        def release(ended: float | None = None) -> None:
            nonlocal waiting
            if ended is None and not waiting:
                return
            waiting = 0
            for image in images:
                image.release = None
            self._burst.waited += self._now - since
            self._release()

        for image in images:
            image.release = over
        self._at(self._policy.longest_wait, release)

    def _release(self) -> None:
        self._done(TRIGGER)
        self._receive()

    # Step Functions

    def _begin_stage(self, image: _Image) -> None:
        functions = self._policy.stages[image.stage]
        image.branches = len(functions)
        for function in functions:
            self._attempt(image, image.stage, function, 0)

    def _attempt(self, image: _Image, stage: int, function: str, retry: int) -> None:
        """Run a task of an execution; a throttled one is retried, until its retries or the execution's time are used up."""
        if image.stage != stage:  # it has failed in another branch
            return
        policy = self._policy
        if self._now - image.started >= policy.execution_seconds:
            self._end(image, failed=True)
            return
        seconds = self._invoke(function)
        if seconds is not None:
            self._at(seconds, self._complete, image, stage, function)
        elif retry >= policy.retrier.attempts:
            self._end(image, failed=True)
        else:
            self._burst.retries += 1
            self._at(policy.retrier.delay(retry, self._draw()), self._attempt, image, stage, function, retry + 1)

    def _complete(self, image: _Image, stage: int, function: str) -> None:
        self._done(function)
        if image.stage != stage:
            return
        image.branches -= 1
        if image.branches:
            return
        if stage + 1 == len(self._policy.stages):
            self._end(image, failed=False)
            return
        image.stage += 1
        self._at(TRANSITION, self._begin_stage, image)

    def _end(self, image: _Image, *, failed: bool) -> None:
        image.stage = -1
        self._executions -= 1
        self._left -= 1
        if failed:
            self._burst.failed += 1
        else:
            self._burst.ended.append(self._now)
        if image.release:
            image.release()


def _next_look(waited: float) -> float:
    """Return the seconds until the trigger next reads the record, when it has waited for so long."""
    looked = 0.0
    while looked < waited:
        looked += back_pressure.pause(looked)
    return looked - waited


def simulate(policy: Policy, concurrency: int, images: int, *, seed: int = 1, others: Others = Others()) -> Burst:
    """Return what becomes of a burst of images in an account with that Lambda concurrency."""
    return Simulation(policy, concurrency, images, seed, others).run()
