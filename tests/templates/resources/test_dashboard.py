"""The dashboard: it can be shown, and shows everything an operator needs."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lambdas.runtime.metrics import (
    EXECUTIONS_FINALIZED,
    EXECUTIONS_RESTARTED,
    NOTIFICATIONS_RECOVERED,
    OBJECTS_REMOVED,
    STEP_ERRORS,
    STEP_REJECTIONS,
)
from tests.templates.emitted import Node, properties, resources
from tests.templates.resources.metric_math import metrics
from tests.templates.resources.published import Watched
from workflow.steps import STEPS, Step

ALARMS = sorted(resources("AWS::CloudWatch::Alarm"))
COLUMNS = 24  # of a dashboard
# The structure of a dashboard's body as CloudWatch documents it, as far as it is used here.
PLACE = {
    "x": {"type": "integer", "minimum": 0, "maximum": COLUMNS - 1},
    "y": {"type": "integer", "minimum": 0},
    "width": {"type": "integer", "minimum": 1, "maximum": COLUMNS},
    "height": {"type": "integer", "minimum": 1, "maximum": 1000},
}
METRIC = {
    "properties": {
        "title": {"type": "string"},
        "region": {"type": "string"},
        "period": {"type": "integer", "minimum": 60, "multipleOf": 60},
        "metrics": {"type": "array", "minItems": 1, "maxItems": 500},
    },
    "required": ["region", "metrics"],
    "additionalProperties": False,
}
ALARM = {
    "properties": {"title": {"type": "string"}, "alarms": {"type": "array", "minItems": 1, "maxItems": 100}},
    "required": ["alarms"],
    "additionalProperties": False,
}
BODY = {
    "properties": {
        "widgets": {
            "type": "array",
            "maxItems": 500,
            "items": {
                "properties": {**PLACE, "type": {"enum": ["metric", "alarm"]}},
                "required": ["type", "properties"],
                "additionalProperties": {"type": "object"},
                "if": {"properties": {"type": {"const": "metric"}}},
                "then": {"properties": {"properties": METRIC}},
                "else": {"properties": {"properties": ALARM}},
            },
        }
    },
    "required": ["widgets"],
    "additionalProperties": False,
}


def _widgets() -> list[Node]:
    widgets: list[Node] = json.loads(properties("Dashboard")["DashboardBody"]["Fn::Sub"])["widgets"]
    return widgets


def _charts() -> list[Node]:
    return [widget["properties"] for widget in _widgets() if widget["type"] == "metric"]


def _read(line: list[Any]) -> Watched:
    """Return the metric of a chart's line: namespace, name, names and values of dimensions in turn, options."""
    namespace, name, *dimensions, options = line
    return Watched(namespace, name, dict(zip(dimensions[::2], dimensions[1::2], strict=True)), options["stat"])


LINES = [_read(line) for chart in _charts() for line in chart["metrics"]]


def test_dashboard_has_the_documented_structure() -> None:
    """The body has the structure that CloudWatch documents; CloudWatch ignores anything else without an error."""
    body = json.loads(properties("Dashboard")["DashboardBody"]["Fn::Sub"])
    Draft202012Validator(BODY).validate(body)
    assert all(widget["x"] + widget["width"] <= COLUMNS for widget in body["widgets"])


def test_no_widget_hides_another() -> None:
    """No two widgets overlap."""
    places = [
        (x, y)
        for widget in _widgets()
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.name} {list(line.dimensions.values())}")
def test_every_line_is_a_published_metric(line: Watched) -> None:
    """Every line is a published metric with a fitting statistic; otherwise it would be empty."""
    assert line.is_published


def test_charts_have_the_region_and_periods_of_the_alarms() -> None:
    """Each chart is of the stack's region, and has a period of an alarm."""
    assert {chart["region"] for chart in _charts()} == {"${AWS::Region}"}
    alarmed = {metric["Period"] for name in ALARMS for metric in metrics(properties(name)).values()}
    assert {chart["period"] for chart in _charts()} <= alarmed


def test_dashboard_shows_every_alarm() -> None:
    """The dashboard shows the state of every alarm."""
    (shown,) = (widget["properties"]["alarms"] for widget in _widgets() if widget["type"] == "alarm")
    assert sorted(shown) == [f"${{{name}.Arn}}" for name in ALARMS]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.state)
def test_dashboard_shows_every_step(step: Step) -> None:
    """The dashboard shows duration, throttles, rejections and errors of each step."""
    of = [(f"${{{step.function}}}", {"Duration", "Throttles"}), (step.state, {STEP_ERRORS, STEP_REJECTIONS})]
    for value, names in of:
        assert {line.name for line in LINES if value in line.dimensions.values()} >= names


def test_dashboard_shows_recovery() -> None:
    """The dashboard shows what was recovered outside of executions, and durations and errors of the functions that do it."""
    assert {line.name for line in LINES} >= {
        EXECUTIONS_FINALIZED,
        EXECUTIONS_RESTARTED,
        NOTIFICATIONS_RECOVERED,
        OBJECTS_REMOVED,
    }
    for function in ("FinalizeFunction", "SweepFunction"):
        shown = {line.name for line in LINES if f"${{{function}}}" in line.dimensions.values()}
        assert shown >= {"Duration", "Errors"}
