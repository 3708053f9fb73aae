"""Executions in virtual time: the steps of an image, with retries of throttled tasks, and the wait for its outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lambdas.domain import back_pressure

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bursts.account import Account
    from tests.bursts.policy import Policy

TRANSITION: Final = 0.05  # seconds from one state to the next, assumed


@dataclass(eq=False)
class Image:
    """An image whose execution runs."""

    started: float
    stage: int = 0  # -1 when it is over
    branches: int = 0  # of the stage that still run
    when_over: Callable[[], None] | None = None


class Executions:
    """The executions of a burst."""

    def __init__(self, policy: Policy, account: Account) -> None:
        """Run them in account."""
        self._policy, self._account = policy, account
        self._running = 0

    def start(self, count: int) -> list[Image]:
        """Start so many executions."""
        account, burst = self._account, self._account.burst
        images = [Image(account.now) for _ in range(count)]
        for image in images:
            self._running += 1
            burst.running = max(burst.running, self._running)
            account.at(TRANSITION, self._begin_stage, image)
        return images

    def wait(self, images: list[Image], then: Callable[[], None]) -> None:
        """Call then after the first look at the records after the last outcome, or after the longest wait."""
        account, since, waiting = self._account, self._account.now, len(images)

        def over() -> None:
            nonlocal waiting
            waiting -= 1
            if not waiting:
                account.at(_next_look(account.now - since), go_on, True)

        def go_on(all_over: bool = False) -> None:  # noqa: FBT002 - it is called by the events
            nonlocal waiting
            if not all_over and not waiting:
                return
            waiting = 0
            for image in images:
                image.when_over = None
            account.burst.waited += account.now - since
            then()

        for image in images:
            image.when_over = over
        account.at(self._policy.longest_wait, go_on)

    def _begin_stage(self, image: Image) -> None:
        functions = self._policy.stages[image.stage]
        image.branches = len(functions)
        for function in functions:
            self._attempt(image, image.stage, function, 0)

    def _attempt(self, image: Image, stage: int, function: str, retry: int) -> None:
        """Run a task of an execution; a throttled one is retried, until its retries or the execution's time are used up."""
        if image.stage != stage:  # it has failed in another branch
            return
        policy, account = self._policy, self._account
        if account.now - image.started >= policy.execution_seconds:
            self._end(image, failed=True)
            return
        seconds = account.invoke(function)
        if seconds is not None:
            account.at(seconds, self._complete, image, stage, function)
        elif retry >= policy.retrier.attempts:
            self._end(image, failed=True)
        else:
            account.burst.retries += 1
            delay = policy.retrier.delay(retry, account.draw())
            account.at(delay, self._attempt, image, stage, function, retry + 1)

    def _complete(self, image: Image, stage: int, function: str) -> None:
        self._account.done(function)
        if image.stage != stage:
            return
        image.branches -= 1
        if image.branches:
            return
        if stage + 1 == len(self._policy.stages):
            self._end(image, failed=False)
            return
        image.stage += 1
        self._account.at(TRANSITION, self._begin_stage, image)

    def _end(self, image: Image, *, failed: bool) -> None:
        image.stage = -1
        self._running -= 1
        if failed:
            self._account.burst.failed += 1
        else:
            self._account.burst.ended.append(self._account.now)
        if image.when_over:
            image.when_over()


def _next_look(waited: float) -> float:
    """Return the seconds until the record is read next, when its image has been waited for so long."""
    looked = 0.0
    while looked < waited:
        looked += back_pressure.pause(looked)
    return looked - waited
