"""What travels within a template as text that a service reads: dashboards and state machines."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from asl.check.grammar import grammar_error
from asl.language import each_state
from templates.refusals.filling import Filling
from templates.refusals.refusal import Limit, Node, Refusal, below, kind

DASHBOARDS = "CloudWatch: CloudWatch service quotas"
STRUCTURE = "CloudWatch: Dashboard body structure and syntax"
WIDGETS = Limit(500, "widgets", DASHBOARDS, "add a second dashboard")
METRICS = Limit(500, "metrics", DASHBOARDS, "divide the widget")
ALL_METRICS = Limit(2500, "metrics", DASHBOARDS, "add a second dashboard")
SIDES = ("x", "y", "width", "height")
USUAL_WIDTH = 6  # columns
WIDTH = Limit(24, "columns", STRUCTURE, "place it further left, or make it narrower")
STATE_NAME = Limit(80, "characters in the name", "Step Functions: State machine structure in Amazon States Language")


@dataclass(frozen=True)
class Body:
    """A text in resources of a type: the property that holds it, how it is checked, and which page states its form."""

    kind: str
    field: str
    check: Callable[[str, Node], Iterator[Refusal]]
    source: str
    text: bool = True  # or the object itself


def _dashboard(path: str, body: Node) -> Iterator[Refusal]:
    if strange := list(_strange(path, body.get("widgets", []))):
        yield from strange
        return
    widgets = list(below(body, "widgets", "*", path=path))
    yield from WIDGETS.exceeded(path, len(widgets))
    shown = [sum(1 for _ in below(widget, "properties", "metrics", "*")) for _, widget in widgets]
    yield from ALL_METRICS.exceeded(path, sum(shown))
    for (place, widget), metrics in zip(widgets, shown, strict=True):
        yield from METRICS.exceeded(place, metrics)
        yield from WIDTH.exceeded(place, widget.get("x", 0) + widget.get("width", USUAL_WIDTH))


def _strange(path: str, widgets: Any) -> Iterator[Refusal]:
    """Yield what is no list of widgets, or no widget with numbers as its place."""
    if not isinstance(widgets, list):
        yield Refusal(f"{path}.widgets", f"a list stands here, and this is {kind(widgets)}", "write a list", STRUCTURE)
        return
    for place, widget in below(widgets, "*", path=f"{path}.widgets"):
        if not isinstance(widget, dict):
            yield Refusal(place, f"an object stands here, and this is {kind(widget)}", "write an object", STRUCTURE)
        for inner, value in (found for side in SIDES for found in below(widget, side, path=place)):
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                yield Refusal(
                    inner, f"a whole number from 0 on stands here, and this is {kind(value)}", "write one", STRUCTURE
                )


def _machine(path: str, body: Node) -> Iterator[Refusal]:
    """Yield the names of states that are too long, wherever the states stand."""
    if wrong := grammar_error(body):
        yield Refusal(path, f"no state machine: {wrong}", "correct it", STATE_NAME.source)
        return
    for name, _ in each_state(body):
        yield from STATE_NAME.exceeded(f"{path}: {name}", len(name))


BODIES = [
    Body("AWS::CloudWatch::Dashboard", "DashboardBody", _dashboard, STRUCTURE),
    Body("AWS::StepFunctions::StateMachine", "DefinitionString", _machine, STATE_NAME.source),
    Body("AWS::StepFunctions::StateMachine", "Definition", _machine, STATE_NAME.source, text=False),
]


def bodies(template: Node, filling: Filling) -> Iterator[Refusal]:
    """Yield what the services would find wrong with the texts that they read."""
    for name, resource in template.get("Resources", {}).items():
        for body in (one for one in BODIES if one.kind == resource.get("Type")):
            for path, text in below(resource.get("Properties", {}), body.field, path=f"$.Resources.{name}.Properties"):
                yield from _read(path, filling.fill(text), body)


def _read(path: str, text: Any, body: Body) -> Iterator[Refusal]:
    try:
        read = json.loads(text) if body.text else text
    except (TypeError, ValueError) as error:
        yield Refusal(path, f"no JSON once references are filled in: {error}", "write JSON", body.source)
        return
    if not isinstance(read, dict):
        yield Refusal(path, "no JSON object", "write an object", body.source)
        return
    yield from body.check(path, read)
