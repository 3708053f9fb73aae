"""The texts that services parse: dashboards and state machines."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from templates.refusals.check import refusals
from tests.templates.emitted import Node


def _with_body(kind: str, field: str, body: Node) -> list[str]:
    properties = {field: json.dumps(body)}
    return [str(one) for one in refusals(json.dumps({"Resources": {"It": {"Type": kind, "Properties": properties}}}))]


Widgets = Callable[[int], list[Node]]
CHARTS: dict[str, tuple[Widgets, int]] = {
    "widgets": (lambda number: [{}] * number, 500),
    "metrics of a widget": (lambda number: [{"properties": {"metrics": [["a"]] * number}}], 500),
    "metrics": (
        lambda number: [{"properties": {"metrics": [["a"]] * size}} for size in (500, 500, 500, 500, number - 2000)],
        2500,
    ),
    "columns": (lambda number: [{"x": number - 6, "width": 6}], 24),
}


@pytest.mark.parametrize("what", CHARTS)
def test_dashboard_is_bounded(what: str) -> None:
    """The number of widgets and metrics of a dashboard and its width are limited."""
    widgets, most = CHARTS[what]
    assert _with_body("AWS::CloudWatch::Dashboard", "DashboardBody", {"widgets": widgets(most)}) == []
    found = _with_body("AWS::CloudWatch::Dashboard", "DashboardBody", {"widgets": widgets(most + 1)})
    assert found[0].startswith("$.Resources.It.Properties.DashboardBody")
    assert f"{most + 1:,} {what.split(maxsplit=1)[0]}, and the maximum is {most:,}" in found[0]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"widgets": {}}, ".widgets: a list is required here, and this is an object"),
        ({"widgets": [1]}, ".widgets[0]: an object is required here, and this is a number"),
        ({"widgets": [{"x": "a"}]}, ".widgets[0].x: an integer of at least 0 is required here, and this is text"),
        ({"widgets": [{"width": 1.5}]}, ".widgets[0].width: an integer"),
        ({"widgets": [{"y": -1}]}, ".widgets[0].y: an integer"),
        ({"widgets": [{"height": True}]}, ".widgets[0].height: an integer"),
    ],
)
def test_malformed_dashboard_is_refused(body: Node, place: str) -> None:
    """A widget of the wrong type, or without a valid position, is refused."""
    (found,) = _with_body("AWS::CloudWatch::Dashboard", "DashboardBody", body)
    assert place in found


@pytest.mark.parametrize(
    "states",
    [{"A": []}, {"A": {"Type": "Parallel", "Branches": 1}}, {"A": {"Type": "Map", "Iterator": {}}}, {"A": {}}],
    ids=str,
)
def test_malformed_state_machine_is_refused(states: Node) -> None:
    """A malformed state machine is refused, as text and as an object."""
    machine = {"StartAt": "A", "States": states}
    (found,) = _with_body("AWS::StepFunctions::StateMachine", "DefinitionString", machine)
    assert "DefinitionString: not a state machine: $.States.A" in found
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": machine}}
    (same,) = map(str, refusals(json.dumps({"Resources": {"It": resource}})))
    assert "Definition: not a state machine: $.States.A" in same


def test_names_of_states_are_bounded() -> None:
    """The name of a state has at most 80 characters, also within a Map."""

    def machine(name: str) -> Node:
        inner = {"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}}
        return {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": inner, "End": True}}}

    kind = ("AWS::StepFunctions::StateMachine", "DefinitionString")
    assert _with_body(*kind, machine("n" * 80)) == []
    assert "81 characters in the name, and the maximum is 80" in _with_body(*kind, machine("n" * 81))[0]


@pytest.mark.parametrize("body", ["", "{", "[]", '"a"', {"an": "object"}])
@pytest.mark.parametrize(
    "kind", [("AWS::CloudWatch::Dashboard", "DashboardBody"), ("AWS::StepFunctions::StateMachine", "DefinitionString")]
)
def test_body_is_json(kind: tuple[str, str], body: Any) -> None:
    """A text that is not a JSON object is refused with its path."""
    resources = {"It": {"Type": kind[0], "Properties": {kind[1]: body}}}
    (found,) = map(str, refusals(json.dumps({"Resources": resources})))
    assert found.startswith(f"$.Resources.It.Properties.{kind[1]}: not ")


def test_only_its_own_type_has_a_body() -> None:
    """A property of another type that has the same name is any text."""
    resources = {"It": {"Type": "AWS::Glue::Job", "Properties": {"DashboardBody": "a", "DefinitionString": "b"}}}
    assert refusals(json.dumps({"Resources": resources})) == []
