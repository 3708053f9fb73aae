"""When operators are told: what is lost, stuck or failing, and nothing that a retry or an uploader puts right."""

from dataclasses import dataclass
from typing import Any

from troposphere import Ref, Template, cloudwatch, sns

from lambdas.runtime.metrics import (
    EXECUTIONS_RESTARTED,
    FALLBACK_DECODERS,
    IMAGES_REJECTED,
    STALE_ATTEMPTS,
    STEP,
    STEP_REJECTIONS,
)
from templates.resources import metrics
from templates.resources.functions import TRIGGER_TIMEOUT
from templates.resources.messaging import delivery_seconds
from templates.resources.metrics import Metric
from workflow.blocks import MAX_RETRIES
from workflow.steps import STEPS, VALIDATE

PERIOD = 300  # seconds: what a metric is put together over
SUSTAINED_PERIODS = 3  # periods: throttling of that length is no burst, which retries outlast
STEP_ERROR_PERIODS = 2  # periods: what is counted from the log may come later than what it is taken off
HOUR = 3600  # seconds
MINIMUM_IMAGES = 20  # pictures an hour: of fewer, one uploader's bad files are a large share
REJECTION_SHARE = 0.5  # of the pictures, rejected: far above what uploaders' own mistakes come to


@dataclass(frozen=True)
class Alarm:
    """An alarm as the template states it, once: on metric, on what is left of it without less, or on its share of whole."""

    logical_id: str
    means: str
    todo: str
    metric: Metric
    less: tuple[Metric, ...] = ()
    whole: Metric | None = None  # which counts only from ENOUGH on
    above: float = 0
    periods: int = 1
    period: int = PERIOD

    @property
    def watched(self) -> dict[str, Metric]:
        """Every metric by the name that an expression has for it."""
        return {one.name.lower(): one for one in (self.metric, *self.less, *([self.whole] if self.whole else []))}

    @property
    def expression(self) -> str:
        """What is watched of several metrics.

        What is taken off may count nothing, and then has no value in a period. CloudWatch documents that arithmetic takes
        that for 0, and that FILL puts a value where one is missing; it says neither of a metric that was never published.
        So the steps count zeros before they work. Of a share no part can be missing: functions that reject are invoked.
        """
        first, *others = self.watched
        if self.whole:
            return f"IF({others[-1]} >= {MINIMUM_IMAGES}, {first} / {others[-1]}, 0)"
        return " - ".join([first, *(f"FILL({name}, 0)" for name in others)])


def alarms() -> list[Alarm]:
    """Return every alarm, from the front door to the search for what got lost on the way."""
    return [*_front_door(), *_queues(), *_pipeline(), *_images(), *_sweep(), *_functions()]


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
                **(_math(alarm) if len(alarm.watched) > 1 else _single(alarm)),
            )
        )


def _single(alarm: Alarm) -> dict[str, Any]:
    return {**_metric(alarm.metric), "Statistic": alarm.metric.statistic, "Period": alarm.period}


def _math(alarm: Alarm) -> dict[str, Any]:
    """Return what makes an alarm watch an expression of several metrics."""
    queries = [
        cloudwatch.MetricDataQuery(
            Id=name,
            MetricStat=cloudwatch.MetricStat(
                Metric=cloudwatch.Metric(**_metric(metric)), Period=alarm.period, Stat=metric.statistic
            ),
            ReturnData=False,
        )
        for name, metric in alarm.watched.items()
    ]
    return {"Metrics": [cloudwatch.MetricDataQuery(Id="left", Expression=alarm.expression, ReturnData=True), *queries]}


def _metric(metric: Metric) -> dict[str, Any]:
    dimensions = [cloudwatch.MetricDimension(Name=name, Value=value) for name, value in metric.dimensions.items()]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}


def _front_door() -> list[Alarm]:
    return [
        Alarm(
            "ApiErrorsAlarm",
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
            "OldestMessageAgeAlarm",
            "A message waits longer than all of its deliveries take: pictures are not picked up.",
            "Look at the log and throttles of SqsTriggerFunction; raise MaxConcurrency if there is just too much.",
            metrics.queue("ProcessingQueue", "ApproximateAgeOfOldestMessage"),
            above=delivery_seconds(TRIGGER_TIMEOUT),
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
            periods=SUSTAINED_PERIODS,
        ),
    ]


def _images() -> list[Alarm]:
    """Return what is watched of rejections, which are nobody's fault one by one, and of decoders."""
    return [
        Alarm(
            "RejectionsAlarm",
            f"More than {REJECTION_SHARE:.0%} of {MINIMUM_IMAGES} pictures or more were rejected within an hour: uploaders are refused.",
            "See for which reasons, and whose. All uploaders' since a deployment: roll back. One uploader's: nothing to mend.",
            metrics.custom(IMAGES_REJECTED),
            whole=metrics.function(VALIDATE.function, "Invocations"),
            above=REJECTION_SHARE,
            period=HOUR,
        ),
        Alarm(
            "FallbackDecoderAlarm",
            "ValidateFunction does not find libwebp in its layer: large WebP pictures are rejected as TOO_COMPLEX.",
            "Roll back the layer, or build it from Pillow's wheel.",
            metrics.custom(FALLBACK_DECODERS),
        ),
    ]


def _sweep() -> list[Alarm]:
    return [
        Alarm(
            "StalledUploadsAlarm",
            "Pictures were found that nothing worked on, and were started: their events are late, or got lost.",
            "See what an upload's event passes: UploadRule, the queue, SqsTriggerFunction, and executions that vanished.",
            metrics.custom(EXECUTIONS_RESTARTED),
        )
    ]


def _functions() -> list[Alarm]:
    """Return what is watched of the functions: failures but for rejections, and throttles that last."""
    light = ["GetUploadUrlFunction", "SqsTriggerFunction", "FinalizeFunction", "SweepFunction"]
    failing = [
        Alarm(
            f"{name.removesuffix('Function')}ErrorsAlarm",
            f"{name} failed.",
            "Its log has the error.",
            metrics.function(name, "Errors"),
        )
        for name in light
    ]
    # Lambda counts a rejected picture as an error, and a try that came late; a killed function can count nothing itself.
    steps = [
        Alarm(
            f"{step.function.removesuffix('Function')}ErrorsAlarm",
            f"{step.state} failed more often than one picture is tried, and not because of the pictures.",
            f"The log of {step.function} has the errors.",
            metrics.function(step.function, "Errors"),
            less=tuple(metrics.custom(name, **{STEP: step.state}) for name in (STEP_REJECTIONS, STALE_ATTEMPTS)),
            above=1 + MAX_RETRIES,
            periods=STEP_ERROR_PERIODS,
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
        periods=SUSTAINED_PERIODS,
    )
