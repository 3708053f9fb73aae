"""The dashboard for operators: requests, queue, executions, steps and recovery."""

import json
from collections.abc import Iterator
from typing import Any

from troposphere import GetAtt, Ref, Sub, Template, cloudwatch

from lambdas.runtime import metrics as own
from templates.resources import audit, imports, metrics
from templates.resources.alarms import alarms
from templates.resources.metrics import Metric
from templates.resources.routes import ROUTES
from templates.resources.web_page import FUNCTION
from templates.substitution import placeholder
from workflow.steps import STEPS

ROW_HEIGHT = 6  # units of height
FULL_WIDTH = 24  # units of width
PERIOD = 300  # seconds


def add_dashboard(template: Template) -> None:
    """Add the dashboard to template; CloudFormation generates its name from the stack's."""
    template.add_resource(cloudwatch.Dashboard("Dashboard", DashboardBody=_text(list(_widgets()))))


def _widgets() -> Iterator[dict[str, Any]]:
    rows = [_flow(), _api(), _steps(), _recovery(), _audits(), _imports()]
    for number, charts in enumerate(rows):
        yield from _row(number * ROW_HEIGHT, charts)
    yield {
        "type": "alarm",
        "x": 0,
        "y": len(rows) * ROW_HEIGHT,
        "width": FULL_WIDTH,
        "height": ROW_HEIGHT // 2,
        "properties": {"title": "Alarms", "alarms": [GetAtt(alarm.logical_id, "Arn") for alarm in alarms()]},
    }


def _flow() -> dict[str, list[Metric]]:
    """Return the charts of requests, queue and executions, by title."""
    return {
        "Requests": [metrics.api("Count"), metrics.api("4XXError"), metrics.api("5XXError")],
        "Uploads": [
            metrics.custom(own.UPLOAD_URLS_ISSUED),
            metrics.custom(own.UPLOAD_URLS_REFUSED),
            metrics.custom(own.UPLOAD_URLS_LIMITED),
            metrics.custom(own.EXECUTIONS_STARTED),
            metrics.custom(own.IMAGES_DELETED),
        ],
        "Queue": [
            metrics.queue("ProcessingQueue", "ApproximateNumberOfMessagesVisible"),
            metrics.queue("ProcessingQueue", "ApproximateAgeOfOldestMessage"),
            metrics.queue("DeadLetterQueue", "ApproximateNumberOfMessagesVisible"),
        ],
        "Executions": [
            metrics.executions(f"Executions{end}") for end in ("Started", "Succeeded", "Failed", "TimedOut", "Aborted")
        ],
    }


def _api() -> dict[str, list[Metric]]:
    """Return the charts of the API's functions."""
    charts = {
        "duration, ms (90 %)": ("Duration", "p90"),
        "errors": ("Errors", "Sum"),
        "throttles": ("Throttles", "Sum"),
    }
    return {
        f"API: {title}": [metrics.function(name, *shown) for name in (*(route.function for route in ROUTES), FUNCTION)]
        for title, shown in charts.items()
    }


def _steps() -> dict[str, list[Metric]]:
    """Return the charts of the steps: durations, throttles, rejections and errors."""
    return {
        "Duration, ms (90 %)": [metrics.function(step.function, "Duration", "p90") for step in STEPS],
        "Throttles": [metrics.function(step.function, "Throttles") for step in STEPS],
        own.STEP_REJECTIONS: [metrics.custom(own.STEP_REJECTIONS, **{own.STEP: step.state}) for step in STEPS],
        own.STEP_ERRORS: [metrics.custom(own.STEP_ERRORS, **{own.STEP: step.state}) for step in STEPS],
    }


def _recovery() -> dict[str, list[Metric]]:
    """Return the charts of what was recovered outside of executions, and of the functions that do it."""
    pair = ("FinalizeFunction", "SweepFunction")
    return {
        "Recovered": [
            metrics.custom(name)
            for name in (
                own.EXECUTIONS_FINALIZED,
                own.EXECUTIONS_RESTARTED,
                own.NOTIFICATIONS_RECOVERED,
                own.OBJECTS_REMOVED,
            )
        ],
        "Decoders": [
            metrics.custom(name) for name in (own.FALLBACK_DECODERS, own.SANDBOX_LAYERS_MISSING, own.SANDBOX_VIOLATIONS)
        ],
        "Finalization and sweep, ms (90 %)": [metrics.function(name, "Duration", "p90") for name in pair],
        "Finalization and sweep, errors": [metrics.function(name, "Errors") for name in pair],
    }


def _audits() -> dict[str, list[Metric]]:
    """Return the charts of audits."""
    return _of_batches("Audits", audit.MACHINE, audit.FUNCTION)


def _imports() -> dict[str, list[Metric]]:
    """Return the charts of imports."""
    objects = [metrics.custom(own.IMAGES_IMPORTED), metrics.custom(own.IMPORTS_SKIPPED)]
    return {"Imports: objects": objects, **_of_batches("Imports", imports.MACHINE, imports.FUNCTION)}


def _of_batches(title: str, machine: str, function: str) -> dict[str, list[Metric]]:
    """Return the charts of a state machine whose function does a batch."""
    ends = ("Started", "Succeeded", "Failed", "Aborted")
    return {
        f"{title}: runs": [metrics.executions(f"Executions{end}", machine=machine) for end in ends],
        f"{title}: duration of a batch, ms (90 %)": [metrics.function(function, "Duration", "p90")],
        f"{title}: errors and throttles": [metrics.function(function, one) for one in ("Errors", "Throttles")],
    }


def _row(y: int, charts: dict[str, list[Metric]]) -> Iterator[dict[str, Any]]:
    width = FULL_WIDTH // len(charts)
    for column, (title, shown) in enumerate(charts.items()):
        yield {
            "type": "metric",
            "x": column * width,
            "y": y,
            "width": width,
            "height": ROW_HEIGHT,
            "properties": {
                "title": title,
                "region": Ref("AWS::Region"),
                "period": PERIOD,
                "metrics": [_line(metric) for metric in shown],
            },
        }


def _line(metric: Metric) -> list[Any]:
    dimensions = [part for pair in metric.dimensions.items() for part in pair]
    return [metric.namespace, metric.name, *dimensions, {"stat": metric.statistic}]


def _text(widgets: list[dict[str, Any]]) -> Sub:
    """Return the body as text in which CloudFormation substitutes the references."""
    return Sub(json.dumps({"widgets": widgets}, default=placeholder, separators=(",", ":")))
