"""Alarms: what each watches, when it fires, and whom it tells."""

import re
from typing import Any, NamedTuple

import pytest

from lambdas.metrics import LATE, NAMESPACE, REJECTIONS, RESTARTED, SERVICE, STEP
from tests.templates.emitted import FUNCTIONS, Node, properties, ref, resources, sub, tasks
from tests.templates.published import API, LAMBDA, SQS, STATES, Watched
from workflow.steps import STEPS

ALARMS = sorted(resources("AWS::CloudWatch::Alarm"))
MINUTES = 5  # that one value of a metric is put together over
LASTING = 3  # such values, one after the other: retries outlast anything shorter
LIGHT = sorted({*FUNCTIONS} - {step.function for step in STEPS})
PIPELINE = {"StateMachineArn": ref("ProcessingPipeline")}


class Expected(NamedTuple):
    """What an alarm is to watch, above how much of it and for how many periods it fires, and what is taken off before."""

    metric: Watched
    above: int = 0
    periods: int = 1
    less: tuple[Watched, ...] = ()


def _queue(name: str) -> Node:
    return {"QueueName": {"Fn::GetAtt": [name, "QueueName"]}}


def _function(name: str, metric: str) -> Watched:
    return Watched(LAMBDA, metric, {"FunctionName": ref(name)}, "Sum")


def _own(metric: str, **dimensions: str) -> Watched:
    return Watched(NAMESPACE, metric, {SERVICE: ref("AWS::StackName"), **dimensions}, "Sum")


def _tries(state: str) -> int:
    """Return how often a state runs its function if it goes on failing for a reason that nobody foresaw."""
    (retrier,) = (one for one in tasks()[state]["Retry"] if one["ErrorEquals"] == ["States.ALL"])
    return 1 + int(retrier["MaxAttempts"])


def _deliveries() -> int:
    """Return how long all of a message's deliveries take, seconds."""
    queue = properties("ProcessingQueue")
    return int(queue["RedrivePolicy"]["maxReceiveCount"] * queue["VisibilityTimeout"])


EXPECTED = {
    "ApiFailingAlarm": Expected(
        Watched(API, "5XXError", {"ApiName": sub("${AWS::StackName}-upload"), "Stage": "v1"}, "Sum")
    ),
    "DeadLetterAlarm": Expected(
        Watched(SQS, "ApproximateNumberOfMessagesVisible", _queue("DeadLetterQueue"), "Maximum")
    ),
    "QueueStuckAlarm": Expected(
        Watched(SQS, "ApproximateAgeOfOldestMessage", _queue("ProcessingQueue"), "Maximum"), above=_deliveries()
    ),
    "ExecutionsFailedAlarm": Expected(Watched(STATES, "ExecutionsFailed", PIPELINE, "Sum")),
    "ExecutionsTimedOutAlarm": Expected(Watched(STATES, "ExecutionsTimedOut", PIPELINE, "Sum")),
    "ExecutionsThrottledAlarm": Expected(Watched(STATES, "ExecutionThrottled", PIPELINE, "Sum"), periods=LASTING),
    "PicturesLostAlarm": Expected(_own(RESTARTED)),
    **{f"{name.removesuffix('Function')}FailingAlarm": Expected(_function(name, "Errors")) for name in LIGHT},
    # One picture that fails for good is the pipeline's own alarm; rejections and late tries are nobody's fault.
    **{
        f"{step.function.removesuffix('Function')}FailingAlarm": Expected(
            _function(step.function, "Errors"),
            above=_tries(step.state),
            less=(_own(REJECTIONS, **{STEP: step.state}), _own(LATE, **{STEP: step.state})),
            periods=2,
        )
        for step in STEPS
    },
    **{
        f"{name.removesuffix('Function')}ThrottledAlarm": Expected(_function(name, "Throttles"), periods=LASTING)
        for name in FUNCTIONS
    },
}


def _named(dimensions: list[Node]) -> dict[str, Any]:
    return {one["Name"]: one["Value"] for one in dimensions}


def _watched(name: str) -> tuple[dict[str, Watched], set[int]]:
    """Return the metrics that an alarm watches by the names that its expression has for them, and their periods."""
    alarm = properties(name)
    plain = [{"Id": "", "MetricStat": {"Metric": alarm, "Stat": alarm.get("Statistic"), "Period": alarm.get("Period")}}]
    queries = [query for query in alarm.get("Metrics", plain) if "MetricStat" in query]
    found = {query["Id"]: (query["MetricStat"], query["MetricStat"]["Metric"]) for query in queries}
    metrics = {
        name: Watched(one["Namespace"], one["MetricName"], _named(one["Dimensions"]), stat["Stat"])
        for name, (stat, one) in found.items()
    }
    return metrics, {stat["Period"] for stat, _ in found.values()}


def test_what_matters_has_its_alarm_and_nothing_else_has_one() -> None:
    """There is an alarm for each thing that operators must know, and no other."""
    assert sorted(EXPECTED) == ALARMS


@pytest.mark.parametrize("name", ALARMS)
def test_alarm_watches_its_metrics(name: str) -> None:
    """An alarm watches what it is named for, in every dimension, put together over five minutes."""
    metrics, periods = _watched(name)
    expected = EXPECTED[name]
    assert sorted(metrics.values(), key=str) == sorted([expected.metric, *expected.less], key=str)
    assert periods == {60 * MINUTES}


@pytest.mark.parametrize("name", ALARMS)
def test_alarm_watches_what_cloudwatch_has(name: str) -> None:
    """Every metric that an alarm watches is published so, and its statistic fits; or the alarm would never fire."""
    assert all(metric.is_published for metric in _watched(name)[0].values())


@pytest.mark.parametrize("name", ALARMS)
def test_alarm_fires_soon_enough(name: str) -> None:
    """An alarm fires above its threshold, at once or after what retries outlast, and not where nothing is measured."""
    alarm = properties(name)
    assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (EXPECTED[name].above, EXPECTED[name].periods)
    assert alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]) == alarm["EvaluationPeriods"]
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert alarm["TreatMissingData"] == "notBreaching"


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if expected.less])
def test_rejected_picture_alarms_nobody(name: str) -> None:
    """Of a step's errors, rejections and late tries are taken off, and where none was counted, nothing: not everything."""
    metrics, _ = _watched(name)
    (result,) = (query for query in properties(name)["Metrics"] if query.get("ReturnData", True))
    first, *others = result["Expression"].split(" - ")
    taken_off = [match[1] for other in others if (match := re.fullmatch(r"FILL\((\w+), 0\)", other))]
    assert metrics.pop(first) == EXPECTED[name].metric
    assert sorted(taken_off) == sorted(metrics)
    assert len(taken_off) == len(others)


@pytest.mark.parametrize("name", ALARMS)
def test_alarm_tells_operators(name: str) -> None:
    """An alarm tells the operations topic when it begins and when it ends, what it means, and what to do."""
    alarm = properties(name)
    assert alarm["AlarmActions"] == alarm["OKActions"] == [ref("OperationsTopic")]
    assert alarm.get("ActionsEnabled", True) is True
    assert len(re.findall(r"\.(?: |$)", alarm["AlarmDescription"])) >= 2


def test_api_is_watched_under_its_name() -> None:
    """The API's alarm is on the name and the stage that the API has."""
    assert EXPECTED["ApiFailingAlarm"].metric.dimensions == {
        "ApiName": properties("RestApi")["Name"],
        "Stage": properties("RestApiStage")["StageName"],
    }
