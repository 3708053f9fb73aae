"""The metrics of alarms and dashboard, each stated once."""

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref, Sub

from lambdas.runtime import metrics as own
from templates.resources.addresses import STAGE


@dataclass(frozen=True)
class Metric:
    """A CloudWatch metric: namespace, name, dimensions, and the statistic over a period."""

    namespace: str
    name: str
    dimensions: dict[str, Any]
    statistic: str = "Sum"


def queue(logical_id: str, name: str, statistic: str = "Maximum") -> Metric:
    """Return a metric of the queue with that logical ID."""
    return Metric("AWS/SQS", name, {"QueueName": GetAtt(logical_id, "QueueName")}, statistic)


def executions(name: str, statistic: str = "Sum", machine: str = "ProcessingPipeline") -> Metric:
    """Return a metric of the executions of a state machine: the pipeline's, or those of imports."""
    return Metric("AWS/States", name, {"StateMachineArn": Ref(machine)}, statistic)


def function(logical_id: str, name: str, statistic: str = "Sum") -> Metric:
    """Return a metric of the function with that logical ID."""
    return Metric("AWS/Lambda", name, {"FunctionName": Ref(logical_id)}, statistic)


def api(name: str, statistic: str = "Sum") -> Metric:
    """Return a metric of the REST API."""
    return Metric("AWS/ApiGateway", name, {"ApiName": Sub("${AWS::StackName}-upload"), "Stage": STAGE}, statistic)


def custom(name: str, **dimensions: str) -> Metric:
    """Return a custom metric: the functions of this stack count it."""
    return Metric(own.NAMESPACE, name, {own.SERVICE: Ref("AWS::StackName"), **dimensions})
