"""The fields of states in JSONata: what each makes of its expressions, and which values it takes."""

from typing import Any

import pytest

from tests.asl.check.test_machines import COUNT, TEXT, Found, State, closed
from tests.asl.check.test_machines_jsonata import OUTPUT, found


def test_output_of_a_state() -> None:
    """The output is the input of the next state; without Output it is the result, or the input."""
    read = {"Type": "Pass", "Output": {"v": "{% $states.input.v %}"}, "End": True}
    assert found({"B": {"Type": "Pass", "Output": {"v": 1}, "Next": "A"}, "A": read}) == set()
    assert found({"B": {"Type": "Pass", "Output": {"w": 1}, "Next": "A"}, "A": read}) == {(*OUTPUT, True)}
    task = {"Type": "Task", "Resource": "arn:aws:lambda:::f", "Arguments": {"i": "{% $states.input.id %}"}, "Next": "A"}
    edges = {"B": {"takes": closed({"i": TEXT}), "gives": closed({"v": COUNT})}}
    assert found({"B": task, "A": read}, edges) == set()
    assert found({"B": {**task, "Output": "{% $states.input %}"}, "A": read}, edges) == {(*OUTPUT, True)}
    assert found({"B": {**task, "Output": {"v": "{% $states.result.v %}"}}, "A": read}, edges) == set()


def test_arguments_of_a_task() -> None:
    """The arguments are what the contract takes."""
    task = {"Type": "Task", "Resource": "arn:aws:lambda:::f", "Arguments": {"i": "{% $states.input.n %}"}, "End": True}
    edges = {"A": {"takes": closed({"i": TEXT}), "gives": COUNT}}
    assert found({"A": task}, edges) == {("A", "Arguments.i", True)}


def test_choice_and_catch() -> None:
    """A condition is a truth value that is always there, and narrows the input; a catcher has the error."""
    rule = {"Condition": "{% $exists($states.input.may) %}", "Next": "A", "Assign": {"x": 1}}
    choice: State = {"Type": "Choice", "Choices": [rule], "Default": "Z"}
    last: dict[str, State] = {
        "A": {"Type": "Pass", "Output": {"v": "{% $states.input.may %}"}, "End": True},
        "Z": {"Type": "Succeed"},
    }
    assert found({"C": choice, **last}) == set()
    unsure = {**choice, "Choices": [{**rule, "Condition": "{% $states.input.may = 'x' %}"}]}
    assert found({"C": unsure, **last}) == set()
    wrong = {**choice, "Choices": [{**rule, "Condition": "{% $states.input.id %}"}]}
    assert ("C", "Choices[0].Condition", True) in found({"C": wrong, **last})
    caught = {"ErrorEquals": ["States.ALL"], "Next": "A", "Output": {"v": "{% $states.errorOutput.Cause %}"}}
    task = {"Type": "Task", "Resource": "arn:aws:lambda:::f", "Catch": [caught], "End": True}
    last["A"] = {"Type": "Pass", "Output": {"v": "{% $states.input.v %}"}, "End": True}
    edges = {"T": {"takes": {}, "gives": COUNT}}
    assert found({"T": task, "A": last["A"]}, edges) == {("T", "Catch[0].Output.v", True)}


def test_choice_without_a_default() -> None:
    """A Choice that has no Default fails if its rules may all not match."""
    choice = {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.paid %}", "Next": "Z"}]}
    assert found({"C": choice, "Z": {"Type": "Succeed"}}) == {("C", "Choices", False)}
    assert found({"C": {**choice, "Default": "Z"}, "Z": {"Type": "Succeed"}}) == set()


def test_variables() -> None:
    """Variables are set by Assign and read as `$name`."""
    read = {"Type": "Pass", "Output": {"v": "{% $x.by %}"}, "End": True}
    first: State = {"Type": "Pass", "Assign": {"x": {"by": "{% $states.input.id %}"}}, "Next": "A"}
    assert found({"B": first, "A": read}) == set()
    assert found({"B": {**first, "Assign": {"y": 1}}, "A": read}) == {(*OUTPUT, True)}


def test_parallel_and_wait_and_fail() -> None:
    """A Parallel has the outputs of its branches as result; Wait and Fail evaluate their fields."""
    branch = {"StartAt": "In", "States": {"In": {"Type": "Pass", "Output": {"v": 1}, "End": True}}}
    state = {"Type": "Parallel", "Branches": [branch], "Output": {"v": "{% $states.result[0].v %}"}, "End": True}
    assert found({"A": state}) == set()
    assert found({"A": {**state, "Output": {"v": "{% $states.result[1].v %}"}}}) == {(*OUTPUT, True)}
    assert found({"A": {"Type": "Wait", "Seconds": "{% $states.input.n %}", "End": True}}) == set()
    assert found({"A": {"Type": "Wait", "Seconds": "{% $states.input.id %}", "End": True}}) == {("A", "Seconds", True)}
    assert found({"A": {"Type": "Fail", "Error": "{% $states.input.may %}"}}) == {("A", "Error", True)}


