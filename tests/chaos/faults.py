"""The faults: kinds, probabilities and counts."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Fault(StrEnum):
    """A kind of fault; the value is its text in the report."""

    # An AWS call of a function.
    CALL_FAILS = "call fails with 500"
    CALL_THROTTLED = "call is throttled"
    CALL_LOST = "call times out before its effect"
    CALL_ANSWER_LOST = "call times out after its effect"
    CALL_TWICE = "call is repeated by the SDK after its effect"
    CALL_OUTDATED = "function continues after the answer of a call is outdated"
    KILLED_BEFORE = "function is killed before a call"
    KILLED_AFTER = "function is killed after a call"
    # A task of a state.
    TASK_THROTTLED = "task is throttled"
    TASK_FAILS = "task fails before its effect"
    TASK_TIMES_OUT = "task times out before its effect"
    TASK_ANSWER_LOST = "task fails after its effect"
    TASK_ANSWER_LATE = "task times out after its effect"
    # The invocation of a function.
    OUT_OF_MEMORY = "function runs out of memory at once"
    TIMED_OUT_AT_ONCE = "function times out at once"
    ZOMBIE = "function continues after its state has failed"
    TWO_COPIES = "function runs twice at once"
    # An execution.
    ABORTED = "execution is aborted"
    TIMED_OUT = "execution times out"
    VANISHED = "express execution vanishes"
    # Events and messages.
    EVENT_LOST = "S3 event is lost"
    EVENT_TWICE = "S3 event comes twice"
    MESSAGE_TWICE = "message is delivered while another has it"
    STATUS_LOST = "status event is lost"
    STATUS_TWICE = "status event comes twice"
    # The sweep.
    TWO_SWEEPS = "two sweeps run at once"
    # A call that succeeds with less than the whole answer, and the clock of a function.
    READ_STALE = "eventually consistent read is stale"
    READ_PARTIAL = "DynamoDB leaves keys of a batch unprocessed"
    DELETED_PARTIALLY = "S3 deletes some objects of a request, and lists the others as errors"
    CLOCK_SKEWED = "clock of a function is up to 90 s wrong"
    # Operators and clients.
    REDRIVE = "operator redrives"
    REPROCESS = "operator reprocesses"
    OPERATORS_SWEEP = "operator sweeps"
    UPLOAD_DELETED = "upload is deleted"
    UPLOAD_RESTORED = "delete marker is removed"
    UPLOAD_REMOVED = "upload is deleted for good, with all its versions"
    # A new version.
    DEPLOYED = "new version is deployed over the last release"
    NOT_CONFIGURED = "function has its new code and its old configuration"
    # What happens after a long time only.
    MONTHS = "months pass"
    RECORD_EXPIRED = "record is deleted at the end of its time to live"
    UPLOAD_EXPIRED = "lifecycle rule hides an upload behind a delete marker"
    VERSION_EXPIRED = "lifecycle rule removes a version or a delete marker"
    # Users of the API.
    IMAGE_DELETED = "user deletes an image"


CALL = {
    Fault.CALL_FAILS: 3,
    Fault.CALL_THROTTLED: 3,
    Fault.CALL_LOST: 1,
    Fault.CALL_ANSWER_LOST: 3,
    Fault.CALL_TWICE: 3,
    Fault.CALL_OUTDATED: 3,
    Fault.KILLED_BEFORE: 2,
    Fault.KILLED_AFTER: 3,
}
TASK = {
    Fault.TASK_THROTTLED: 2,
    Fault.TASK_FAILS: 2,
    Fault.TASK_TIMES_OUT: 1,
    Fault.TASK_ANSWER_LOST: 2,
    Fault.TASK_ANSWER_LATE: 2,
}
FUNCTION = {Fault.OUT_OF_MEMORY: 1, Fault.TIMED_OUT_AT_ONCE: 1, Fault.ZOMBIE: 3, Fault.TWO_COPIES: 2}
STANDARD_ENDS = {Fault.ABORTED: 1, Fault.TIMED_OUT: 1}
EXPRESS_ENDS = {Fault.VANISHED: 2, Fault.TIMED_OUT: 1}
UPLOAD = {Fault.EVENT_LOST: 1, Fault.EVENT_TWICE: 2}
STATUS = {Fault.STATUS_LOST: 1, Fault.STATUS_TWICE: 1}
# What happens to some calls only, by operation.
INCOMPLETE = {
    "BatchGetItem": {Fault.READ_STALE: 3, Fault.READ_PARTIAL: 1},
    "DescribeExecution": {Fault.READ_STALE: 1},
    "Scan": {Fault.READ_STALE: 1},
    "DeleteObjects": {Fault.DELETED_PARTIALLY: 1},
}
OPERATOR = {Fault.REDRIVE: 2, Fault.REPROCESS: 2, Fault.OPERATORS_SWEEP: 1}
CLIENT = {Fault.UPLOAD_DELETED: 2, Fault.UPLOAD_RESTORED: 2, Fault.UPLOAD_REMOVED: 1}
USER = {Fault.IMAGE_DELETED: 3}

RATES = (0.0, 0.01, 0.03, 0.06, 0.12, 0.25)  # of calls and tasks with a fault
KEPT = 0.6  # of the kinds of faults, in one schedule: a schedule with fewer kinds gets further


class Faults:
    """Draws the faults of one schedule, with kinds and rate that are random for each schedule, and counts them."""

    def __init__(self, random: Random, only: Mapping[Fault, float] | None = None) -> None:
        """Draw the kinds and the rate of faults; only gives the probability of each kind instead."""
        self._random = random
        self._only = only
        self.rate = random.choice(RATES)
        kinds = Random(random.getrandbits(32))  # noqa: S311 - of its own, so that a new kind changes no other draw
        self._kinds = {fault for fault in Fault if kinds.random() < KEPT}
        self.storm = True
        self.counted: Counter[Fault] = Counter()

    def draw(self, weights: Mapping[Fault, int], often: float = 1) -> Fault | None:
        """Return one of the weighted faults, or None; often multiplies the rate, which is that of calls."""
        if not self.storm or not weights:
            return None
        found = self._chosen(weights) if self._only is not None else self._drawn(weights, often)
        if found:
            self.counted[found] += 1
        return found

    def count(self, fault: Fault) -> None:
        """Count a fault that was not drawn."""
        self.counted[fault] += 1

    def _drawn(self, weights: Mapping[Fault, int], often: float) -> Fault | None:
        if self._random.random() >= self.rate * often:
            return None
        found = self._random.choices(list(weights), list(weights.values()))[0]
        return found if found in self._kinds else None

    def _chosen(self, weights: Mapping[Fault, int]) -> Fault | None:
        wanted = self._only or {}
        return next((fault for fault in weights if fault in wanted and self._random.random() < wanted[fault]), None)
