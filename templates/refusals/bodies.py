"""What travels within a template as text that a service reads: dashboards and state machines."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from templates.refusals.filling import Filling
from templates.refusals.refusal import Limit, Node, Refusal, below
from workflow.language import each_state

DASHBOARDS = "CloudWatch: CloudWatch service quotas"
STRUCTURE = "CloudWatch: Dashboard body structure and syntax"
WIDGETS = Limit(500, "widgets", DASHBOARDS, "add a second dashboard")
METRICS = Limit(500, "metrics", DASHBOARDS, "divide the widget")
ALL_METRICS = Limit(2500, "metrics", DASHBOARDS, "add a second dashboard")
WIDTH = Limit(24, "columns", STRUCTURE, "place it further left, or make it narrower")
STATE_NAME = Limit(80, "characters in the name", "Step Functions: State machine structure in Amazon States Language")


@dataclass(frozen=True)
class Body:
    """A text in resources of a type: the property that holds it, how it is checked, and which page states its form."""

    kind: str
    field: str
    check: Callable[[str, Node], Iterator[Refusal]]
    source: str


def _dashboard(path: str, body: Node) -> Iterator[Refusal]:
    widgets = body.get("widgets", [])
    yield from WIDGETS.exceeded(path, len(widgets))
    shown = [len(widget.get("properties", {}).get("metrics", [])) for widget in widgets]
    yield from ALL_METRICS.exceeded(path, sum(shown))
    for number, (widget, metrics) in enumerate(zip(widgets, shown, strict=True)):
        yield from METRICS.exceeded(f"{path}.widgets[{number}]", metrics)
        yield from WIDTH.exceeded(f"{path}.widgets[{number}]", widget.get("x", 0) + widget.get("width", 0))


def _machine(path: str, body: Node) -> Iterator[Refusal]:
    """Yield the names of states that are too long, wherever the states stand."""
    if not isinstance(body.get("States"), dict):
        yield Refusal(path, "no state machine: it has no States", "write one", STATE_NAME.source)
        return
    for name, _ in each_state(body):
        yield from STATE_NAME.exceeded(f"{path}: {name}", len(name))


BODIES = [
    Body("AWS::CloudWatch::Dashboard", "DashboardBody", _dashboard, STRUCTURE),
    Body("AWS::StepFunctions::StateMachine", "DefinitionString", _machine, STATE_NAME.source),
]


def bodies(template: Node, filling: Filling) -> Iterator[Refusal]:
    """Yield what the services would find wrong with the texts that they read."""
    for name, resource in template.get("Resources", {}).items():
        for body in (one for one in BODIES if one.kind == resource.get("Type")):
            for path, text in below(resource.get("Properties", {}), body.field, path=f"$.Resources.{name}.Properties"):
                yield from _read(path, filling.fill(text), body)


def _read(path: str, text: str, body: Body) -> Iterator[Refusal]:
    try:
        read = json.loads(text)
    except (TypeError, ValueError) as error:
        yield Refusal(path, f"no JSON once references are filled in: {error}", "write JSON", body.source)
        return
    if not isinstance(read, dict):
        yield Refusal(path, "no JSON object", "write an object", body.source)
        return
    yield from body.check(path, read)
