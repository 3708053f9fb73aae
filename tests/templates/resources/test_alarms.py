"""Alarms: every failure has one, and none fires for what is no failure, or passes by itself."""

import pytest

from lambdas.runtime.metrics import (
    EXECUTIONS_RESTARTED,
    FALLBACK_DECODERS,
    IMAGES_REJECTED,
    NAMESPACE,
    SANDBOX_VIOLATIONS,
    SERVICE,
    STALE_ATTEMPTS,
    STEP_REJECTIONS,
)
from tests.templates.emitted import FUNCTIONS, Node, properties, ref, resources
from tests.templates.resources.metric_math import evaluated, fires, metrics
from tests.templates.resources.published import API, LAMBDA, SQS, STATES, Watched
from tests.workflow.pipeline_graph import MAX_ATTEMPTS
from workflow.steps import STEPS, Step

ALARMS = sorted(resources("AWS::CloudWatch::Alarm"))
MUCH = 1_000_000  # of any metric

Failing = tuple[str, str, Node]  # namespace, name and dimensions of a metric


def _watched(name: str) -> list[Watched]:
    """Return the metrics of an alarm."""
    return [
        Watched(one["Namespace"], one["MetricName"], {of["Name"]: of["Value"] for of in one["Dimensions"]}, one["Stat"])
        for one in metrics(properties(name)).values()
    ]


def _on(namespace: str, metric: str, dimensions: Node) -> Node:
    """Return the one alarm on a metric."""
    (alarm,) = (name for name in ALARMS if (namespace, metric, dimensions) in [one[:3] for one in _watched(name)])
    return properties(alarm)


COUNTED = (EXECUTIONS_RESTARTED, FALLBACK_DECODERS, SANDBOX_VIOLATIONS)


def _failures() -> list[Failing]:
    """Return the metrics of everything that fails, accumulates or is lost."""
    machine = {"StateMachineArn": ref("ProcessingPipeline")}
    api = {"ApiName": properties("RestApi")["Name"], "Stage": properties("RestApiStage")["StageName"]}
    waiting, failed = (
        {"QueueName": {"Fn::GetAtt": [name, "QueueName"]}} for name in ("ProcessingQueue", "DeadLetterQueue")
    )
    return [
        (API, "5XXError", api),
        (SQS, "ApproximateAgeOfOldestMessage", waiting),
        (SQS, "ApproximateNumberOfMessagesVisible", failed),
        *((STATES, name, machine) for name in ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionThrottled")),
        *((LAMBDA, name, {"FunctionName": ref(one)}) for one in FUNCTIONS for name in ("Errors", "Throttles")),
        *((NAMESPACE, name, {SERVICE: ref("AWS::StackName")}) for name in COUNTED),
    ]


def _is_grave(failing: Failing) -> bool:
    """Return whether a single count is one too many: messages may wait, throttling passes, and failed steps are retried."""
    _, metric, dimensions = failing
    of_a_step = dimensions in [{"FunctionName": ref(step.function)} for step in STEPS]
    return not (metric == "ApproximateAgeOfOldestMessage" or "Throttle" in metric or of_a_step)


@pytest.mark.parametrize("failing", _failures(), ids=str)
def test_nothing_fails_unseen(failing: Failing) -> None:
    """Everything that fails, accumulates or is lost has one alarm, which fires."""
    assert fires(_on(*failing), {failing[1]: MUCH})


@pytest.mark.parametrize("failing", [one for one in _failures() if _is_grave(one)], ids=str)
def test_one_failure_is_enough(failing: Failing) -> None:
    """A failure that no retry fixes fires at once, on its first count."""
    assert fires(_on(*failing), {failing[1]: 1}, periods=1)


@pytest.mark.parametrize("name", ALARMS)
def test_alarm_is_on_published_metrics(name: str) -> None:
    """Every metric of an alarm is published with these dimensions, and its statistic fits; otherwise it would never fire."""
    assert all(metric.is_published for metric in _watched(name))


@pytest.mark.parametrize("name", ALARMS)
def test_alarm_of_an_idle_stack_does_not_fire(name: str) -> None:
    """An alarm does not fire without data, as in a new stack, nor while its metrics are 0."""
    assert not fires(properties(name), {})
    assert not fires(properties(name), {metric.name: 0 for metric in _watched(name)})


@pytest.mark.parametrize("name", ALARMS)
def test_alarm_notifies_operators(name: str) -> None:
    """An alarm notifies the operations topic when it fires and when it recovers, and has a description."""
    alarm = properties(name)
    assert alarm["AlarmActions"] == alarm["OKActions"] == [ref("OperationsTopic")]
    assert alarm.get("ActionsEnabled", True) is True
    assert alarm["AlarmDescription"].strip()


def _of_step(step: Step) -> Node:
    return _on(LAMBDA, "Errors", {"FunctionName": ref(step.function)})


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.state)
@pytest.mark.parametrize("counted", [STEP_REJECTIONS, STALE_ATTEMPTS])
def test_rejections_and_stale_attempts_do_not_fire(step: Step, counted: str) -> None:
    """However many rejections and stale attempts a step has, its alarm does not fire; with other errors it does.

    These counts are from the log, and may arrive a period later than Lambda's own count of errors.
    """
    assert not fires(_of_step(step), {"Errors": MUCH, counted: MUCH})
    assert not fires(_of_step(step), {"Errors": MUCH}, periods=1)
    assert fires(_of_step(step), {"Errors": 2 * MUCH, counted: MUCH})


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.state)
def test_one_failed_image_does_not_fire_the_alarm_of_a_step(step: Step) -> None:
    """One image that fails for good fires the alarm on executions; a second one also fires the step's."""
    tries = 1 + MAX_ATTEMPTS["States.ALL"]
    assert not fires(_of_step(step), {"Errors": tries})
    assert fires(_of_step(step), {"Errors": 2 * tries})


