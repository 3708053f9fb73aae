"""Small machines with a Parallel, with Catch and with Fail: what branches give, and what errors bring."""

from typing import Any

import pytest

from tests.asl.check.test_machines import COUNT, ORDER, TEXT, Found, State, closed, found, reading, task

READ = ("B", "Parameters.read.$", True)
RAISED = {
    "anyOf": [closed({"Error": {"const": "Late"}, "Cause": TEXT}), closed({"Error": {"const": "States.Timeout"}})]
}
GIVEN = {"takes": {}, "gives": closed({"size": COUNT})}
FAILING: State = {"Type": "Fail", "Error": "Broken", "Cause": "Really."}


def branch(state: State, name: str = "In") -> dict[str, Any]:
    """Return a branch of one state."""
    return {"StartAt": name, "States": {name: state if state["Type"] == "Fail" else {**state, "End": True}}}


def making(value: Any) -> State:
    """Return a state that makes value."""
    return {"Type": "Pass", "Result": value}


@pytest.mark.parametrize(
    ("fields", "path", "findings"),
    [
        ({}, "$[0].size", set()),
        ({}, "$[1]", set()),
        ({}, "$[2]", {READ}),
        ({}, "$[1].size", {READ}),
        ({}, "$.order", {READ}),
        ({"ResultPath": "$.both"}, "$.both[0].size", set()),
        ({"ResultPath": "$.order.both"}, "$.order.both[1]", set()),
        ({"ResultPath": None}, "$.order.id", set()),
        ({"ResultSelector": {"s.$": "$[0].size"}}, "$.s", set()),
        ({"ResultSelector": {"s.$": "$[1].size"}}, "$.s", {("A", "ResultSelector.s.$", True)}),
        ({"ResultSelector": {"s.$": "$.size"}}, "$.s", {("A", "ResultSelector.s.$", True)}),
        ({"Parameters": {"id.$": "$.order.nr"}}, "$[0]", {("A", "Parameters.id.$", True)}),
        ({"OutputPath": "$[0]"}, "$.size", set()),
    ],
)
def test_results_of_the_branches(fields: State, path: str, findings: Found) -> None:
    """The result of a Parallel is one item a branch, in their order."""
    both = {"Type": "Parallel", "Branches": [branch(making({"size": 1})), branch(making("b"), "Other")]}
    assert found({"A": {**both, **fields, "Next": "B"}, "B": reading(path)}) == findings


def test_input_of_branches() -> None:
    """Every branch starts with the Parallel's own input after InputPath and Parameters."""
    inner = {"StartAt": "In", "States": {"In": reading("$.id")}}
    assert found({"A": {"Type": "Parallel", "Branches": [inner], "End": True}}) == {("In", "Parameters.read.$", True)}
    assert found({"A": {"Type": "Parallel", "InputPath": "$.order", "Branches": [inner], "End": True}}) == set()


def test_parallel_in_a_parallel() -> None:
    """The result of an inner Parallel is an array in the outer one's array."""
    inner = {"Type": "Parallel", "Branches": [branch(making({"deep": 1}))]}
    outer = {"Type": "Parallel", "Branches": [branch(inner, "Inner")], "Next": "B"}
    assert found({"A": outer, "B": reading("$[0][0].deep")}) == set()
    assert found({"A": outer, "B": reading("$[0].deep")}) == {READ}


def test_parallel_with_a_branch_that_fails() -> None:
    """A Parallel with a branch that always fails never continues to Next; only its Catch is followed, with that branch's error."""
    both = {"Type": "Parallel", "Branches": [branch(making(1)), branch(FAILING, "Other")], "Next": "B"}
    assert found({"A": both, "B": reading("$.nothing")}) == set()
    caught = {**both, "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "C"}]}
    required = {"takes": closed({"v": {"const": "Broken"}}), "gives": {"type": "null"}}
    for path, findings in (("$.e.Error", set()), ("$.e.Cause", {("C", "Parameters.v.$", True)})):
        states = {"A": caught, "B": reading("$.nothing"), "C": task(Parameters={"v.$": path})}
        assert found(states, edges={"C": required}) == findings


def test_error_that_a_branch_keeps_to_itself() -> None:
    """An error that is caught inside a branch does not reach the Catch of the Parallel."""
    inner = task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Calm"}], Resource="arn:aws:lambda:::f")
    calm = {"StartAt": "T", "States": {"T": inner, "Calm": {**making(1), "End": True}}}
    outer = {
        "Type": "Parallel",
        "Branches": [calm],
        "End": True,
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}],
    }
    assert found({"A": outer, "B": reading("$.nothing")}, edges={"T": GIVEN}) == set()


