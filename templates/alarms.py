"""When operators are told: what is lost, stuck or failing, and nothing that a retry or an uploader puts right."""

from dataclasses import dataclass
from typing import Any

from troposphere import Ref, Template, cloudwatch, sns

from lambdas.metrics import LATE, REJECTIONS, RESTARTED, STEP
from templates import metrics
from templates.functions import TRIGGER_TIMEOUT
from templates.messaging import deliveries
from templates.metrics import Metric
from workflow.blocks import RETRIES
from workflow.steps import STEPS

PERIOD = 300  # seconds: what a metric is put together over
LASTING = 3  # periods: throttling of that length is no burst, which retries outlast
COUNTED = 2  # periods: what is counted from the log may come later than what it is taken off


@dataclass(frozen=True)
class Alarm:
    """An alarm as the template states it, once: on metric, or on what is left of it after less is taken off."""

    logical_id: str
    means: str
    todo: str
    metric: Metric
    less: tuple[Metric, ...] = ()
    above: int = 0
    periods: int = 1


def alarms() -> list[Alarm]:
    """Return every alarm, from the front door to the search for what got lost on the way."""
    return [*_front_door(), *_queues(), *_pipeline(), *_sweep(), *_functions()]


def add_alarms(template: Template, topic: sns.Topic) -> None:
    """Add every alarm to template; topic is told when one begins and when it ends."""
    for alarm in alarms():
        template.add_resource(
            cloudwatch.Alarm(
                alarm.logical_id,
                AlarmDescription=f"{alarm.means} {alarm.todo}",
                EvaluationPeriods=alarm.periods,
                ComparisonOperator="GreaterThanThreshold",
                Threshold=alarm.above,
                TreatMissingData="notBreaching",
                AlarmActions=[Ref(topic)],
                OKActions=[Ref(topic)],
                **(_difference(alarm) if alarm.less else _single(alarm.metric)),
            )
        )


def _single(metric: Metric) -> dict[str, Any]:
    return {**_of(metric), "Statistic": metric.statistic, "Period": PERIOD}


def _difference(alarm: Alarm) -> dict[str, Any]:
    """Return what makes an alarm watch one metric less others; where one of those counts nothing, it has no data."""
    named = {metric.name.lower(): metric for metric in (alarm.metric, *alarm.less)}
    first, *others = named
    expression = " - ".join([first, *(f"FILL({name}, 0)" for name in others)])
    queries = [
        cloudwatch.MetricDataQuery(
            Id=name,
            MetricStat=cloudwatch.MetricStat(
                Metric=cloudwatch.Metric(**_of(metric)), Period=PERIOD, Stat=metric.statistic
            ),
            ReturnData=False,
        )
        for name, metric in named.items()
    ]
    return {"Metrics": [cloudwatch.MetricDataQuery(Id="left", Expression=expression, ReturnData=True), *queries]}


def _of(metric: Metric) -> dict[str, Any]:
    dimensions = [cloudwatch.MetricDimension(Name=name, Value=value) for name, value in metric.dimensions.items()]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}


def _front_door() -> list[Alarm]:
    return [
        Alarm(
            "ApiFailingAlarm",
            "GET /upload-url was answered with 5xx.",
            "Look into the log of GetUploadUrlFunction, then into the API's error log.",
            metrics.api("5XXError"),
        )
    ]


def _queues() -> list[Alarm]:
    return [
        Alarm(
            "DeadLetterAlarm",
            "A message has failed for good: no execution was started for its picture, which ends FAILED.",
            "Read it, mend the cause, then `python -m operations redrive`.",
            metrics.queue("DeadLetterQueue", "ApproximateNumberOfMessagesVisible"),
        ),
        Alarm(
            "QueueStuckAlarm",
            "A message waits longer than all of its deliveries take: pictures are not picked up.",
            "Look at the log and throttles of SqsTriggerFunction; raise MaxConcurrency if there is just too much.",
            metrics.queue("ProcessingQueue", "ApproximateAgeOfOldestMessage"),
            above=deliveries(TRIGGER_TIMEOUT),
        ),
    ]


def _pipeline() -> list[Alarm]:
    return [
        Alarm(
            "ExecutionsFailedAlarm",
            "A picture ended FAILED after every retry; a rejected one does not count.",
            "Its record and notification name the state and the error; mend that, then `python -m operations redrive`.",
            metrics.executions("ExecutionsFailed"),
        ),
        Alarm(
            "ExecutionsTimedOutAlarm",
            "An execution took longer than it may: its picture ends FAILED.",
            "Its record names the state that it stood in; mend that, then `python -m operations redrive`.",
            metrics.executions("ExecutionsTimedOut"),
        ),
        Alarm(
            "ExecutionsThrottledAlarm",
            "Step Functions has been holding state transitions back for a while.",
            "Ask for a higher quota of state transitions; a lower MaxConcurrency starts executions more slowly.",
            metrics.executions("ExecutionThrottled"),
            periods=LASTING,
        ),
    ]


def _sweep() -> list[Alarm]:
    return [
        Alarm(
            "PicturesLostAlarm",
            "Pictures were found that nothing worked on, and were started: their events are late, or got lost.",
            "See what an upload's event passes: UploadRule, the queue, SqsTriggerFunction, and executions that vanished.",
            metrics.counted(RESTARTED),
        )
    ]


def _functions() -> list[Alarm]:
    """Return what is watched of the functions: failures but for rejections, and throttles that last."""
    light = ["GetUploadUrlFunction", "SqsTriggerFunction", "SettleFunction", "SweepFunction"]
    failing = [
        Alarm(
            f"{name.removesuffix('Function')}FailingAlarm",
            f"{name} failed.",
            "Its log has the error.",
            metrics.function(name, "Errors"),
        )
        for name in light
    ]
    # Lambda counts a rejected picture as an error, and a try that came late; a killed function can count nothing itself.
    steps = [
        Alarm(
            f"{step.function.removesuffix('Function')}FailingAlarm",
            f"{step.state} failed more often than one picture is tried, and not because of the pictures.",
            f"The log of {step.function} has the errors.",
            metrics.function(step.function, "Errors"),
            less=tuple(metrics.counted(name, **{STEP: step.state}) for name in (REJECTIONS, LATE)),
            above=1 + RETRIES,
            periods=COUNTED,
        )
        for step in STEPS
    ]
    return [*failing, *steps, *(_throttled(name) for name in [*light, *(step.function for step in STEPS)])]


def _throttled(function: str) -> Alarm:
    return Alarm(
        f"{function.removesuffix('Function')}ThrottledAlarm",
        f"{function} has been throttled for a while.",
        "Look who else takes the account's concurrent executions, or ask for a higher quota.",
        metrics.function(function, "Throttles"),
        periods=LASTING,
    )
