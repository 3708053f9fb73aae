"""The units of each price that one image uses, counted from the template."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from asl.language import Transition, inner_machines, target, transitions
from costs import prices
from costs.prices import Price
from costs.workload_profile import (
    ACCESS_LOG_BYTES,
    CALL_SECONDS,
    INVOCATIONS,
    NOTIFIED_BYTES,
    PLATFORM_LOG_BYTES,
    STATE_BYTES,
    STATUS,
    STATUS_REQUESTS,
    InvocationProfile,
)
from lambdas.domain import back_pressure
from lambdas.domain.open_records import SINCE
from templates.substitution import definition_of
from workflow.retries import REJECTED
from workflow.steps import STEPS

Node = dict[str, Any]
Usage = tuple[Price, float]  # price and number of units

GB, MB = 2**30, 2**20
WRITE_UNIT: Final = 1024  # bytes
EXPRESS_BASE_MEMORY: Final = 50  # MB that AWS counts for an EXPRESS execution beside its definition and data
EXPRESS_MEMORY_STEP, EXPRESS_TIME_STEP = 64, 0.1  # MB and seconds; EXPRESS executions are rounded up to them
START_AND_END: Final = 2  # AWS counts start and end of a STANDARD execution as transitions
S3_EVENTS: Final = 3  # of an object in a versioned bucket: created, deleted, version expired
MESSAGE_REQUESTS: Final = 3  # for one message: send, receive, delete
TRIGGER: Final = "SqsTriggerFunction"

CALLS: Final = {  # those with a price of their own; deletions in S3 cost nothing
    "PutObject": prices.S3_WRITE,
    "CopyObject": prices.S3_WRITE,
    "GetObject": prices.S3_READ,
    "HeadObject": prices.S3_READ,
    "ListObjectVersions": prices.S3_WRITE,
    "ListObjectsV2": prices.S3_WRITE,
    "Publish": prices.SNS_PUBLISH,
}


def image_usage(template: Node, kind: str, *, rejected: bool = False) -> dict[Price, float]:
    """Return the units that one image uses, archived or rejected, with a state machine of kind STANDARD or EXPRESS."""
    machine = resources(template, "AWS::StepFunctions::StateMachine")["ProcessingPipeline"]
    passed = list(visited_states(definition_of(machine), rejected=rejected))
    functions = resources(template, "AWS::Lambda::Function")
    before = INVOCATIONS.keys() - {step.function for step in STEPS}  # the pipeline starts
    invoked = [*sorted(before), *functions_of(passed)]
    stage = resources(template, "AWS::ApiGateway::Stage")["RestApiStage"]
    traces = stage["TracingEnabled"] + machine["TracingConfiguration"]["Enabled"]
    return total(
        [
            *_outside_of_steps(invoked, traces),
            *(used for name in before for used in of_profile(INVOCATIONS[name], functions[name]["MemorySize"])),
            *status_usage(functions["GetImageFunction"]["MemorySize"]).items(),
            *of_wait(seconds_of(passed), functions[TRIGGER]["MemorySize"]),
            *of_execution(template, kind, passed),
        ]
    )


def of_execution(
    template: Node, kind: str, passed: list[Node], steps: Mapping[str, InvocationProfile] = INVOCATIONS
) -> Iterator[Usage]:
    """Yield the usage of an execution of the pipeline that passes those states: their functions, calls and transitions.

    steps has the work of their functions.
    """
    functions, invoked = resources(template, "AWS::Lambda::Function"), functions_of(passed)
    record = max(steps[name].record for name in invoked)
    for name in invoked:
        yield from of_profile(steps[name], functions[name]["MemorySize"])
    for state in passed:
        yield from _of_integration(state, record + NOTIFIED_BYTES)
    machine = resources(template, "AWS::StepFunctions::StateMachine")["ProcessingPipeline"]
    yield from _standard(passed) if kind == "STANDARD" else _express(definition_of(machine), passed, steps)


def functions_of(passed: list[Node]) -> list[str]:
    """Return the logical IDs of the functions that states invoke."""
    return [name for state in passed if (name := function_of(state))]


def total(used: Iterable[Usage]) -> dict[Price, float]:
    """Return the sum of units for each price."""
    found: dict[Price, float] = {}
    for price, units in used:
        found[price] = found.get(price, 0) + units
    return {price: units for price, units in found.items() if units}


def visited_states(definition: Node, *, rejected: bool = False) -> Iterator[Node]:
    """Yield the states that an image passes, also those in branches; the first step rejects a rejected image."""
    following = definition["StartAt"]
    while following:
        state = definition["States"][following]
        yield state
        for inner in inner_machines(state):
            yield from visited_states(inner)
        following = _caught(state) if rejected else _next(state)
        rejected = False


def function_of(state: Node) -> str:
    """Return the logical ID of the function that state invokes, or an empty text."""
    return target(state).function or ""


def _caught(state: Node) -> str:
    catches = (way for way in transitions(state) if way.kind == "catch")
    return next(way.target for way in catches if "States.ALL" in way.source["ErrorEquals"])


def _next(state: Node) -> str:
    """Return the next state; a Choice leads to the state that follows a rejection."""
    return next((way.target for way in transitions(state) if way.kind == "next" or _names_rejection(way)), "")


def _names_rejection(way: Transition) -> bool:
    return way.kind == "choice" and way.source.get("StringEquals") == REJECTED


def _outside_of_steps(invoked: list[str], traces: int) -> Iterator[Usage]:
    """Yield the usage outside of functions and states: API, upload, events, message, traces and access log."""
    objects = 1 + sum(INVOCATIONS[name].calls.count("PutObject") for name in invoked)  # in the upload bucket
    yield prices.API_REQUEST, 1
    yield prices.S3_WRITE, 1
    yield prices.EVENTBRIDGE_EVENT, S3_EVENTS * objects
    yield prices.SQS_REQUEST, MESSAGE_REQUESTS
    yield prices.XRAY_TRACE, traces
    yield prices.LOG_INGESTION, ACCESS_LOG_BYTES / GB


def status_usage(memory: int) -> dict[Price, float]:
    """Return the usage of the requests for the status of an image. A record is one read unit; each read is consistent."""
    once = [(prices.DYNAMODB_READ, 1), *of_request(STATUS, memory)]
    return total((price, STATUS_REQUESTS * units) for price, units in once)


def of_request(taken: InvocationProfile, memory: int) -> Iterator[Usage]:
    """Yield the usage of a request to the API and of its function with memory, MB; reads of DynamoDB are not counted."""
    yield prices.API_REQUEST, 1
    yield prices.XRAY_TRACE, 1
    yield prices.LOG_INGESTION, ACCESS_LOG_BYTES / GB
    yield from of_profile(taken, memory)


def of_profile(taken: InvocationProfile, memory: int) -> Iterator[Usage]:
    """Yield the usage of one invocation of a function with memory, MB."""
    yield prices.LAMBDA_REQUEST, 1
    yield prices.LAMBDA_COMPUTE, taken.seconds * memory / 1024
    yield prices.LOG_INGESTION, (taken.log + PLATFORM_LOG_BYTES) / GB
    writes = taken.calls.count("PutItem") + taken.calls.count("UpdateItem")
    writes += taken.indexed  # an entry of the index is smaller than the record, and is counted as large as it
    yield prices.DYNAMODB_WRITE, writes * math.ceil(taken.record / WRITE_UNIT) + taken.opened
    yield from ((CALLS[call], 1) for call in taken.calls if call in CALLS)


def of_wait(seconds: float, memory: int) -> Iterator[Usage]:
    """Yield the usage of a function while it waits for an execution of that length; each of its reads is consistent."""
    waited, reads = 0.0, 1
    while waited < seconds:
        waited += back_pressure.pause(waited)
        reads += 1
    yield prices.LAMBDA_COMPUTE, waited * memory / 1024
    yield prices.DYNAMODB_READ, reads


def _of_integration(state: Node, record: int) -> Iterator[Usage]:
    """Yield the usage of a state that calls a service directly; record is the size of the image's record, bytes."""
    match target(state).integration:
        case "sns:publish":
            yield prices.SNS_PUBLISH, 1
        case "dynamodb:updateItem":
            yield prices.DYNAMODB_WRITE, math.ceil(record / WRITE_UNIT) + _closes(state)


