"""What a Choice finds out: in arrays, about numbers and lengths, on the context object, and of values of any type."""

import pytest

from tests.asl.check.test_machines import COUNT, TEXT, Found, State, array, closed, found, proof_of, reading, task

NUMBER = {"type": "integer", "minimum": -5, "maximum": 50}
START = closed(
    {
        "l": array(TEXT, 0, 3),
        "m": array(TEXT, 0, 3),
        "n": NUMBER,
        "pair": array(closed({}, {"k": TEXT}), 2, 2),
        "t": TEXT,
    },
    {"a": TEXT, "open": {"type": "object"}, "part": closed({"k": TEXT})},
)
USED = ("U", "Parameters.read.$", True)


def guarded(rule: State, path: str) -> Found:
    """Return the findings of a machine that reads path where rule matches."""
    choice = {"Type": "Choice", "Choices": [{**rule, "Next": "U"}], "Default": "Z"}
    return found({"C": choice, "U": reading(path), "Z": {"Type": "Succeed"}}, START)


def taking(rule: State, path: str, schema: State, *, other: bool = False) -> Found:
    """Return the findings of a machine that hands path to a function that takes schema, where rule matches or does not."""
    ways = ("Z", "U") if other else ("U", "Z")
    choice = {"Type": "Choice", "Choices": [{**rule, "Next": ways[0]}], "Default": ways[1]}
    states = {"C": choice, "U": task(Parameters={"v.$": path}), "Z": {"Type": "Succeed"}}
    return found(states, START, {"U": {"takes": closed({"v": schema}), "gives": COUNT}})


@pytest.mark.parametrize(
    ("rule", "path", "findings"),
    [
        ({"Variable": "$.pair[0].k", "IsPresent": True}, "$.pair[0].k", set()),
        ({"Variable": "$.pair[0].k", "IsPresent": True}, "$.pair[1].k", {USED}),
        ({"Variable": "$.pair[0].k", "IsPresent": False}, "$.pair[0].k", {USED}),
        ({"Variable": "$.pair[2].k", "IsPresent": True}, "$.nowhere", set()),
        ({"Variable": "$.t", "IsPresent": False}, "$.nowhere", set()),
        ({"Variable": "$.part.k", "IsPresent": False}, "$.part", {USED}),
        ({"Variable": "$.open.x", "IsPresent": True}, "$.open.x", set()),
        ({"Variable": "$.open.x.y[1]", "IsPresent": True}, "$.open.x.y[0]", set()),
        ({"Variable": "$.open.x", "IsPresent": True}, "$.open.y", {USED}),
        ({"Variable": "$$.Execution.Input.a", "IsPresent": True}, "$$.Execution.Input.a", set()),
        ({"Variable": "$$.Execution.Input.a", "IsPresent": True}, "$.a", {USED}),
        ({"Variable": "$.a", "IsPresent": True}, "$$.Execution.Input.a", {USED}),
    ],
)
def test_presence(rule: State, path: str, findings: Found) -> None:
    """IsPresent makes certain what it asks for, wherever that is, and nothing else."""
    assert guarded(rule, path) == findings


def test_absence() -> None:
    """An item that is not there ends the array, and one that is there leaves the others as they are."""
    for number in (0, 1):
        assert taking({"Variable": f"$.l[{number}]", "IsPresent": False}, "$.l", array(TEXT, 0, number)) == set()
    assert taking({"Variable": "$.pair[1].k", "IsPresent": True}, "$.pair[0]", {"type": "integer"}) != set()
    rules = [{"Variable": "$.open.x", "IsPresent": True}, {"Variable": "$.open.x.y", "IsPresent": False}]
    assert taking({"And": rules}, "$.open.x", {"type": "object"}) != set()


@pytest.mark.parametrize(
    ("operator", "value", "inside", "outside"),
    [
        ("NumericGreaterThan", 3, (4, 50), (-5, 3)),
        ("NumericGreaterThanEquals", 3, (3, 50), (-5, 2)),
        ("NumericLessThan", 3, (-5, 2), (3, 50)),
        ("NumericLessThanEquals", 3.5, (-5, 3), (4, 50)),
        ("NumericEquals", 3, (3, 3), (-5, 50)),
        ("NumericEquals", 50, (50, 50), (-5, 49)),
    ],
)
def test_numbers(operator: str, value: float, inside: tuple[int, int], outside: tuple[int, int]) -> None:
    """A comparison bounds a number on both ways, and no more than it says."""
    rule = {"Variable": "$.n", operator: value}
    for other, (low, high) in ((False, inside), (True, outside)):
        holds = {"type": "integer", "minimum": low, "maximum": high}
        assert taking(rule, "$.n", holds, other=other) == set()
        assert taking(rule, "$.n", {**holds, "maximum": high - 1}, other=other) != set()
        assert taking(rule, "$.n", {**holds, "minimum": low + 1}, other=other) != set()


def test_timestamp() -> None:
    """A text that IsTimestamp takes can be waited for."""
    rule = {"Variable": "$.t", "IsTimestamp": True, "Next": "U"}
    states: dict[str, State] = {
        "C": {"Type": "Choice", "Choices": [rule], "Default": "Z"},
        "U": {"Type": "Wait", "TimestampPath": "$.t", "End": True},
        "Z": {"Type": "Succeed"},
    }
    start = closed({"t": {"type": "string", "maxLength": 40}})
    assert found(states, start) == set()
    assert found({"U": states["U"]}, start) == {("U", "TimestampPath", True)}


