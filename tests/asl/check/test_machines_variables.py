"""Variables: what Assign sets, where it can be read, and on which paths it is set."""

import pytest

from tests.asl.check.test_machines import COUNT, Found, State, closed, found, proof_of, reading, task

READ = ("B", "Parameters.read.$", True)
INNER = {"StartAt": "B", "States": {"B": reading("$v")}}


@pytest.mark.parametrize(
    ("state", "path", "findings"),
    [
        ({"Type": "Pass", "Assign": {"v.$": "$.order"}}, "$v.id", set()),
        ({"Type": "Pass", "Assign": {"v.$": "$.order"}}, "$v.nr", {READ}),
        ({"Type": "Pass", "Assign": {"v.$": "$.order"}}, "$w", {READ}),
        ({"Type": "Pass", "Assign": {"v.$": "$.nope"}}, "$v", {("A", "Assign.v.$", True)}),
        ({"Type": "Pass", "Assign": {"v.$": "$v"}}, "$v", {("A", "Assign.v.$", True)}),
        ({"Type": "Pass", "Result": {"x": 1}, "Assign": {"v.$": "$.x"}}, "$v", set()),
        ({"Type": "Wait", "Seconds": 1, "Assign": {"v": 5}}, "$v", set()),
        ({"Type": "Wait", "Seconds": 1, "Assign": {"v": 5}}, "States.MathAdd($v, 1)", set()),
        ({"Type": "Wait", "Seconds": 1, "Assign": {"v": "5"}}, "States.MathAdd($v, 1)", {READ}),
    ],
)
def test_variable_in_the_next_state(state: State, path: str, findings: Found) -> None:
    """A variable has what Assign made of the result, or of the input of a state without one."""
    assert found({"A": {**state, "Next": "B"}, "B": reading(path)}) == findings


def test_result_of_a_task_is_assigned_as_it_is() -> None:
    """Assign of a Task selects from its result, before ResultSelector."""
    state = task(Next="B", Assign={"v.$": "$.n"}, ResultSelector={"other": 1})
    edges = {"A": {"takes": {}, "gives": closed({"n": COUNT})}}
    assert found({"A": state, "B": reading("$v")}, edges=edges) == set()


def test_rules_and_catchers_assign() -> None:
    """A rule assigns where it matches, the Choice itself by Default, and a catcher what it caught."""
    rule = {"Variable": "$.order.paid", "BooleanEquals": True, "Next": "B", "Assign": {"v": 1}}
    choice: State = {"Type": "Choice", "Choices": [rule], "Default": "B"}
    assert found({"A": choice, "B": reading("$v")}) == {READ}
    assert found({"A": {**choice, "Assign": {"v": 2}}, "B": reading("$v")}) == set()
    wrong: State = {"Assign": {"w.$": "$.nope"}}
    places = {("A", "Choices[0].Assign.w.$", True), ("A", "Assign.w.$", True)}
    assert found({"A": {**choice, **wrong, "Choices": [rule | wrong]}, "B": reading("$.order")}) == places
    catcher = {"ErrorEquals": ["States.ALL"], "Next": "B", "Assign": {"v.$": "$.Error"}}
    edges = {"A": {"takes": {}, "gives": COUNT}}
    assert found({"A": task(Catch=[catcher]), "B": reading("$v")}, edges=edges) == set()


def test_variables_in_inner_machines() -> None:
    """Inner states read the variables around them, apart from a distributed Map's; what they set is not seen outside."""
    states: dict[str, State] = {"V": {"Type": "Pass", "Assign": {"v": 1}, "Next": "A"}}
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    mapped = {"Type": "Map", "ItemsPath": "$.lines", "End": True}
    assert found({**states, "A": {"Type": "Parallel", "Branches": [INNER], "End": True}}) == set()
    assert found({**states, "A": {**mapped, "ItemProcessor": INNER}}) == set()
    assert found({**states, "A": {**mapped, "ItemProcessor": {**config, **INNER}}}) == {READ}
    sets = {"StartAt": "In", "States": {"In": {"Type": "Pass", "Assign": {"v": 1}, "End": True}}}
    assert found({"A": {"Type": "Parallel", "Branches": [sets], "Next": "B"}, "B": reading("$v")}) == {READ}


def test_choice_narrows_a_variable() -> None:
    """A Choice on a variable holds in the states after it."""
    states: dict[str, State] = {
        "V": {"Type": "Pass", "Assign": {"v.$": "$.order"}, "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"Variable": "$v.coupon", "IsPresent": True, "Next": "B"}], "Default": "Z"},
        "B": reading("$v.coupon"),
        "Z": {"Type": "Succeed"},
    }
    assert found(states) == set()


def test_names_of_variables() -> None:
    """A name has letters, digits and underscores, is not `states`, and is no name of the machine around."""
    for name, good in (
        ("v", True),
        ("v2_x", True),
        ("my-var", False),
        ("_v", False),
        ("states", False),
        ("v" * 81, False),
    ):
        state: State = {"Type": "Pass", "Assign": {name: 1}, "End": True}
        assert (name, found({"A": state})) == (name, set() if good else {("A", f"Assign.{name}", True)})
    branch = {"StartAt": "In", "States": {"In": {"Type": "Pass", "Assign": {"v": 2}, "End": True}}}
    states: dict[str, State] = {
        "A": {"Type": "Pass", "Assign": {"v": 1}, "Next": "P"},
        "P": {"Type": "Parallel", "Branches": [branch], "End": True},
    }
    assert found(states) == {("In", "Assign.v", True)}


def test_variable_that_nobody_reads() -> None:
    """A variable that no state reads is warned of."""
    first: State = {"Type": "Pass", "Assign": {"v": 1, "vw": 2}, "Next": "B"}
    warnings = proof_of({"A": first, "B": reading("$vw")}).warnings
    assert list(warnings) == [("A", "Assign.v")]


def test_length_in_a_variable() -> None:
    """A Choice about a variable with the length of an array says how long the array is."""
    states: dict[str, State] = {
        "A": {"Type": "Pass", "Assign": {"n.$": "States.ArrayLength($.lines)"}, "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"Variable": "$n", "NumericGreaterThan": 1, "Next": "B"}], "Default": "Z"},
        "B": reading("$.lines[1].sku"),
        "Z": {"Type": "Succeed"},
    }
    assert found(states) == set()


def test_size_of_a_variable() -> None:
    """A variable that may be larger than a payload is reported, also if no payload is."""
    start = closed({"text": {"type": "string", "maxLength": 200_000, "pattern": "^[a-z]*$"}})
    twice = {"Type": "Pass", "Assign": {"v": {"one.$": "$.text", "other.$": "$.text"}}, "End": True}
    assert found({"A": twice}, start) == {("A", "$v", True)}
