"""One alarm: its metrics, and the message to operators."""

from dataclasses import dataclass
from typing import Any

from troposphere import Ref, Template, cloudwatch, sns

from templates.resources.metrics import Metric

PERIOD = 300  # seconds over which a metric is aggregated
MINIMUM_IMAGES = 20  # an hour; of fewer images, the bad files of one uploader are a large share


@dataclass(frozen=True)
class Alarm:
    """One alarm: on metric alone, on metric minus the metrics in subtract, or on its ratio to total."""

    logical_id: str
    happened: str
    impact: str  # on users
    first_step: str
    metric: Metric
    subtract: tuple[Metric, ...] = ()
    total: Metric | None = None  # the ratio counts from MINIMUM_IMAGES on
    threshold: float = 0  # the alarm fires above it
    periods: int = 1
    period: int = PERIOD

    @property
    def description(self) -> str:
        """What happened, what it means for users, and what to do first."""
        return f"{self.happened} {self.impact} {self.first_step}"

    @property
    def metrics(self) -> dict[str, Metric]:
        """Every metric that is watched, by its name in the expression."""
        return {one.name.lower(): one for one in (self.metric, *self.subtract, *([self.total] if self.total else []))}

    @property
    def expression(self) -> str:
        """The metric math of an alarm on several metrics.

        A subtracted metric has no value in a period in which it was not counted. CloudWatch documents that arithmetic takes a
        missing value as 0, and that FILL replaces it; it documents neither for a metric that was never published. The steps
        therefore count zeros before they start. A ratio lacks no part: a function that rejects images was invoked.
        """
        first, *others = self.metrics
        if self.total:
            return f"IF({others[-1]} >= {MINIMUM_IMAGES}, {first} / {others[-1]}, 0)"
        return " - ".join([first, *(f"FILL({name}, 0)" for name in others)])


def add_alarm(template: Template, alarm: Alarm, topic: sns.Topic) -> None:
    """Add alarm to template; topic is notified when it fires and when it recovers."""
    template.add_resource(
        cloudwatch.Alarm(
            alarm.logical_id,
            AlarmDescription=alarm.description,
            EvaluationPeriods=alarm.periods,
            ComparisonOperator="GreaterThanThreshold",
            Threshold=alarm.threshold,
            TreatMissingData="notBreaching",
            AlarmActions=[Ref(topic)],
            OKActions=[Ref(topic)],
            **(_metric_math(alarm) if len(alarm.metrics) > 1 else _single_metric(alarm)),
        )
    )


def _single_metric(alarm: Alarm) -> dict[str, Any]:
    return {**_metric(alarm.metric), "Statistic": alarm.metric.statistic, "Period": alarm.period}


def _metric_math(alarm: Alarm) -> dict[str, Any]:
    """Return the properties of an alarm on an expression of several metrics."""
    queries = [
        cloudwatch.MetricDataQuery(
            Id=name,
            MetricStat=cloudwatch.MetricStat(
                Metric=cloudwatch.Metric(**_metric(metric)), Period=alarm.period, Stat=metric.statistic
            ),
            ReturnData=False,
        )
        for name, metric in alarm.metrics.items()
    ]
    return {"Metrics": [cloudwatch.MetricDataQuery(Id="left", Expression=alarm.expression, ReturnData=True), *queries]}


def _metric(metric: Metric) -> dict[str, Any]:
    dimensions = [cloudwatch.MetricDimension(Name=name, Value=value) for name, value in metric.dimensions.items()]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}
