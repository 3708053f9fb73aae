"""A Map in the pipeline: the states of its processor count like all others."""

from typing import Any

import pytest

from costs.usage import function_of, visited_states
from pages import permissions
from templates.stack import build
from tests.templates.emitted import Node, arn, at
from workflow import proof

FUNCTION = "ResizeFunction"
WORK = {
    "Type": "Task",
    "Resource": "arn:${Partition}:states:::lambda:invoke",
    "Parameters": {"FunctionName": f"${{{FUNCTION}}}"},
    "End": True,
}


@pytest.fixture(params=["ItemProcessor", "Iterator"])
def machine(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Node:
    """Let the pipeline be a single Map, and skip the proof."""
    inner = {"StartAt": "Work", "States": {"Work": WORK}}
    found = {"StartAt": "Each", "States": {"Each": {"Type": "Map", request.param: inner, "End": True}}}
    for module in (proof, permissions):
        monkeypatch.setattr(module, "states_language", lambda: found)
    monkeypatch.setattr(proof, "proved", lambda definition, _: definition)
    return found


@pytest.mark.usefixtures("machine")
def test_pipeline_may_call_what_a_map_runs() -> None:
    """The role of the state machine allows the call of a task within a Map, and no other."""
    role: Any = build().to_dict()["Resources"]["ProcessingPipelineRole"]
    granted = [one for one in at(role, "Properties.Policies.0.PolicyDocument.Statement") if one["Resource"] != ["*"]]
    assert [(one["Action"], one["Resource"]) for one in granted] == [(["lambda:InvokeFunction"], [arn(FUNCTION)])]


@pytest.mark.usefixtures("machine")
def test_permissions_of_a_task_in_a_map_are_shown() -> None:
    """The viewer shows the permissions of a task within a Map."""
    assert ("run the steps", "lambda:InvokeFunction", FUNCTION) in permissions.state_permissions()["Work"]


def test_state_within_a_map_costs(machine: Node) -> None:
    """The states of a Map are counted, and so is the function of one of them, also in the first state."""
    assert [function_of(state) for state in visited_states(machine)] == ["", FUNCTION]
