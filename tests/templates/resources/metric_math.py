"""Metric math, as far as the alarms use it, and the evaluation of an alarm."""

import ast
from collections.abc import Callable
from typing import Any

from tests.templates.emitted import Node

Value = float | None  # of a period; None without data


def _fill(value: Value, filling: Value) -> Value:
    return filling if value is None else value


def _if(condition: Value, value: Value, other: Value) -> Value:
    return value if condition else other


FUNCTIONS: dict[str, Callable[..., Value]] = {"FILL": _fill, "IF": _if}
OPERATORS: dict[type[ast.operator], Callable[[float, float], Value]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right if right else None,  # CloudWatch drops the data point
}

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
}


def evaluated(expression: str, values: dict[str, Value]) -> Value:
    """Return the value of an expression for the values of its metrics; without data there is no result."""
    return _of(ast.parse(expression, mode="eval").body, values)


def _of(node: ast.expr, values: dict[str, Value]) -> Value:
    match node:
        case ast.Constant(int() | float() as number):
            return number
        case ast.Name(name):
            return values[name]
        case ast.Call(ast.Name(name), arguments):
            return FUNCTIONS[name](*(_of(argument, values) for argument in arguments))
        case ast.BinOp(left, operator, right):
            first, second = _of(left, values), _of(right, values)
            return None if first is None or second is None else OPERATORS[type(operator)](first, second)
        case ast.Compare(left, [ast.GtE()], [right]):
            return float((_of(left, values) or 0) >= (_of(right, values) or 0))  # as documented by CloudWatch
    raise NotImplementedError(f"metric math that no test knows: {ast.unparse(node)}")


def fires(alarm: Node, measured: dict[str, Value], periods: int | None = None) -> bool:
    """Return whether an alarm fires once each of so many periods, or of as many as it needs, has measured these values.

    The values are by metric name; a metric without a value was not measured.
    """
    wanted = int(alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"])
    if periods is not None and periods < wanted:
        return False
    value = _watched(alarm, measured)
    if value is None:
        return str(alarm["TreatMissingData"]) == "breaching"
    return COMPARISONS[alarm["ComparisonOperator"]](value, float(alarm["Threshold"]))


def _watched(alarm: Node, measured: dict[str, Value]) -> Value:
    if "MetricName" in alarm:
        return measured.get(alarm["MetricName"])
    (result,) = (query for query in alarm["Metrics"] if query.get("ReturnData", True))
    values = {name: measured.get(metric["MetricName"]) for name, metric in metrics(alarm).items()}
    return evaluated(result["Expression"], values)


def metrics(alarm: Node) -> dict[str, dict[str, Any]]:
    """Return the metrics of an alarm, by their names in its expression, each with Stat and Period."""
    if "MetricName" in alarm:
        return {"": {**alarm, "Stat": alarm["Statistic"]}}
    stats = {query["Id"]: query["MetricStat"] for query in alarm["Metrics"] if "MetricStat" in query}
    return {name: {**stat["Metric"], "Stat": stat["Stat"], "Period": stat["Period"]} for name, stat in stats.items()}
