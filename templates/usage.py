"""What the stack uses of AWS, counted from the template: for one picture, and for a month whether there are any or not."""

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any, Final

from lambdas import metrics
from templates import prices
from templates.measured import ACCESS_LOG, INVOCATIONS, PLATFORM_LOG, STATE, WAIT
from templates.prices import Price
from workflow.blocks import REJECTED
from workflow.steps import STEPS

Node = dict[str, Any]
Used = tuple[Price, float]  # what is paid for, and how many units of it

ALARM: Final = "AWS::CloudWatch::Alarm"

GB, MB = 2**30, 2**20
WRITE_UNIT: Final = 1024  # bytes
EXPRESS_OWN: Final = 50  # MB that AWS counts for an EXPRESS execution before its definition and data
EXPRESS_STEP, EXPRESS_TICK = 64, 0.1  # MB and seconds that an EXPRESS execution is rounded up to
ENDS: Final = 2  # AWS's example counts start and end of a STANDARD execution among its transitions
S3_EVENTS: Final = 3  # of an object in a bucket with versions: made, deleted, its version expired
DELIVERY: Final = 3  # requests for a message that comes alone: send, receive, delete

MONTH: Final = 30 * 24 * 3600  # seconds
POLLERS: Final = 5  # with which Lambda waits at a queue
KEY_KEPT: Final = 300  # seconds that a service goes on with a data key
METHOD_METRICS: Final = 5  # that API Gateway tells of a method: requests, 4xx, 5xx and two latencies

S3_CALLS: Final = {
    "PutObject": prices.WRITING,
    "CopyObject": prices.WRITING,
    "GetObject": prices.READING,
    "HeadObject": prices.READING,
}


def of_picture(template: Node, kind: str, *, rejected: bool = False) -> dict[Price, float]:
    """Return what one picture uses, archived or rejected, on a state machine of kind STANDARD or EXPRESS."""
    machine = _all(template, "AWS::StepFunctions::StateMachine")["ProcessingPipeline"]
    definition = machine["Definition"]
    passed = list(states(definition, rejected=rejected))
    functions = _all(template, "AWS::Lambda::Function")
    before = INVOCATIONS.keys() - {step.function for step in STEPS}  # the pipeline begins
    invoked = [*sorted(before), *(name for state in passed if (name := function(state)))]
    stage = _all(template, "AWS::ApiGateway::Stage")["RestApiStage"]
    traces = stage["TracingEnabled"] + machine["TracingConfiguration"]["Enabled"]
    return total(
        [
            *_on_the_way(invoked, traces),
            *(used for name in invoked for used in _of_invocation(name, functions[name]["MemorySize"])),
            *(used for state in passed for used in _of_integration(state)),
            *(_standard(passed) if kind == "STANDARD" else _express(definition, passed)),
        ]
    )


def of_month(template: Node) -> dict[str, tuple[Price, float]]:
    """Return what is paid for each month without a single picture, or at most with any number of them, by what it is."""
    queue = _all(template, "AWS::SQS::Queue")["ProcessingQueue"]
    api = _all(template, "AWS::ApiGateway::Stage")["RestApiStage"]["MethodSettings"]
    detailed = any(setting["MetricsEnabled"] for setting in api)
    methods = len(_all(template, "AWS::ApiGateway::Method"))
    return {
        "alarms, by the metrics that they watch": (prices.ALARM, sum(map(_watched, _all(template, ALARM).values()))),
        "the dashboard": (prices.DASHBOARD, len(_all(template, "AWS::CloudWatch::Dashboard"))),
        "the functions' own metrics, at most": (prices.METRIC, len(own_metrics())),
        "the API's metrics by method, at most": (prices.METRIC, METHOD_METRICS * methods if detailed else 0),
        "the key of the operations topic, before it is rotated": (prices.KEY, len(_all(template, "AWS::KMS::Key"))),
        "use of AWS's keys by table and topic, at most": (prices.KEY_USE, _key_uses(template)),
        "waiting at the queue": (prices.MESSAGING, POLLERS * MONTH / queue["ReceiveMessageWaitTimeSeconds"]),
    }


def total(used: Iterable[Used]) -> dict[Price, float]:
    """Return how many units there are of each price."""
    found: dict[Price, float] = {}
    for price, units in used:
        found[price] = found.get(price, 0) + units
    return {price: units for price, units in found.items() if units}


def states(definition: Node, *, rejected: bool = False) -> Iterator[Node]:
    """Yield the states that a picture passes, those of branches too; what is rejected is rejected by the first."""
    state = definition["States"][definition["StartAt"]]
    yield state
    following = _caught(state) if rejected else _next(state)
    while following:
        state = definition["States"][following]
        yield state
        for branch in state.get("Branches", []):
            yield from states(branch)
        following = _next(state)


