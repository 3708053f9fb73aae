"""Results that no state reads are warned of, in both query languages; a result that some state may read never is."""

from typing import Any

import pytest

from asl.check.json_schema import shape_of
from asl.check.mapping import Contract, Edges, Mapping
from asl.check.prover import prove
from asl.check.unread_results import unread_results
from tests.asl.check.test_machines import COUNT, TEXT, State, array, closed, task

START = closed({"id": TEXT, "lines": array(TEXT)})
GIVES = closed({"n": COUNT})
FAIL: State = {"Type": "Fail"}
SENT = {"Parameters": {"id.$": "$.id"}, "ResultPath": None}
CAUGHT = {"ErrorEquals": ["States.ALL"], "Next": "H"}
X = "$.x"


def use(path: str) -> State:
    """Return a last state that makes something of path."""
    return {"Type": "Pass", "Parameters": {"read.$": path}, "End": True}


def mapped(**fields: Any) -> State:
    """Return a Map that ends its machine."""
    return {
        "Type": "Map",
        "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}},
        "End": True,
        **fields,
    }


def parallel(path: str) -> State:
    """Return a Parallel whose branch makes something of path."""
    return {"Type": "Parallel", "Branches": [{"StartAt": "I", "States": {"I": use(path)}}], "End": True}


def choice(**rule: Any) -> State:
    """Return a Choice of one rule."""
    return {"Type": "Choice", "Choices": [{**rule, "Next": "H"}], "Default": "H"}


def warned(states: dict[str, State], **machine: Any) -> list[str]:
    """Return the fields of A that are warned of, in a machine that begins with it."""
    edges = Edges(gives=Contract("gives", shape_of(GIVES)), takes=Contract("takes", shape_of({})))
    by_state = {name: edges for name, state in states.items() if state["Type"] == "Task"}
    proof = prove(
        {"StartAt": "A", "States": states, **machine},
        Mapping(Contract("start", shape_of(START)), by_state),
        checks_sizes=False,
    )
    return [field for (name, field), one in proof.warnings.items() if name == "A" and "no state reads" in one.provided]


@pytest.mark.parametrize(
    ("fields", "later"),
    [
        ({}, {"B": use("$.x.n")}),
        ({}, {"B": use("$")}),
        ({}, {"B": use("$..n")}),
        ({}, {"B": use("$.*")}),
        ({}, {"B": use("States.Format('{} {}', $.id, $['x'].n)")}),
        ({}, {"B": {"Type": "Succeed"}}),
        ({}, {"B": {"Type": "Pass", "InputPath": X, "End": True}}),
        ({}, {"B": {"Type": "Wait", "SecondsPath": "$.x.n", "Next": "H"}, "H": FAIL}),
        ({}, {"B": {"Type": "Fail", "CausePath": "States.JsonToString($.x)"}}),
        ({}, {"B": task(ResultPath=None, Next="H"), "H": FAIL}),
        ({}, {"B": choice(Variable="$.x.n", NumericEquals=1), "H": FAIL}),
        ({}, {"B": choice(Variable="$$.State.RetryCount", NumericEqualsPath="$.x.n"), "H": FAIL}),
        ({}, {"B": mapped(ItemsPath="$.lines", ItemSelector={"n.$": "$.x.n"})}),
        ({}, {"B": parallel("$.x.n")}),
        ({}, {"B": task(**SENT, Catch=[{**CAUGHT, "ResultPath": "$.e"}], Next="F"), "H": use("$.x.n"), "F": FAIL}),
        ({}, {"B": {"Type": "Pass", "Assign": {"v.$": X}, "Next": "H"}, "H": FAIL}),
        ({"ResultPath": None}, {"B": use("$.id")}),
        ({"ResultPath": "$.x.y"}, {"B": use("$.x.y.n")}),
        ({"ResultPath": "$['x y']"}, {"B": use("$['x y'].n")}),
        ({"OutputPath": X}, {"B": use("$.n")}),
        ({"Assign": {"v.$": "$.n"}}, {"B": use("$v")}),
    ],
)
def test_result_that_is_read(fields: State, later: dict[str, State]) -> None:
    """A result that a state selects, passes on as a whole, or leaves in the output, is no warning; nor is one that is discarded."""
    assert warned({"A": task(**{"ResultPath": X, **fields}, Next="B"), **later}) == []