@pytest.mark.parametrize(
    ("items", "selector", "expression", "findings"),
    [
        ("$states.input.two", None, "$states.input.sku", set()),
        ("$states.input.two", None, "$states.input.note", {("In", "Output.v", True)}),
        ("$states.input.id", None, "$states.input", {("M", "Items", True)}),
        ("$states.input.missing", None, "$states.input", {("M", "Items", True)}),
        ("$states.input.two", {"s": "{% $states.context.Map.Item.Value.sku %}"}, "$states.input.s", set()),
        ("$states.input.two", {"s": "{% $states.input.id %}"}, "$states.input.sku", {("In", "Output.v", True)}),
    ],
)
def test_map(items: str, selector: Any, expression: str, findings: Found) -> None:
    """A Map runs over the items of an array, and each iteration gets its item, or what ItemSelector makes of it."""
    inner = {"In": {"Type": "Pass", "Output": {"v": f"{{% {expression} %}}"}, "End": True}}
    state: State = {"Type": "Map", "Items": f"{{% {items} %}}", "ItemProcessor": {"StartAt": "In", "States": inner}}
    more = {"ItemSelector": selector} if selector else {}
    read = {"Type": "Pass", "Output": {"v": "{% $states.input[0].v %}"}, "End": True}
    assert found({"M": {**state, **more, "Next": "A"}, "A": read}) == findings


def test_numbers_of_a_map() -> None:
    """MaxConcurrency and tolerated failures are numbers."""
    inner = {"StartAt": "In", "States": {"In": {"Type": "Succeed"}}}
    state = {"Type": "Map", "Items": [1, 2], "ItemProcessor": inner, "End": True}
    assert found({"M": {**state, "MaxConcurrency": "{% $states.input.n %}"}}) == set()
    assert found({"M": {**state, "MaxConcurrency": "{% $states.input.id %}"}}) == {("M", "MaxConcurrency", True)}


@pytest.mark.parametrize(
    ("output", "field"),
    [
        ("$states.input.id", "Output"),
        ({"v": "$uppercase('x')"}, "Output.v"),
        ({"v": "id: {% $states.input.id %}"}, "Output.v"),
        ({"v": " {% $states.input.id %}"}, "Output.v"),
        ({"v.$": "$.id"}, "Output.v.$"),
    ],
)
def test_expression_that_is_sent_as_text(output: Any, field: str) -> None:
    """A text that looks like an expression and is none, and a name with `.$`, are undecided."""
    assert found({"A": {"Type": "Pass", "Output": output, "End": True}}) == {("A", field, False)}
    assert found({"A": {"Type": "Pass", "Output": {"v": "$5 {or} 6%"}, "End": True}}) == set()


def test_expression_that_is_not_closed() -> None:
    """Step Functions refuses an expression that begins and does not end."""
    assert found({"A": {"Type": "Pass", "Output": {"v": "{% $states.input.id"}, "End": True}}) == {
        ("A", "Output.v", True)
    }


def test_timeout_of_a_task() -> None:
    """A timeout is a second at least."""
    task = {"Type": "Task", "Resource": "arn:aws:lambda:::f", "TimeoutSeconds": "{% 0 %}", "End": True}
    edges = {"A": {"takes": {}, "gives": COUNT}}
    assert found({"A": task}, edges) == {("A", "TimeoutSeconds", True)}
    assert found({"A": {**task, "TimeoutSeconds": "{% $states.input.n %}"}}, edges) == set()


@pytest.mark.parametrize(("first", "decided"), [("'many'", True), ("$states.input.id & 'x'", False)])
def test_text_that_is_no_number(first: str, decided: bool) -> None:
    """A number of items that may be a known text without digits is wrong for certain, also if it may be a computed one."""
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "In",
        "States": {"In": {"Type": "Succeed"}},
    }
    most = f"{{% $states.input.paid ? {first} : $states.input.id & '12' %}}"
    items = "{% $states.input.two %}"
    state = {"Type": "Map", "Items": items, "ItemProcessor": processor, "ItemBatcher": {"MaxItemsPerBatch": most}}
    assert found({"A": {**state, "End": True}}) == {("A", "ItemBatcher.MaxItemsPerBatch", decided)}
