"""The step handler decorator: contracts are checked, the record is updated, log, metrics and trace are written.

It stands in lambdas.domain and not in lambdas.runtime because it updates the record: nothing in runtime knows the domain.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Generic, TypedDict, TypeVar, cast

from imaging.errors import ImageRefusedError
from lambdas.domain import conflicts, outcomes, tombstones
from lambdas.domain.rerender_record import record_of, release_claim
from lambdas.runtime.metrics import IMAGES_REJECTED, STALE_ATTEMPTS, STEP_ERRORS, STEP_REJECTIONS
from lambdas.runtime.service_errors import named_by_code
from lambdas.runtime.settings import StepSettings
from lambdas.runtime.telemetry import count, logger, set_log_keys, trace
from workflow import contracts
from workflow.contracts.errors import ImageRejected, StaleExecution

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from workflow.contracts.payloads import Image


class StepInput(TypedDict):
    """What every step's input holds."""

    image: Image
    execution: str


Input = TypeVar("Input", bound=StepInput)
Output = TypeVar("Output", bound="Mapping[str, object]")
Settings = TypeVar("Settings", bound=StepSettings)

Payload = dict[str, Any]  # as Lambda passes it: JSON that may violate its contract
Handler = Callable[[Payload, Any], Payload]

IDENTIFIER = re.compile(r"[\w-]{1,80}", re.ASCII)  # the form of image ids and of execution names


@dataclass(frozen=True)
class Step(Generic[Input, Output, Settings]):
    """One step of the pipeline, as its handler runs it."""

    contract: str
    settings: type[Settings]
    stored_as: str
    work: Callable[[Input, Settings], Output]
    not_stored: tuple[str, ...]
    final_status: str
    undo: Callable[[Input, Output, Settings], None] | None

    @property
    def state(self) -> str:
        """The name of the step's state."""
        return self.contract.title().replace("-", "")

    def run(self, event: Input) -> Output:
        """Do the work between the checks of both contracts, and store its result."""
        contracts.check(f"{self.contract}.input", event)
        settings = self.settings.read()
        with (
            self._ended_by_deletion(event, settings),
            self._released_by_rejection(event, settings),
            _refusals_rejected(),
        ):
            result = self.work(event, settings)
        contracts.check(f"{self.contract}.output", result)
        self._store(event, result, settings)
        return result

    @contextmanager
    def _ended_by_deletion(self, event: Input, settings: Settings) -> Iterator[None]:
        """Raise StaleExecution in the place of an error if the image was deleted: that is why its upload is gone."""
        try:
            yield
        except conflicts.CONFLICT_ERRORS:
            raise
        except Exception as error:
            if tombstones.read_tombstone(settings.metadata_table, event["image"]["imageId"]):
                raise StaleExecution("the image was deleted") from error
            raise

    @contextmanager
    def _released_by_rejection(self, event: Input, settings: Settings) -> Iterator[None]:
        """Release the claim of an execution that makes renditions anew, if the image is rejected: it keeps those that it has."""
        try:
            yield
        except ImageRejected:
            release_claim(settings.metadata_table, event["image"], event["execution"])
            raise

    def _store(self, event: Input, result: Output, settings: Settings) -> None:
        stored = {self.stored_as: _without(self.not_stored, result)}
        record = record_of(settings.metadata_table, event["image"], event["execution"])
        try:
            record.complete_step(self.state, stored, self.final_status)
        except StaleExecution as error:
            if self.undo and not error.succeeded:
                self.undo(event, result, settings)
            raise


def step_handler(  # noqa: PLR0913 - each is a fact of one step, most of them by name
    contract: str,
    settings: type[Settings],
    *,
    stored_as: str,
    not_stored: tuple[str, ...] = (),
    final_status: str = outcomes.PROCESSING,
    undo: Callable[[Input, Output, Settings], None] | None = None,
) -> Callable[[Callable[[Input, Settings], Output]], Handler]:
    """Make a step's work the handler of its function.

    contract is the stem of the step's two contracts, and its state's name in kebab case. The result is stored in the
    record under stored_as, without properties called not_stored, and the record gets final_status. If the record is not
    this execution's any more, undo deletes what the work wrote to S3, unless this execution had succeeded before another
    one replaced its record. The handler raises ContractViolation for a payload that breaks either contract.
    """

    def decorate(work: Callable[[Input, Settings], Output]) -> Handler:
        step = Step(contract, settings, stored_as, work, not_stored, final_status, undo)

        @wraps(work)
        def handler(event: Payload, context: Any) -> Payload:
            identity = _identity(event)
            set_log_keys(requestId=context.aws_request_id, **identity)
            with _reported(step.state), trace(step.state, **identity), named_by_code():
                return cast("Payload", step.run(cast("Input", event)))  # the contracts are checked in between

        return handler

    return decorate


@contextmanager
def _refusals_rejected() -> Iterator[None]:
    """Raise ImageRejected, the name that Step Functions knows, for an image that imaging refuses."""
    try:
        yield
    except ImageRefusedError as refused:
        raise ImageRejected(refused.reason, refused.message) from refused


def _without(names: tuple[str, ...], value: Any) -> Any:
    """Return value without the properties called so, at any depth."""
    if isinstance(value, list):
        return [_without(names, element) for element in value]
    if isinstance(value, dict):
        return {key: _without(names, element) for key, element in value.items() if key not in names}
    return value


def _identity(event: object) -> dict[str, str]:
    """Return the image's id and the execution's name for the log, where event has them: its contract is not checked yet."""
    found = {"imageId": _property(_property(event, "image"), "imageId"), "execution": _property(event, "execution")}
    return {name: value for name, value in found.items() if isinstance(value, str) and IDENTIFIER.fullmatch(value)}


def _property(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


@contextmanager
def _reported(state: str) -> Iterator[None]:
    """Log how an attempt of the step ends, and count it unless the step is complete.

    It is counted at the time at which the attempt began, as Lambda counts errors, because alarms subtract one from the
    other. What they subtract is first counted as 0, so that there is a value for every period in which Lambda counts the
    error of a function that was killed.
    The error passes on to Lambda, which reports it to Step Functions and logs it again as text.
    """
    started = time.time_ns() // 1_000_000
    count(STEP_REJECTIONS, STALE_ATTEMPTS, step=state, at=started, number=0)
    try:
        yield
    except Exception as error:
        _report(state, error, started)
        raise
    logger().info("%s is complete", state)


def _report(state: str, error: Exception, started: int) -> None:
    if isinstance(error, ImageRejected):
        logger().info("rejected: %s", error.reason)
        count(STEP_REJECTIONS, step=state, at=started, reason=error.reason)
        count(IMAGES_REJECTED, at=started)
    elif isinstance(error, conflicts.CONFLICT_ERRORS):
        conflicts.report_conflict(error, step=state, at=started)
    else:
        logger().error("%s failed", state, exc_info=error)
        count(STEP_ERRORS, step=state, at=started)
