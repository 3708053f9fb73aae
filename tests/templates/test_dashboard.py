"""The dashboard: what it shows, and where."""

import json
from typing import Any

import pytest

from lambdas.metrics import CLEARED, FAULTS, REJECTIONS, RESTARTED, SETTLED, TOLD
from tests.templates.emitted import Node, properties, resources
from tests.templates.published import Watched
from workflow.steps import STEPS, Step

ALARMS = sorted(resources("AWS::CloudWatch::Alarm"))


def _widgets() -> list[Node]:
    widgets: list[Node] = json.loads(properties("Dashboard")["DashboardBody"]["Fn::Sub"])["widgets"]
    return widgets


def _charts() -> list[Node]:
    return [widget["properties"] for widget in _widgets() if widget["type"] == "metric"]


def _read(line: list[Any]) -> Watched:
    """Return the metric that a chart's line shows: namespace, name, names and values of dimensions in turn, options."""
    namespace, name, *dimensions, options = line
    return Watched(namespace, name, dict(zip(dimensions[::2], dimensions[1::2], strict=True)), options["stat"])


LINES = [_read(line) for chart in _charts() for line in chart["metrics"]]


def test_dashboard_shows_the_flow_from_left_to_right() -> None:
    """The first row goes the way that a picture goes."""
    row = sorted((widget for widget in _widgets() if widget["y"] == 0), key=lambda widget: widget["x"])
    assert [widget["properties"]["title"] for widget in row] == ["Requests", "Uploads", "Queue", "Executions"]


def test_dashboard_has_no_overlap_and_no_gap() -> None:
    """The widgets fill whole rows, each place once."""
    places = [
        (x, y)
        for widget in _widgets()
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(places) == len(set(places)) == 24 * (1 + max(y for _, y in places))


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.name} {list(line.dimensions.values())}")
def test_every_line_shows_what_cloudwatch_has(line: Watched) -> None:
    """Every line is of a metric that is published so, with a statistic that fits it; or it would be empty."""
    assert line.is_published


def test_charts_are_of_this_region_and_of_minutes() -> None:
    """Each chart reads the region of the stack, and a point of it is what an alarm looks at: five minutes."""
    assert {(chart["region"], chart["period"]) for chart in _charts()} == {("${AWS::Region}", 300)}


def test_dashboard_shows_every_alarm() -> None:
    """An operator sees the state of all alarms at once."""
    (shown,) = (widget["properties"]["alarms"] for widget in _widgets() if widget["type"] == "alarm")
    assert sorted(shown) == [f"${{{name}.Arn}}" for name in ALARMS]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.state)
def test_dashboard_shows_every_step(step: Step) -> None:
    """Each step's duration, throttles, rejections and faults are on the dashboard."""
    of = [(f"${{{step.function}}}", {"Duration", "Throttles"}), (step.state, {FAULTS, REJECTIONS})]
    for value, names in of:
        assert {line.name for line in LINES if value in line.dimensions.values()} >= names


def test_dashboard_shows_what_was_put_right_afterwards() -> None:
    """Whatever the pipeline did not bring about itself, and how the functions fare that did, is on the dashboard."""
    assert {line.name for line in LINES} >= {SETTLED, RESTARTED, TOLD, CLEARED}
    for function in ("SettleFunction", "SweepFunction"):
        shown = {line.name for line in LINES if f"${{{function}}}" in line.dimensions.values()}
        assert shown == {"Duration", "Errors"}