@pytest.mark.parametrize(
    ("pictures", "rejected", "expected"),
    [(1000, 1000, True), (1000, 600, True), (1000, 400, False), (1000, 10, False), (20, 20, True), (19, 19, False)],
)
def test_large_share_of_rejections_fires(pictures: int, rejected: int, expected: bool) -> None:
    """A release that rejects valid images shows by its share of rejections; a few bad files do not fire."""
    alarm = _on(NAMESPACE, IMAGES_REJECTED, {SERVICE: ref("AWS::StackName")})
    assert fires(alarm, {IMAGES_REJECTED: rejected, "Invocations": pictures}) == expected


def test_no_rejection_is_no_share() -> None:
    """Without any rejection ever, the alarm does not fire."""
    assert not fires(_on(NAMESPACE, IMAGES_REJECTED, {SERVICE: ref("AWS::StackName")}), {"Invocations": MUCH})


def test_message_with_deliveries_left_does_not_fire() -> None:
    """The alarm fires only once a message is older than all of its deliveries take."""
    queue = properties("ProcessingQueue")
    deliveries = queue["RedrivePolicy"]["maxReceiveCount"] * queue["VisibilityTimeout"]
    alarm = _on(SQS, "ApproximateAgeOfOldestMessage", {"QueueName": {"Fn::GetAtt": ["ProcessingQueue", "QueueName"]}})
    assert not fires(alarm, {"ApproximateAgeOfOldestMessage": deliveries})
    assert fires(alarm, {"ApproximateAgeOfOldestMessage": 2 * deliveries})


@pytest.mark.parametrize("name", FUNCTIONS)
def test_short_throttling_does_not_fire(name: str) -> None:
    """Throttling does not fire in two periods, which a burst can touch; it does once it lasts for longer."""
    alarm = _on(LAMBDA, "Throttles", {"FunctionName": ref(name)})
    assert not fires(alarm, {"Throttles": MUCH}, periods=2)
    assert fires(alarm, {"Throttles": MUCH}, periods=3)


def test_metric_math_handles_missing_values() -> None:
    """A difference with a missing value has no result, unless FILL replaces it."""
    assert evaluated("errors - late", {"errors": 3, "late": None}) is None
    assert evaluated("errors - FILL(late, 0) - 1", {"errors": 3, "late": None}) == 2
