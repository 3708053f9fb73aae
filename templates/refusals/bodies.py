"""The texts in a template that a service parses: bodies of dashboards and definitions of state machines."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from asl.check.grammar import grammar_error
from asl.language import each_state
from templates.refusals.filling import Filling
from templates.refusals.refusal import Limit, Node, Refusal, below, kind

DASHBOARDS = "CloudWatch: CloudWatch service quotas"
STRUCTURE = "CloudWatch: Dashboard body structure and syntax"
WIDGETS = Limit(500, "widgets", DASHBOARDS, "add a second dashboard")
METRICS = Limit(500, "metrics", DASHBOARDS, "split the widget")
ALL_METRICS = Limit(2500, "metrics", DASHBOARDS, "add a second dashboard")
SIDES = ("x", "y", "width", "height")
USUAL_WIDTH = 6  # columns
WIDTH = Limit(24, "columns", STRUCTURE, "move it to the left, or make it narrower")
STATE_NAME = Limit(80, "characters in the name", "Step Functions: State machine structure in Amazon States Language")


@dataclass(frozen=True)
class Body:
    """A text in resources of a type: the property that holds it, its check, and the page that states its structure."""

    kind: str
    field: str
    check: Callable[[str, Node], Iterator[Refusal]]
    source: str
    text: bool = True  # or an object


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
    """Yield a refusal for a body without a list of widgets, and for each widget whose position is not numbers."""
    if not isinstance(widgets, list):
        yield Refusal(
            f"{path}.widgets", f"a list is required here, and this is {kind(widgets)}", "write a list", STRUCTURE
        )
        return
    for place, widget in below(widgets, "*", path=f"{path}.widgets"):
        if not isinstance(widget, dict):
            yield Refusal(
                place, f"an object is required here, and this is {kind(widget)}", "write an object", STRUCTURE
            )
        for inner, value in (found for side in SIDES for found in below(widget, side, path=place)):
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                yield Refusal(
                    inner,
                    f"an integer of at least 0 is required here, and this is {kind(value)}",
                    "write one",
                    STRUCTURE,
                )


def _machine(path: str, body: Node) -> Iterator[Refusal]:
    """Yield the names of states that are too long, at any depth."""
    if wrong := _grammar_error(json.dumps(body)):
        yield Refusal(path, f"not a state machine: {wrong}", "correct it", STATE_NAME.source)
        return
    for name, _ in each_state(body):
        yield from STATE_NAME.exceeded(f"{path}: {name}", len(name))


@lru_cache(4)  # a deployment checks the same definition in the template and with its parameters
def _grammar_error(definition: str) -> str | None:
    return grammar_error(json.loads(definition))


BODIES = [
    Body("AWS::CloudWatch::Dashboard", "DashboardBody", _dashboard, STRUCTURE),
    Body("AWS::StepFunctions::StateMachine", "DefinitionString", _machine, STATE_NAME.source),
    Body("AWS::StepFunctions::StateMachine", "Definition", _machine, STATE_NAME.source, text=False),
]


def bodies(template: Node, filling: Filling) -> Iterator[Refusal]:
    """Yield the refusals of services for the texts that they parse."""
    for name, resource in template.get("Resources", {}).items():
        for body in (one for one in BODIES if one.kind == resource.get("Type")):
            for path, text in below(resource.get("Properties", {}), body.field, path=f"$.Resources.{name}.Properties"):
                yield from _read(path, filling.fill(text), body)


def _read(path: str, text: Any, body: Body) -> Iterator[Refusal]:
    try:
        read = json.loads(text) if body.text else text
    except (TypeError, ValueError) as error:
        yield Refusal(path, f"not JSON after the substitution of references: {error}", "write JSON", body.source)
        return
    if not isinstance(read, dict):
        yield Refusal(path, "not a JSON object", "write an object", body.source)
        return
    yield from body.check(path, read)