def _closes(state: Node) -> bool:
    """Return whether a write takes the record from the index of open records, which is a write of the index."""
    return SINCE in state["Parameters"]["UpdateExpression"]


def _standard(passed: list[Node]) -> Iterator[Usage]:
    yield prices.STATE_TRANSITION, len(passed) + START_AND_END


def _express(definition: Node, passed: list[Node], steps: Mapping[str, InvocationProfile]) -> Iterator[Usage]:
    """Yield one execution, its GB-seconds, and the record that is created before it."""
    branches = max(len(inner_machines(state)) for state in passed)
    memory = EXPRESS_BASE_MEMORY + (len(json.dumps(definition)) + STATE_BYTES * (1 + branches)) / MB
    yield prices.DYNAMODB_WRITE, 1
    yield prices.EXPRESS_EXECUTION, 1
    yield (
        prices.EXPRESS_COMPUTE,
        _rounded_up(seconds_of(passed, steps), EXPRESS_TIME_STEP) * _rounded_up(memory, EXPRESS_MEMORY_STEP) / 1024,
    )


def seconds_of(passed: list[Node], steps: Mapping[str, InvocationProfile] = INVOCATIONS) -> float:
    """Return how long an execution takes. Branches are assumed to run one after the other, which is the maximum."""
    tasks = [state for state in passed if state["Type"] == "Task"]
    return sum(steps[name].seconds if (name := function_of(task)) else CALL_SECONDS for task in tasks)


def _rounded_up(value: float, step: float) -> float:
    return math.ceil(value / step) * step


def resources(template: Node, kind: str) -> Node:
    """Return the properties of the resources of a type, by logical ID."""
    return {name: entry["Properties"] for name, entry in template["Resources"].items() if entry["Type"] == kind}