@pytest.mark.parametrize(
    ("catchers", "path", "findings"),
    [
        ([{"ErrorEquals": ["States.ALL"]}], "$.Error", set()),
        ([{"ErrorEquals": ["States.ALL"]}], "$.order.id", {READ}),
        ([{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e"}], "$.order.id", set()),
        ([{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e"}], "$.e.Error", set()),
        ([{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e"}], "$.e.Cause", {READ}),
        ([{"ErrorEquals": ["States.ALL"], "ResultPath": "$.order"}], "$.order.id", {READ}),
        ([{"ErrorEquals": ["States.ALL"], "ResultPath": None}], "$.order.id", set()),
        ([{"ErrorEquals": ["States.ALL"], "ResultPath": None}], "$.e", {READ}),
        ([{"ErrorEquals": ["Late"], "ResultPath": "$.e"}], "$.e.Cause", set()),
        ([{"ErrorEquals": ["States.Timeout"], "ResultPath": "$.e"}], "$.e.Cause", {READ}),
        ([{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.e"}], "$.e.Cause", set()),
        ([{"ErrorEquals": ["States.TaskFailed", "States.Timeout"], "ResultPath": "$.e"}], "$.e.Cause", {READ}),
        ([{"ErrorEquals": ["Never"]}], "$.nothing", set()),
        (
            [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.order.id.e"}],
            "$.order",
            {("A", "Catch[0].ResultPath", True)},
        ),
    ],
)
def test_output_of_a_catch(catchers: list[State], path: str, findings: Found) -> None:
    """A Catch passes on the state's own input, with the errors that it names at its ResultPath."""
    state = task(Catch=[{**one, "Next": "B"} for one in catchers])
    assert found({"A": state, "B": reading(path)}, edges={"A": {**GIVEN, "raises": RAISED}}) == findings


def test_catchers_in_their_order() -> None:
    """The first catcher that names an error takes it, so that a later one never sees it."""
    late = {"ErrorEquals": ["Late"], "Next": "C"}
    rest = {"ErrorEquals": ["States.ALL"], "Next": "B"}
    edges = {"A": {**GIVEN, "raises": RAISED}}
    states = {"B": reading("$.Cause"), "C": reading("$.Cause")}
    assert found({"A": task(Catch=[late, rest]), **states}, edges=edges) == {READ}
    refused = {("A", "Catch[0].ErrorEquals", True)}
    assert found({"A": task(Catch=[rest, late]), **states}, edges=edges) == {READ, *refused}
    assert found({"A": task(Catch=[late, {**late, "Next": "B"}]), **states}, edges=edges) == set()


def test_caught_error_without_a_contract() -> None:
    """An error has a name for certain and perhaps a cause, unless a contract says more."""
    state = task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "B"}])
    assert found({"A": state, "B": reading("$.Error")}, edges={"A": GIVEN}) == set()
    assert found({"A": state, "B": reading("$.Cause")}, edges={"A": GIVEN}) == {READ}


@pytest.mark.parametrize(
    ("fields", "findings"),
    [
        ({"Error": "Broken", "Cause": "Really."}, set()),
        ({"ErrorPath": "$.order.id", "CausePath": "States.Format('{}', $.order.pieces)"}, set()),
        ({"ErrorPath": "$.order.nr"}, {("A", "ErrorPath", True)}),
        ({"ErrorPath": "$.order.pieces"}, {("A", "ErrorPath", True)}),
        ({"CausePath": "$.order"}, {("A", "CausePath", True)}),
        ({"CausePath": "$.longest"}, set()),
        ({"CausePath": "$.longer"}, {("A", "CausePath", True)}),
    ],
)
def test_fail_from_the_data(fields: State, findings: Found) -> None:
    """ErrorPath and CausePath must find a string that is not too long."""
    longest, longer = ({"type": "string", "pattern": "^[a-z]*$", "maxLength": most} for most in (32_768, 32_769))
    start = closed({"order": ORDER, "longest": longest, "longer": longer})
    assert found({"A": {"Type": "Fail", **fields}}, start) == findings