def measuring(path: str, made: State, rule: State) -> Found:
    """Return the findings of a machine that makes lengths, asks for one, and reads path."""
    states: dict[str, State] = {
        "L": {"Type": "Pass", **made, "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{**rule, "Next": "U"}], "Default": "Z"},
        "U": reading(path),
        "Z": {"Type": "Succeed"},
    }
    return found(states, LISTS)


LISTS = closed({"l": array(TEXT, 0, 3), "m": array(TEXT, 0, 3)})
LENGTH: State = {"Parameters": {"n.$": "States.ArrayLength($.l)"}, "ResultPath": "$.len"}
COPIED: State = {"Parameters": {"n.$": "States.ArrayLength($.l)", "l.$": "$.l", "m.$": "$.m"}}


@pytest.mark.share(2)
@pytest.mark.parametrize(
    ("made", "rule", "path", "findings"),
    [
        (LENGTH, {"Variable": "$.len.n", "NumericGreaterThan": 0}, "$.l[0]", set()),
        (LENGTH, {"Variable": "$.len.n", "NumericGreaterThan": 0}, "$.l[1]", {USED}),
        (LENGTH, {"Variable": "$.len.n", "NumericGreaterThan": 1}, "$.l[1]", set()),
        (LENGTH, {"Not": {"Variable": "$.len.n", "NumericEquals": 0}}, "$.l[0]", set()),
        (LENGTH, {"Variable": "$.len.n", "NumericGreaterThan": 0}, "$.m[0]", {USED}),
        (COPIED, {"Variable": "$.n", "NumericGreaterThan": 0}, "$.l[0]", set()),
        (COPIED, {"Variable": "$.n", "NumericGreaterThan": 0}, "$.m[0]", {USED}),
    ],
)
def test_length_of_an_array(made: State, rule: State, path: str, findings: Found) -> None:
    """A comparison of an array's length says how long that array is, also of its copies, and not how long others are."""
    assert measuring(path, made, rule) == findings


def test_length_of_an_array_that_was_replaced() -> None:
    """A length says nothing of another array that took the place of the one that was measured."""
    states: dict[str, State] = {
        "L": {"Type": "Pass", **LENGTH, "Next": "R"},
        "R": {"Type": "Pass", "InputPath": "$.m", "ResultPath": "$.l", "Next": "C"},
        "C": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.len.n", "NumericGreaterThan": 0, "Next": "U"}],
            "Default": "Z",
        },
        "U": reading("$.l[0]"),
        "Z": {"Type": "Succeed"},
    }
    assert found(states, LISTS) == {USED}


def test_item_of_a_map_is_narrowed() -> None:
    """A Choice on the item in the context object holds in the states after it, in that iteration."""
    item = "$$.Map.Item.Value.k"
    rule = {"Variable": item, "IsPresent": True, "Next": "U"}
    inner = {"C": {"Type": "Choice", "Choices": [rule], "Default": "Z"}, "U": reading(item), "Z": reading(item)}
    state = {"Type": "Map", "ItemsPath": "$.pair", "ItemProcessor": {"StartAt": "C", "States": inner}, "End": True}
    assert found({"A": state}, START) == {("Z", "Parameters.read.$", True)}


def test_branches_of_a_parallel() -> None:
    """After a Parallel, each of its results is known by itself."""
    ask = {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "E"}], "Default": "N"}
    made = {
        "E": {"Type": "Pass", "Result": {"error": "x"}, "End": True},
        "N": {"Type": "Pass", "Result": {}, "End": True},
    }
    branches = [{"StartAt": f"C{one}", "States": {f"C{one}": ask, **made}} for one in (1,)]
    branches += [{"StartAt": "Two", "States": {"Two": {"Type": "Pass", "Result": {}, "End": True}}}]
    for index, findings in ((0, set()), (1, {USED})):
        states: dict[str, State] = {
            "P": {"Type": "Parallel", "Branches": branches, "Next": "C"},
            "C": {
                "Type": "Choice",
                "Choices": [{"Variable": "$[0].error", "IsPresent": True, "Next": "U"}],
                "Default": "Z",
            },
            "U": reading(f"$[{index}].error"),
            "Z": {"Type": "Succeed"},
        }
        assert found(states, START) == findings


def test_dead_parts_are_warned_of() -> None:
    """A rule, a Default, a state and a catcher that no payload reaches are warned of, and do not fail the proof."""
    rules = [
        {"Variable": "$.n", "NumericGreaterThan": 50, "Next": "B"},
        {"Variable": "$.n", "IsNumeric": True, "Next": "T"},
    ]
    catchers = [{"ErrorEquals": [name], "Next": "Z"} for name in ("Never", "States.ALL")]
    states: dict[str, State] = {
        "C": {"Type": "Choice", "Choices": rules, "Default": "Z"},
        "T": {**task(Next="Z"), "Catch": catchers},
        "B": {"Type": "Pass", "Next": "Z"},
        "Z": {"Type": "Succeed"},
    }
    raises = closed({"Error": {"const": "Broken"}})
    proof = proof_of(states, START, {"T": {"takes": {}, "gives": COUNT, "raises": raises}})
    assert proof.findings == []
    places = {("C", "Choices[0]"), ("C", "Default"), ("B", "Type"), ("T", "Catch[0].ErrorEquals")}
    assert set(proof.warnings) == places
