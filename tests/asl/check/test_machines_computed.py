"""Choices about values that are computed: more may follow from them than the checker knows, so nothing after them is certain."""

import pytest

from tests.asl.check.test_machines import State, array, closed, found, reading
from tests.asl.check.test_machines_jsonata import found as found_in_jsonata

COUPON = "$states.input.order.coupon"


def jsonata(**fields: object) -> State:
    """Return a Pass in JSONata; it is the last state unless a field says otherwise."""
    return {"Type": "Pass", "QueryLanguage": "JSONata", **({} if "Next" in fields else {"End": True}), **fields}


def asking(condition: str) -> State:
    """Return a Choice in JSONata that goes to B where condition holds."""
    rule = {"Condition": f"{{% {condition} %}}", "Next": "B"}
    return {"Type": "Choice", "QueryLanguage": "JSONata", "Choices": [rule], "Default": "D"}


END: dict[str, State] = {"D": {"Type": "Succeed"}}
READING = jsonata(Output=f"{{% {COUPON} %}}")


@pytest.mark.parametrize("made", [f"$exists({COUPON})", f"$count({COUPON})", f"$length({COUPON} & '')"])
def test_condition_on_a_variable(made: str) -> None:
    """What a variable that is computed says of the input is not known: a read after a condition on it is undecided."""
    condition = "$made" if "exists" in made else "$made > 0"
    first = jsonata(Output="{% $states.input %}", Assign={"made": f"{{% {made} %}}"}, Next="C")
    assert found({"A": first, "C": asking(condition), "B": READING, **END}) == {("B", "Output", False)}
    both = jsonata(Output=f"{{% {condition} ? {COUPON} : 'none' %}}")
    assert found({"A": {**first, "Next": "B"}, "B": both}) == {("B", "Output", False)}


def test_condition_on_a_part_of_the_input() -> None:
    """So it is for a truth value that a state puts beside what it asks about."""
    made = f"{{% $merge([$states.input, {{'has': $exists({COUPON})}}]) %}}"
    states: dict[str, State] = {
        "A": jsonata(Output=made, Next="C"),
        "C": asking("$states.input.has"),
        "B": READING,
        **END,
    }
    assert found(states) == {("B", "Output", False)}


@pytest.mark.parametrize(("path", "decided"), [("$.tags[0]", False), ("$.tag", True)])
def test_condition_on_the_result_of_a_call(path: str, decided: bool) -> None:
    """In JSONPath it is the same; a name that no payload has is an error for certain."""
    start = closed({"tags": array({"type": "string", "maxLength": 9})})
    rule = {"Variable": "$.made.has", "BooleanEquals": True, "Next": "B"}
    states: dict[str, State] = {
        "A": {
            "Type": "Pass",
            "Parameters": {"has.$": "States.ArrayContains($.tags, 'x')"},
            "ResultPath": "$.made",
            "Next": "C",
        },
        "C": {"Type": "Choice", "Choices": [rule], "Default": "D"},
        "B": reading(path),
        **END,
    }
    assert found(states, start) == {("B", "Parameters.read.$", decided)}


def test_condition_on_what_a_contract_states() -> None:
    """A truth value of a contract says nothing of other values, so that the read after it is an error for certain."""
    states: dict[str, State] = {"C": asking("$states.input.order.paid"), "B": READING, **END}
    assert found(states) == {("B", "Output", True)}


def test_condition_of_a_number_that_is_computed() -> None:
    """A condition that is a number, and no comparison, is read as any other."""
    choice = asking("$count($states.input.lines) - 1 > 0")
    assert found_in_jsonata({"C": choice, "B": jsonata(Output={"v": 1}), **END}) == set()
    output = {"v": "{% $count($states.input.lines) - 1 ? 'several' : 'one or none' %}"}
    assert found_in_jsonata({"A": jsonata(Output=output)}) == set()