@pytest.mark.parametrize(
    "later",
    [
        {"B": use("$.id")},
        {"B": FAIL},
        {"B": {"Type": "Succeed", "OutputPath": "$.id"}},
        {"B": mapped(ItemsPath="$.lines")},
        {"B": parallel("$.id")},
        {"B": choice(Variable="$.id", StringEquals="x"), "H": use("$.id")},
        {"B": task(**{**SENT, "ResultPath": X}, Next="H"), "H": use("$.x.n")},
        {"B": task(**SENT, Catch=[CAUGHT], Next="F"), "H": use("$"), "F": FAIL},
        {"B": {"Type": "Pass", "Result": 1, "Next": "H"}, "H": use("$")},
    ],
)
def test_result_that_no_state_reads(later: dict[str, State]) -> None:
    """A result that others replace, or that no state selects, is warned of."""
    assert warned({"A": task(ResultPath=X, Next="B"), **later}) == ["ResultPath"]


def test_whole_result_that_no_state_reads() -> None:
    """Without a ResultPath, the result of a Pass is warned of, and a response if a contract states what it has."""
    replaced = {"Type": "Pass", "Result": 1, "End": True}
    assert warned({"A": task(Next="B"), "B": replaced}) == ["ResultPath"]
    assert warned({"A": {**replaced, "End": False, "Next": "B"}, "B": replaced}) == ["ResultPath"]
    publish = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Parameters": {"TopicArn": "t", "Message": "m"},
    }
    proof = prove(
        {"StartAt": "A", "States": {"A": {**publish, "Next": "B"}, "B": replaced}},
        Mapping(Contract("start", shape_of(START))),
    )
    assert not proof.warnings


OUTPUT = {"id": "{% $states.input.id %}", "x": "{% $states.result.n %}"}


@pytest.mark.parametrize(
    ("fields", "expression", "fields_warned"),
    [
        ({"Output": OUTPUT}, "$states.input.id", ["Output.x"]),
        ({"Output": OUTPUT}, "$states.context.State.Name", ["Output.x"]),
        ({"Output": OUTPUT}, "$states.input.x", []),
        ({"Output": OUTPUT}, "$states.input.`x`", []),
        ({"Output": OUTPUT}, "$merge([$states.input, {'y': 1}])", []),
        ({"Output": OUTPUT}, "($s := $states; $s.input.x)", []),
        ({"Output": OUTPUT, "Assign": {"v": "{% $states.result.n %}"}}, "$v", []),
        ({"Output": "{% $states.input %}"}, "$states.input.id", []),
        ({}, "1", ["Output"]),
        ({}, "$states.input.n", []),
    ],
)
def test_results_in_jsonata(fields: State, expression: str, fields_warned: list[str]) -> None:
    """In JSONata, Output keeps a result: a property of it, or all of it, that no expression reads is warned of."""
    first = {"Type": "Task", "Resource": "arn:aws:lambda:::f", "Arguments": 1, **fields, "Next": "W"}
    waiting = {"Type": "Wait", "Seconds": 1, "Next": "B"}
    last = {"Type": "Pass", "Output": f"{{% {expression} %}}", "End": True}
    assert warned({"A": first, "W": waiting, "B": last}, QueryLanguage="JSONata") == fields_warned


def test_walk_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a long machine the search ends after a number of states; what it did not look at is no warning."""
    count = 60
    monkeypatch.setattr("asl.check.unread_results.MAX_LOOKED_AT", 500)
    states: dict[str, State] = {
        f"S{number}": {"Type": "Pass", "Result": 1, "ResultPath": f"$.r{number}", "Next": f"S{number + 1}"}
        for number in range(count)
    }
    machine = {"StartAt": "S0", "States": {**states, f"S{count}": FAIL}}
    assert 0 < len(list(unread_results(machine))) < count
