"""Back-pressure: whoever starts an execution waits for its image's outcome, so that few images are processed at once.

Lambda invokes SqsTriggerFunction for at most MaxConcurrency messages at the same time. Since an invocation lasts as long as
its image is processed, that bounds the images, and all others wait in the queue.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.domain import executions
from lambdas.domain.outcomes import DELETED, is_final
from lambdas.domain.record import CLAIM, read_record
from lambdas.runtime import clock
from lambdas.runtime.service_errors import error_name
from workflow.contracts.service_errors import FUNCTION_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from workflow.contracts.payloads import Image

LONGEST_WAIT = 60  # seconds; an image takes one or two, and ten with cold starts
# Seconds in which an execution takes over the record of an older version. If it has not, it has ended as stale: its version was
# replaced meanwhile, or its event is a late duplicate.
TAKEOVER_WAIT = 5
SHORTEST_PAUSE = 0.25  # seconds between two reads of a record
PAUSE_SHARE = 0.25  # of the time waited so far: a pause is at most that much too long


def wait_for_outcomes(images: Iterable[Image], table: str, until: datetime | None = None) -> None:
    """Return when each image has the outcome of its execution, or is another execution's, or after LONGEST_WAIT, or at until.

    The executions go on in any case. The wait only spaces the starts, so it goes on while DynamoDB is down. Raises any other
    error of its calls. No pause goes beyond the end: a trigger that is ended at its time limit leaves its message hidden for minutes.
    """
    since = clock.now()
    end = since + timedelta(seconds=LONGEST_WAIT)
    end = min(end, until) if until else end
    waiting = [*images]
    while waiting := [image for image in waiting if not _is_over(image, table, since)]:
        now = clock.now()
        if now >= end:
            return
        clock.sleep(min(pause((now - since) / timedelta(seconds=1)), (end - now) / timedelta(seconds=1)))


class Pace:
    """Starts executions beside the trigger: few at the same time, and none after a time limit."""

    def __init__(self, max_concurrency: int, table: str, until: datetime | None = None) -> None:
        """Use half of what the trigger may, so that both together fit the Lambda concurrency that it leaves free."""
        self._at_once = max_concurrency // 2  # the trigger has two or more
        self._table, self._until = table, until
        self._images: list[Image] = []

    def admits(self) -> bool:
        """Return whether an execution may be started now; wait for the outcomes of earlier ones before, if need be."""
        if self._until and clock.now() >= self._until:
            return False
        if len(self._images) >= self._at_once:
            wait_for_outcomes(self._images, self._table)
            self._images.clear()
        return True

    def started(self, image: Image) -> None:
        """Note that the execution for image has been started."""
        self._images.append(image)


def pause(waited: float) -> float:
    """Return the seconds until the next read of a record, after waiting for so many seconds."""
    return max(SHORTEST_PAUSE, PAUSE_SHARE * waited)


def _is_over(image: Image, table: str, since: datetime) -> bool:
    """Return whether the image's execution has its outcome, or has not taken the record over from another one in time."""
    try:
        stored = read_record(table, image["imageId"])
    except Exception as error:
        if error_name(error) not in FUNCTION_ERRORS:
            raise
        return False
    if not stored:
        return False
    if stored["status"] == DELETED:
        return True
    if stored["execution"] == executions.name(image):
        return is_final(stored)
    if stored.get(CLAIM) == executions.name(image):
        return False
    return stored["createdAt"] >= clock.rfc3339(since) or clock.now() - since >= timedelta(seconds=TAKEOVER_WAIT)
