"""Small machines with a Map: what each iteration gets, and what all of them give."""

import pytest

from tests.asl.check.test_machines import COUNT, TEXT, Found, State, array, closed, found, reading, task

LINE = closed({"sku": TEXT}, {"note": TEXT})
START = closed({"id": TEXT, "lines": array(LINE, 2, 5), "one": TEXT, "grid": array(array(COUNT, 1, 2), 1, 3)})
READ, INNER = ("B", "Parameters.read.$", True), ("In", "Parameters.read.$", True)


def mapping(path: str, fields: State, after: str = "$", name: str = "ItemProcessor") -> Found:
    """Return the findings of a Map whose iterations read one path, before a state that reads another."""
    state = {"Type": "Map", "ItemsPath": "$.lines", name: {"StartAt": "In", "States": {"In": reading(path)}}, **fields}
    return found({"A": {**state, "Next": "B"}, "B": reading(after)}, START)


@pytest.mark.parametrize("name", ["ItemProcessor", "Iterator"])
@pytest.mark.parametrize(
    ("path", "fields", "findings"),
    [
        ("$.sku", {}, set()),
        ("$.note", {}, {INNER}),
        ("$.id", {}, {INNER}),
        ("$", {"ItemsPath": "$.one"}, {("A", "ItemsPath", True)}),
        ("$", {"ItemsPath": "$.linse"}, {("A", "ItemsPath", True)}),
        ("$", {"ItemsPath": "$"}, {("A", "ItemsPath", True)}),
        ("$", {"ItemsPath": "$", "InputPath": "$.grid"}, set()),
        ("$[0]", {"ItemsPath": "$.grid"}, set()),
        ("$[1]", {"ItemsPath": "$.grid"}, {INNER}),
    ],
)
def test_input_of_an_iteration(name: str, path: str, fields: State, findings: Found) -> None:
    """An iteration gets one item of what ItemsPath selects, which must be an array, in either spelling of a Map."""
    assert mapping(path, fields, name=name) == findings


@pytest.mark.parametrize("selector", ["ItemSelector", "Parameters"])
@pytest.mark.parametrize(
    ("template", "path", "findings"),
    [
        ({"line.$": "$$.Map.Item.Value"}, "$.line.sku", set()),
        ({"line.$": "$$.Map.Item.Value"}, "$.sku", {INNER}),
        ({"n.$": "$$.Map.Item.Index", "id.$": "$.id"}, "$.n", set()),
        ({"sku.$": "$$.Map.Item.Value.sku"}, "$.sku", set()),
        ({"note.$": "$$.Map.Item.Value.note"}, "$.note", {("A", "{}.note.$", True)}),
        ({"sku.$": "$.sku"}, "$.sku", {("A", "{}.sku.$", True)}),
        ({"sku.$": "$$.Map.Itme.Value"}, "$.sku", {("A", "{}.sku.$", True)}),
    ],
)
def test_item_selector(selector: str, template: State, path: str, findings: Found) -> None:
    """ItemSelector, or its older name Parameters, reads the Map's input and the item in the context object."""
    expected = {(state, field.format(selector), decided) for state, field, decided in findings}
    assert mapping(path, {selector: template}) == expected


@pytest.mark.parametrize(
    ("after", "fields", "findings"),
    [
        ("$[0].read", {}, set()),
        ("$[1].read", {}, set()),
        ("$[2].read", {}, {READ}),
        ("$[*].read", {}, set()),
        ("$[0].sku", {}, {READ}),
        ("$.id", {}, {READ}),
        ("$.done[1].read", {"ResultPath": "$.done"}, set()),
        ("$.id", {"ResultPath": "$.done"}, set()),
        ("$.first", {"ResultSelector": {"first.$": "$[0].read"}}, set()),
        ("$.first", {"ResultSelector": {"first.$": "$[5].read"}}, {("A", "ResultSelector.first.$", True)}),
    ],
)
def test_result_of_a_map(after: str, fields: State, findings: Found) -> None:
    """The result of a Map is an array with one result for each item."""
    assert mapping("$.sku", fields, after) == findings


def test_result_has_the_bounds_of_the_items() -> None:
    """A task behind a Map may rely on the fewest and the most items that the contract promises."""
    state = {
        "Type": "Map",
        "ItemsPath": "$.lines",
        "ItemProcessor": {"StartAt": "In", "States": {"In": reading("$.sku")}},
    }
    for low, high, findings in (
        (2, 5, set()),
        (3, 5, {("B", "Parameters", True)}),
        (2, 4, {("B", "Parameters", True)}),
    ):
        edges = {"B": {"takes": array(closed({"read": TEXT}), low, high), "gives": {"type": "null"}}}
        assert found({"A": {**state, "Next": "B"}, "B": task()}, START, edges) == findings


@pytest.mark.parametrize(("low", "findings"), [(0, {READ}), (1, set())])
def test_map_whose_iterations_never_end(low: int, findings: Found) -> None:
    """Where each iteration fails, a Map over nothing gives an empty array, and a Map over items gives nothing."""
    failing = {"StartAt": "In", "States": {"In": {"Type": "Fail", "Error": "Broken"}}}
    state = {"Type": "Map", "ItemsPath": "$.lines", "ItemProcessor": failing, "Next": "B"}
    assert found({"A": state, "B": reading("$[0]")}, closed({"lines": array(LINE, low)})) == findings


def test_items_that_a_state_lists() -> None:
    """An iteration gets each of the items that a state has listed one by one."""
    inner = {"StartAt": "In", "States": {"In": reading("$.sku")}}
    state = {"Type": "Map", "ItemProcessor": inner, "End": True}
    for items, findings in (([{"sku": 1}, {"sku": 2}], set()), ([{"sku": 1}, {"id": 2}], {INNER})):
        assert found({"L": {"Type": "Pass", "Result": items, "Next": "A"}, "A": state}, START) == findings


def test_error_of_an_iteration() -> None:
    """An error that an iteration does not catch reaches the Catch of the Map, joined with the Map's input."""
    failing = {"StartAt": "In", "States": {"In": {"Type": "Fail", "Error": "Broken"}}}
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "B"}]
    state = {"Type": "Map", "ItemsPath": "$.lines", "ItemProcessor": failing, "Catch": catch, "End": True}
    assert found({"A": state, "B": reading("$.e.Error")}, START) == set()
    assert found({"A": state, "B": reading("$.id")}, START) == set()
    assert found({"A": state, "B": reading("$.e.Name")}, START) == {READ}


def test_map_in_a_map() -> None:
    """In an inner Map, the context object's item is the inner one."""
    inner = {
        "Type": "Map",
        "ItemSelector": {"n.$": "$$.Map.Item.Value"},
        "ItemProcessor": {"StartAt": "In", "States": {"In": task(Parameters={"n.$": "$.n"})}},
    }
    outer = {
        "Type": "Map",
        "ItemsPath": "$.grid",
        "ItemProcessor": {"StartAt": "M", "States": {"M": {**inner, "End": True}}},
    }
    states = {"A": {**outer, "Next": "B"}, "B": reading("$[0][0]")}
    for schema, findings in ((COUNT, set()), (TEXT, {("In", "Parameters.n.$", True)})):
        assert found(states, START, {"In": {"takes": closed({"n": schema}), "gives": COUNT}}) == findings


def test_map_item_is_there_in_a_map_only() -> None:
    """Outside a Map, the context object has no item."""
    assert found({"B": reading("$$.Map.Item.Value")}, START) == {READ}
