"""Alarms: that nothing fails unseen, and that nothing fires for what is nobody's fault, or passes by itself."""

from math import ceil

import pytest

from lambdas.runtime.metrics import (
    EXECUTIONS_RESTARTED,
    FALLBACK_DECODERS,
    IMAGES_REJECTED,
    NAMESPACE,
    SERVICE,
    STALE_ATTEMPTS,
    STEP_REJECTIONS,
)
from tests.templates.emitted import FUNCTIONS, Node, properties, ref, resources
from tests.templates.resources.metric_math import evaluated, fires, metrics
from tests.templates.resources.published import API, LAMBDA, SQS, STATES, Watched
from tests.workflow.pipeline_graph import MAX_ATTEMPTS, longest_waits
from workflow.steps import STEPS, Step

ALARMS = sorted(resources("AWS::CloudWatch::Alarm"))
MUCH = 1_000_000  # of anything that an alarm watches

Failing = tuple[str, str, Node]  # a metric's namespace, name and dimensions


def _watched(name: str) -> list[Watched]:
    """Return the metrics that an alarm watches."""
    return [
        Watched(one["Namespace"], one["MetricName"], {of["Name"]: of["Value"] for of in one["Dimensions"]}, one["Stat"])
        for one in metrics(properties(name)).values()
    ]


def _on(namespace: str, metric: str, dimensions: Node) -> Node:
    """Return the one alarm that watches a metric."""
    (alarm,) = (name for name in ALARMS if (namespace, metric, dimensions) in [one[:3] for one in _watched(name)])
    return properties(alarm)


def _failures() -> list[Failing]:
    """Return what CloudWatch measures wherever something fails, piles up or gets lost."""
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
        *((NAMESPACE, name, {SERVICE: ref("AWS::StackName")}) for name in (EXECUTIONS_RESTARTED, FALLBACK_DECODERS)),
    ]


def _is_grave(failing: Failing) -> bool:
    """Tell whether one of it is one too many: a message may wait, throttles pass, and a step that fails is tried again."""
    _, metric, dimensions = failing
    of_a_step = dimensions in [{"FunctionName": ref(step.function)} for step in STEPS]
    return not (metric == "ApproximateAgeOfOldestMessage" or "Throttle" in metric or of_a_step)


@pytest.mark.parametrize("failing", _failures(), ids=str)
def test_nothing_fails_unseen(failing: Failing) -> None:
    """Whatever fails, piles up or gets lost has one alarm, which fires."""
    assert fires(_on(*failing), {failing[1]: MUCH})


@pytest.mark.parametrize("failing", [one for one in _failures() if _is_grave(one)], ids=str)
def test_one_failure_is_enough(failing: Failing) -> None:
    """What no retry puts right alarms at once, and at the first."""
    assert fires(_on(*failing), {failing[1]: 1}, periods=1)


@pytest.mark.parametrize("name", ALARMS)
def test_alarm_watches_what_cloudwatch_has(name: str) -> None:
    """Every metric that an alarm watches is published so, and its statistic fits; or the alarm would never fire."""
    assert all(metric.is_published for metric in _watched(name))


@pytest.mark.parametrize("name", ALARMS)
def test_quiet_stack_alarms_nobody(name: str) -> None:
    """An alarm does not fire where nothing is measured, as in a fresh stack, nor where there is none of what it watches."""
    assert not fires(properties(name), {})
    assert not fires(properties(name), {metric.name: 0 for metric in _watched(name)})


@pytest.mark.parametrize("name", ALARMS)
def test_alarm_tells_operators(name: str) -> None:
    """An alarm tells the operations topic when it begins and when it ends, and says what it means."""
    alarm = properties(name)
    assert alarm["AlarmActions"] == alarm["OKActions"] == [ref("OperationsTopic")]
    assert alarm.get("ActionsEnabled", True) is True
    assert alarm["AlarmDescription"].strip()


def _of_step(step: Step) -> Node:
    return _on(LAMBDA, "Errors", {"FunctionName": ref(step.function)})


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.state)
@pytest.mark.parametrize("counted", [STEP_REJECTIONS, STALE_ATTEMPTS])
def test_what_is_nobodys_fault_alarms_nobody(step: Step, counted: str) -> None:
    """However many pictures a step rejects, or tries too late, it does not count as failing; with others it does.

    What is counted comes from the log, a period later at times than Lambda's own count of errors.
    """
    assert not fires(_of_step(step), {"Errors": MUCH, counted: MUCH})
    assert not fires(_of_step(step), {"Errors": MUCH}, periods=1)
    assert fires(_of_step(step), {"Errors": 2 * MUCH, counted: MUCH})


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.state)
def test_one_picture_makes_no_failing_step(step: Step) -> None:
    """A picture that a step fails on for good is the pipeline's alarm alone; a second one makes it the step's."""
    tries = 1 + MAX_ATTEMPTS["States.ALL"]
    assert not fires(_of_step(step), {"Errors": tries})
    assert fires(_of_step(step), {"Errors": 2 * tries})


@pytest.mark.parametrize(
    ("pictures", "rejected", "expected"),
    [(1000, 1000, True), (1000, 600, True), (1000, 400, False), (1000, 10, False), (20, 20, True), (19, 19, False)],
)
def test_many_rejections_among_enough_pictures_alarm(pictures: int, rejected: int, expected: bool) -> None:
    """A release that rejects what is sound is seen by the share that it rejects; a few bad files alarm nobody."""
    alarm = _on(NAMESPACE, IMAGES_REJECTED, {SERVICE: ref("AWS::StackName")})
    assert fires(alarm, {IMAGES_REJECTED: rejected, "Invocations": pictures}) == expected


def test_no_rejection_is_no_share() -> None:
    """Where nothing was rejected, ever, there is no share that could be too large."""
    assert not fires(_on(NAMESPACE, IMAGES_REJECTED, {SERVICE: ref("AWS::StackName")}), {"Invocations": MUCH})


def test_message_with_deliveries_left_alarms_nobody() -> None:
    """The queue is stuck only once a message has waited for longer than all of its deliveries take."""
    queue = properties("ProcessingQueue")
    deliveries = queue["RedrivePolicy"]["maxReceiveCount"] * queue["VisibilityTimeout"]
    alarm = _on(SQS, "ApproximateAgeOfOldestMessage", {"QueueName": {"Fn::GetAtt": ["ProcessingQueue", "QueueName"]}})
    assert not fires(alarm, {"ApproximateAgeOfOldestMessage": deliveries})
    assert fires(alarm, {"ApproximateAgeOfOldestMessage": 2 * deliveries})


@pytest.mark.parametrize("name", FUNCTIONS)
def test_burst_that_retries_outlast_alarms_nobody(name: str) -> None:
    """A function's throttles alarm only if they last for more periods than one burst that retries outlast can touch."""
    alarm = _on(LAMBDA, "Throttles", {"FunctionName": ref(name)})
    touched = 1 + ceil(sum(longest_waits("Lambda.TooManyRequestsException")) / alarm["Period"])
    assert not fires(alarm, {"Throttles": MUCH}, periods=touched)


def test_metric_math_knows_what_is_missing() -> None:
    """Without a value there is no difference, unless it is filled in."""
    assert evaluated("errors - late", {"errors": 3, "late": None}) is None
    assert evaluated("errors - FILL(late, 0) - 1", {"errors": 3, "late": None}) == 2
