"""The gate around every step: both contracts checked, the log's keys set, the record kept up to date."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from lambdas import record
from lambdas.environment import StepEnvironment
from lambdas.log import logger
from workflow import contracts

E = TypeVar("E", bound=StepEnvironment)
Payload = dict[str, Any]
Work = Callable[[Payload, E], Payload]
Handler = Callable[[Payload, object], Payload]


def step(
    contract: str, environment: type[E], found_as: str, *, unrecorded: str = "", end: str = record.PROCESSING
) -> Callable[[Work[E]], Handler]:
    """Make a step's work the handler of its function.

    contract is the stem of the step's contracts and its state's name in kebab case; what the work returns stands in
    the record under found_as, but for properties named unrecorded, and the record moves to end. Raises ContractViolation
    for a payload that breaks either contract.
    """
    state = contract.title().replace("-", "")

    def decorate(work: Work[E]) -> Handler:
        @wraps(work)
        def handler(event: Payload, context: Any) -> Payload:
            contracts.check(f"{contract}.input", event)
            image, execution = event["image"], event["execution"]
            _identify(image["imageId"], execution, context)
            variables = environment.read()
            found = work(event, variables)
            contracts.check(f"{contract}.output", found)
            kept = {found_as: _without(unrecorded, found)}
            record.Record(variables.metadata_table, image, execution).done(state, kept, end)
            logger().info("%s is done", state)
            return found

        return handler

    return decorate


def _without(name: str, value: Any) -> Any:
    """Return value without the properties called name, however deep."""
    if isinstance(value, list):
        return [_without(name, item) for item in value]
    if isinstance(value, dict):
        return {key: _without(name, item) for key, item in value.items() if key != name}
    return value


def _identify(image_id: str, execution: str, context: Any) -> None:
    """Put on every line of the log which picture, execution and request it is about."""
    keys = {"imageId": image_id, "execution": execution, "requestId": context.aws_request_id}
    logger().append_keys(**keys)