def function(state: Node) -> str:
    """Return the logical ID of the function that state runs; empty if it runs none."""
    return str(state.get("Parameters", {}).get("FunctionName", "")).strip("${}")


def own_metrics() -> list[tuple[str, str]]:
    """Return each metric that the functions count: its name, and its step if it is one of a step."""
    plain = [metrics.GRANTED, metrics.REFUSED, metrics.STARTED, metrics.REPEATED]
    plain += [metrics.SETTLED, metrics.RESTARTED, metrics.TOLD, metrics.CLEARED]
    counts = (metrics.FAULTS, metrics.REJECTIONS, metrics.LATE)
    by_step = [(name, step.state) for name in counts for step in STEPS]
    return [*((name, "") for name in plain), *by_step]


def _caught(state: Node) -> str:
    return next(str(catch["Next"]) for catch in state["Catch"] if "States.ALL" in catch["ErrorEquals"])


def _next(state: Node) -> str:
    """Return which state follows; a choice leads to where a rejection is named."""
    named = [choice["Next"] for choice in state.get("Choices", []) if choice.get("StringEquals") == REJECTED]
    return str(next(iter(named), state.get("Next", "")))


def _on_the_way(invoked: list[str], traces: int) -> Iterator[Used]:
    """Yield what it takes besides functions and states: API, upload, events, the message, traces and the access log."""
    objects = 1 + sum(INVOCATIONS[name].calls.count("PutObject") for name in invoked)  # in the upload bucket
    yield prices.REQUEST, 1
    yield prices.WRITING, 1
    yield prices.EVENT, S3_EVENTS * objects
    yield prices.MESSAGING, DELIVERY
    yield prices.TRACE, traces
    yield prices.LOGGING, ACCESS_LOG / GB


def _of_invocation(name: str, memory: int) -> Iterator[Used]:
    """Yield what one invocation of the function takes that has memory, MB."""
    taken = INVOCATIONS[name]
    yield prices.INVOCATION, 1
    yield prices.COMPUTING, taken.seconds * memory / 1024
    yield prices.LOGGING, (taken.log + PLATFORM_LOG) / GB
    yield prices.RECORDING, taken.calls.count("UpdateItem") * math.ceil(taken.record / WRITE_UNIT)
    yield from ((S3_CALLS[call], 1) for call in taken.calls if call in S3_CALLS)


def _of_integration(state: Node) -> Iterator[Used]:
    """Yield what a state takes that calls a service itself; the record of a rejected picture is of one unit."""
    match state.get("Resource", "").rpartition(":::")[2]:
        case "sns:publish":
            yield prices.NOTIFICATION, 1
        case "dynamodb:updateItem":
            yield prices.RECORDING, 1


def _standard(passed: list[Node]) -> Iterator[Used]:
    yield prices.TRANSITION, len(passed) + ENDS


def _express(definition: Node, passed: list[Node]) -> Iterator[Used]:
    """Yield one execution and its GB-seconds; branches are taken to run one after the other, the most that it can be."""
    branches = max(len(state.get("Branches", [])) for state in passed)
    memory = EXPRESS_OWN + (len(json.dumps(definition)) + STATE * (1 + branches)) / MB
    tasks = [state for state in passed if state["Type"] == "Task"]
    taken = sum(INVOCATIONS[name].seconds if (name := function(task)) else WAIT for task in tasks)
    yield prices.EXECUTION, 1
    yield prices.EXECUTING, _up(taken, EXPRESS_TICK) * _up(memory, EXPRESS_STEP) / 1024


def _up(value: float, step: float) -> float:
    return math.ceil(value / step) * step


def _watched(alarm: Node) -> int:
    """Return how many metrics alarm watches: one, or those that its expression takes together."""
    return sum("MetricStat" in query for query in alarm.get("Metrics", [])) or 1


def _key_uses(template: Node) -> float:
    """Return the requests for data keys in a month: one a role that writes the table, two for the one that publishes."""
    roles = [json.dumps(role) for role in _all(template, "AWS::IAM::Role").values()]
    writers = sum("dynamodb:UpdateItem" in role for role in roles)
    publishers = sum("sns:Publish" in role for role in roles)
    return (writers + 2 * publishers) * MONTH / KEY_KEPT


def _all(template: Node, kind: str) -> Node:
    """Return the properties of the resources of a type by their logical IDs."""
    return {name: entry["Properties"] for name, entry in template["Resources"].items() if entry["Type"] == kind}
