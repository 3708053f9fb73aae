"""The invocations that run at the same time: as many as this machine has processors for; the others wait."""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count
from typing import Any

LEAST = 2  # an invocation that waits for the emulator leaves its processor to another one
PAUSE_SECONDS = 0.25  # between two looks at what waits
LONG_SECONDS = 10.0  # after that an invocation probably waits for others, and its slot is lent
FUNCTION_HEADER = "x-ministack-invoke-depth"  # in what a worker's SDK sends


@dataclass(eq=False)
class _Invocation:
    function: str
    admitted: threading.Event = field(default_factory=threading.Event)
    passed: float | None = None  # when there was a slot for it first, and no worker
    started: float = 0.0
    holds: bool = False  # a slot


class Slots:
    """A bound for all functions together.

    Of the functions that wait, the one with the fewest running invocations is next and, of equal ones, the one that has had
    no turn for the longest time, so that each function gets on under any load. If all workers of a function are busy, an
    invocation waits for one of them as long as the function's first invocation took: a further worker would take as long to
    start, and memory for good.
    """

    def __init__(
        self, number: int, patience: float = LONG_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Let that many invocations run; none waits for a worker for longer than patience, in seconds."""
        self._lock, self._free, self._patience, self._clock = threading.Lock(), number, patience, clock
        self._workers = Counter[str]()  # of each function: the most invocations that ran at the same time
        self._firsts = dict[str, float]()  # seconds that the first invocation of each function took
        self._running, self._waiting = list[_Invocation](), list[_Invocation]()
        self._turns, self._last_turns = count(1), Counter[str]()

    @contextmanager
    def taken(self, function: str) -> Iterator[None]:
        """Wait for a slot, and hold it within the block."""
        invocation = _Invocation(function)
        with self._lock:
            self._waiting.append(invocation)
            self._admit()
        while not invocation.admitted.wait(PAUSE_SECONDS):
            self.lend_long()
        try:
            yield
        finally:
            with self._lock:
                self._running.remove(invocation)
                self._free += invocation.holds
                self._firsts.setdefault(function, self._clock() - invocation.started)
                self._admit()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Within the block let one more invocation run, because one that holds a slot waits for another."""
        with self._lock:
            self._free += 1
            self._admit()
        try:
            yield
        finally:
            with self._lock:
                self._free -= 1

    def lend_long(self) -> None:
        """Lend the slots of invocations that take long: a function that polls for what others do would keep them from it."""
        with self._lock:
            for invocation in self._running:
                if invocation.holds and self._clock() - invocation.started > LONG_SECONDS:
                    invocation.holds = False
                    self._free += 1
            self._admit()

    def _admit(self) -> None:
        while self._free > 0 and (following := self._following()):
            self._waiting.remove(following)
            self._running.append(following)
            function = following.function
            self._workers[function] = max(self._workers[function], self._number(function))
            self._last_turns[function] = next(self._turns)
            self._free -= 1
            following.started, following.holds = self._clock(), True
            following.admitted.set()

    def _following(self) -> _Invocation | None:
        """Return the next invocation; None if there is none for which there is a worker, or that has waited for long enough."""
        ready = [one for one in self._waiting if self._has_worker(one) or self._is_impatient(one)]
        # Of equal ones min returns the first, which has waited longest.
        return min(ready, key=lambda one: (self._number(one.function), self._last_turns[one.function]), default=None)

    def _number(self, function: str) -> int:
        """Return how many invocations of a function run."""
        return sum(invocation.function == function for invocation in self._running)

    def _has_worker(self, invocation: _Invocation) -> bool:
        """Return whether a worker of the function is free, or none will be soon: it has had none so far, or they take long."""
        running = sum(one.holds for one in self._running if one.function == invocation.function)
        return not running or running < self._workers[invocation.function]

    def _is_impatient(self, invocation: _Invocation) -> bool:
        """Return whether it has waited for a worker as long as it takes to start one."""
        if invocation.passed is None:
            invocation.passed = self._clock()
        patience = min(self._patience, self._firsts.get(invocation.function, self._patience))
        return self._clock() - invocation.passed >= patience


def processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


SLOTS = Slots(max(LEAST, processors()))
_is_from_event_source: ContextVar[bool] = ContextVar("is_from_event_source", default=False)


def with_slot(function: str, call: Callable[..., Any]) -> Any:
    """Call with a slot for the function, unless an event source invokes it."""
    if _is_from_event_source.get():
        return call()
    with SLOTS.taken(function):
        return call()


def without_slot(call: Callable[..., Any], *arguments: Any) -> Any:
    """Call for an event source, whose own concurrency bounds its invocations: they may wait for other functions for long."""
    token = _is_from_event_source.set(True)
    try:
        return call(*arguments)
    finally:
        _is_from_event_source.reset(token)


def lending_slot(headers: Mapping[str, str], call: Callable[..., Any]) -> Callable[..., Any]:
    """Return call, for a request with these headers: if a function sent it, its slot is lent until call returns.

    Otherwise functions that wait for other functions could hold all slots for good.
    """
    if FUNCTION_HEADER not in map(str.lower, headers):
        return call

    def lent(*arguments: Any) -> Any:
        with SLOTS.lent():
            return call(*arguments)

    return lent
