"""An account in virtual time: the events in their order, Lambda's concurrency, and somebody who asks for upload URLs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from typing import TYPE_CHECKING, Any, Final

from costs.workload_profile import INVOCATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

API: Final = "GetUploadUrlFunction"
# Durations of warm functions are those of the cost tables, costs/workload_profile.py. The following are assumed.
COLD_START: Final = 3.0  # seconds, with the imports
SPREAD: Final = (0.7, 1.8)  # of a duration, as a factor: drawn evenly
API_EVERY: Final = 1.0  # seconds between two requests for an upload URL, on average


@dataclass
class Burst:
    """What became of a burst; times are seconds from its beginning."""

    ended: list[float] = field(default_factory=list)  # of each success
    failed: int = 0  # executions that ended by a throttle or by their time limit
    dead: int = 0  # messages whose deliveries were used up, or that were kept for too long
    retries: int = 0  # of tasks: a transition each
    waited: float = 0  # by triggers, and by sweeps, for outcomes
    swept: int = 0  # images that a sweep started
    running: int = 0  # executions, at most, at the same time
    used: int = 0  # concurrency, at most, by all functions but that of the requests for upload URLs
    urls: Counter[bool] = field(default_factory=Counter)  # requests for upload URLs, and whether they were answered

    @property
    def over(self) -> int:
        """The images that have succeeded, failed or become dead letters."""
        return len(self.ended) + self.failed + self.dead


@dataclass(frozen=True)
class Others:
    """Other functions of the account: the Lambda concurrency that they use, until so many seconds."""

    taken: int = 0
    until: float = 0


class Account:
    """Time, and a Lambda concurrency."""

    def __init__(self, concurrency: int, seed: int, others: Others) -> None:
        """Start with cold functions."""
        self.now = 0.0
        self.burst = Burst()
        self.draw = Random(f"burst {seed}").random  # noqa: S311 - it is to be replayed
        self._events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._numbers = 0
        self._concurrency, self._free = concurrency, concurrency - others.taken
        self._used = 0
        self._warm: Counter[str] = Counter()
        self.at(others.until, self._give_back, others.taken)
        self.at(0, self._ask_for_url)

    def at(self, delay: float, do: Callable[..., None], *arguments: Any) -> None:
        """Plan a call, seconds from now."""
        self._numbers += 1
        heappush(self._events, (self.now + delay, self._numbers, do, arguments))

    def run(self, images: int) -> Burst:
        """Run until so many images are over."""
        burst = self.burst
        while burst.over < images:
            self.step()
        return burst

    def step(self) -> None:
        """Let the next thing happen that was planned."""
        self.now, _, do, arguments = heappop(self._events)
        do(*arguments)

    def invoke(self, function: str, work: float | None = None) -> float | None:
        """Take concurrency for a function, and return the seconds of its work; None if it is throttled."""
        if self._free <= 0:
            return None
        self._free -= 1
        if function != API:
            self._used += 1
            self.burst.used = max(self.burst.used, self._used)
        low, high = SPREAD
        work = INVOCATIONS[function].seconds if work is None else work
        seconds = work * (low + (high - low) * self.draw())
        if self._warm[function]:
            self._warm[function] -= 1
            return seconds
        return seconds + COLD_START

    def jittered(self, seconds: float) -> float:
        """Return seconds, half of it more or less, so that nobody is always a moment ahead of somebody else."""
        return seconds * (0.5 + self.draw())

    def done(self, function: str) -> None:
        """End an invocation."""
        self._warm[function] += 1
        self._free += 1
        self._used -= function != API

    def _give_back(self, taken: int) -> None:
        self._free += taken

    def _ask_for_url(self) -> None:
        """Ask for an upload URL, as a user does who does not try again."""
        seconds = self.invoke(API)
        self.burst.urls[seconds is not None] += 1
        if seconds is not None:
            self.at(seconds, self.done, API)
        self.at(self.jittered(API_EVERY), self._ask_for_url)
