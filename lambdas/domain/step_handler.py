"""The gate around every step: both contracts checked, the record kept up to date, and log, metrics and trace told."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

from imaging.errors import ImageRefusedError
from lambdas.domain import conflicts, record
from lambdas.runtime.metrics import IMAGES_REJECTED, STALE_ATTEMPTS, STEP_ERRORS, STEP_REJECTIONS
from lambdas.runtime.settings import StepSettings
from lambdas.runtime.telemetry import count, logger, set_log_keys, trace
from workflow import contracts
from workflow.contracts.errors import ImageRejected, StaleExecution

E = TypeVar("E", bound=StepSettings)
Payload = dict[str, Any]
Work = Callable[[Payload, E], Payload]
Handler = Callable[[Payload, object], Payload]
Undo = Callable[[Payload, Payload, E], None]  # event, what was found, environment

IDENTIFIER = re.compile(r"[\w-]{1,80}", re.ASCII)  # what image ids are made of, and the names of executions


def step_handler(  # noqa: PLR0913 - each is a fact of one step, most of them by name
    contract: str,
    environment: type[E],
    found_as: str,
    *,
    unrecorded: str = "",
    end: str = record.PROCESSING,
    undo: Undo[E] | None = None,
) -> Callable[[Work[E]], Handler]:
    """Make a step's work the handler of its function.

    contract is the stem of the step's contracts and its state's name in kebab case; what the work returns stands in
    the record under found_as, but for properties named unrecorded, and the record moves to end. Where the record does
    not take it, because the picture has another end by now, undo takes away what the work left in S3, unless the execution
    had succeeded before a newer one took the record. Raises ContractViolation for a payload that breaks either contract.
    """
    state = contract.title().replace("-", "")

    def decorate(work: Work[E]) -> Handler:
        def attempt(event: Payload) -> Payload:
            contracts.check(f"{contract}.input", event)
            variables = environment.read()
            with _refusals_rejected():
                found = work(event, variables)
            contracts.check(f"{contract}.output", found)
            kept = {found_as: _without(unrecorded, found)}
            try:
                record.Record(variables.metadata_table, event["image"], event["execution"]).done(state, kept, end)
            except StaleExecution as late:
                if undo and not late.succeeded:
                    undo(event, found, variables)
                raise
            return found

        @wraps(work)
        def handler(event: Payload, context: Any) -> Payload:
            identity = _identity(event)
            set_log_keys(requestId=context.aws_request_id, **identity)
            with _told(state), trace(state, **identity):
                return attempt(event)

        return handler

    return decorate


@contextmanager
def _refusals_rejected() -> Iterator[None]:
    """Raise ImageRejected, the name that Step Functions knows, for an image that imaging refuses."""
    try:
        yield
    except ImageRefusedError as refused:
        raise ImageRejected(refused.reason, refused.message) from refused


def _without(name: str, value: Any) -> Any:
    """Return value without the properties called name, however deep."""
    if isinstance(value, list):
        return [_without(name, item) for item in value]
    if isinstance(value, dict):
        return {key: _without(name, item) for key, item in value.items() if key != name}
    return value


def _identity(event: object) -> dict[str, str]:
    """Return which picture and execution event is about, as far as it says so soundly: it may keep no contract."""
    told = {"imageId": _property(_property(event, "image"), "imageId"), "execution": _property(event, "execution")}
    return {name: value for name, value in told.items() if isinstance(value, str) and IDENTIFIER.fullmatch(value)}


def _property(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


@contextmanager
def _told(state: str) -> Iterator[None]:
    """Log how the step of state ends, and count it unless it is done.

    It is counted at the time when the step began, as Lambda counts errors: alarms take the one from the other. What they
    take off is counted as none first, so that it is there in every period in which Lambda counts the errors of a function
    that was killed.
    An error passes on to Lambda, which has no other way to tell Step Functions, and which logs it again as text.
    """
    started = time.time_ns() // 1_000_000
    count(STEP_REJECTIONS, STALE_ATTEMPTS, step=state, at=started, number=0)
    try:
        yield
    except Exception as error:
        _tell(state, error, started)
        raise
    logger().info("%s is done", state)


def _tell(state: str, error: Exception, started: int) -> None:
    if isinstance(error, ImageRejected):
        logger().info("rejected: %s", error.reason)
        count(STEP_REJECTIONS, step=state, at=started, reason=error.reason)
        count(IMAGES_REJECTED, at=started)
    elif isinstance(error, conflicts.CONFLICT_ERRORS):
        conflicts.report_conflict(error, step=state, at=started)
    else:
        logger().error("%s failed", state, exc_info=error)
        count(STEP_ERRORS, step=state, at=started)
