"""Small machines, each for one rule: what the proof finds in them, and nothing more; here the fields that move payloads."""

from typing import Any

import pytest

from asl.check.json_schema import shape_of
from asl.check.mapping import Contract, Edges, Mapping
from asl.check.proof_result import Proof
from asl.check.prover import prove

State = dict[str, Any]
Schema = dict[str, Any]
Found = set[tuple[str, str, bool]]  # state, field, and whether the finding is certain

TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 20}
COUNT: Schema = {"type": "integer", "minimum": 1, "maximum": 9}
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:f"


def closed(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Return the schema of an object with exactly these properties."""
    properties = {**required, **(optional or {})}
    return {"type": "object", "properties": properties, "required": [*required], "additionalProperties": False}


def array(items: Schema, low: int = 0, high: int = 5) -> Schema:
    """Return the schema of an array."""
    return {"type": "array", "items": items, "minItems": low, "maxItems": high}


ORDER = closed({"id": TEXT, "pieces": COUNT, "paid": {"type": "boolean"}}, {"coupon": TEXT})
START = closed(
    {"order": ORDER, "lines": array(closed({"sku": TEXT}), low=1), "note": {"type": ["string", "null"], "maxLength": 9}}
)


def proof_of(states: dict[str, State], start: Schema = START, edges: Any = None, accepted: Any = None) -> Proof:
    """Prove a machine that starts at the first of states; edges are schemas by state and edge."""
    edges_by_state = {
        state: Edges(**{kind: Contract(kind, shape_of(schema)) for kind, schema in one.items()})
        for state, one in (edges or {}).items()
    }
    mapping = Mapping(Contract("start", shape_of(start)), edges_by_state, accepted or {})
    return prove({"StartAt": next(iter(states)), "States": states}, mapping)


def found(states: dict[str, State], start: Schema = START, edges: Any = None) -> Found:
    """Return the findings of a machine."""
    return {(finding.state, finding.field, finding.decided) for finding in proof_of(states, start, edges).findings}


def ending(state: State) -> dict[str, State]:
    """Return the states of a machine with this state only."""
    return {"A": {**state, "End": True}}


def task(**fields: Any) -> State:
    """Return a function's state that ends its machine, unless fields say more."""
    return {"Type": "Task", "Resource": FUNCTION, **({} if "Next" in fields else {"End": True}), **fields}


def reading(path: str) -> State:
    """Return a last state that reads path."""
    return {"Type": "Pass", "Parameters": {"read.$": path}, "End": True}


READ = ("B", "Parameters.read.$", True)


@pytest.mark.parametrize(
    ("fields", "path", "findings"),
    [
        ({}, "$.order.id", set()),
        ({}, "$.order.coupon", {READ}),
        ({}, "$['order']['id']", set()),
        ({}, "$.lines[0].sku", set()),
        ({}, "$.lines[1].sku", {READ}),
        ({}, "$.lines[*].sku", set()),
        ({}, "$.lines[*].price", {("B", "Parameters.read.$", False)}),
        ({}, "$.lines.sku", {READ}),
        ({"InputPath": "$.order"}, "$.id", set()),
        ({"InputPath": "$.order"}, "$.order", {READ}),
        ({"InputPath": "$.ordr"}, "$.id", {("A", "InputPath", True)}),
        ({"InputPath": None, "ResultPath": "$.empty"}, "$.empty", set()),
        ({"InputPath": None}, "$.order", {READ}),
        ({"OutputPath": "$.order"}, "$.id", set()),
        ({"OutputPath": "$.ordr"}, "$.id", {("A", "OutputPath", True)}),
        ({"OutputPath": None}, "$", set()),
        ({"OutputPath": None}, "$.order", {READ}),
        ({"Result": {"a": 1}}, "$.a", set()),
        ({"Result": {"a": 1}}, "$.order", {READ}),
        ({"Result": {"a.$": "$.order"}}, "$['a.$']", set()),
        ({"Parameters": {"a.$": "$.order.id"}}, "$.a", set()),
        ({"Parameters": {"a.$": "$.order.nr"}}, "$.a", {("A", "Parameters.a.$", True)}),
        ({"Parameters": {"a.$": "order.id"}}, "$.a", {("A", "Parameters.a.$", True)}),
        ({"Parameters": {"a.$": "$.order."}}, "$.a", {("A", "Parameters.a.$", True)}),
        ({"Parameters": {"a": 1, "a.$": "$.order.id"}}, "$.a", {("A", "Parameters.a", False)}),
        ({"Parameters": {"a": "{% $states.input.order %}"}}, "$.a", {("A", "Parameters.a", False)}),
        ({"Parameters": {"a.$": 5}}, "$.a", {("A", "Parameters.a.$", True)}),
        ({"Parameters": {"a": "$.order.id"}}, "$.a", {("A", "Parameters.a", False)}),
        ({"Parameters": {"a": [{"b.$": "$.order.nr"}]}}, "$.a[0].b", {("A", "Parameters.a[0].b.$", True)}),
        ({"Parameters": {"a": 1}, "ResultPath": "$.found"}, "$.found.a", set()),
        ({"Parameters": {"a": 1}, "ResultPath": "$.found"}, "$.order.id", set()),
        ({"Parameters": {"a": 1}, "ResultPath": "$.order.found.deep"}, "$.order.found.deep.a", set()),
        ({"Parameters": {"a": 1}, "ResultPath": "$.order.found.deep"}, "$.order.id", set()),
        ({"Parameters": {"a": 1}, "ResultPath": "$.order"}, "$.order.id", {READ}),
        ({"Parameters": {"a": 1}, "ResultPath": "$.order.id.found"}, "$.order.pieces", {("A", "ResultPath", True)}),
        ({"Parameters": {"a": 1}, "ResultPath": "$.lines[0]"}, "$.lines", {("A", "ResultPath", False)}),
        ({"Parameters": {"a": 1}, "ResultPath": "$.lines.found"}, "$.lines", {("A", "ResultPath", True)}),
        ({"Parameters": {"a": 1}, "ResultPath": "$.${Place}"}, "$.anything", {("A", "ResultPath", False)}),
        ({"Parameters": {"a": 1}, "ResultPath": None}, "$.order.id", set()),
        ({"Parameters": {"a": 1}, "ResultPath": None}, "$.a", {READ}),
        ({"Parameters": {"a": 1}, "ResultPath": "$.found", "OutputPath": "$.found"}, "$.a", set()),
    ],
)
def test_output_of_a_state(fields: State, path: str, findings: Found) -> None:
    """The next state finds what InputPath, Parameters, Result, ResultPath and OutputPath leave, and nothing else."""
    assert found({"A": {"Type": "Pass", **fields, "Next": "B"}, "B": reading(path)}) == findings


def test_result_beside_a_property_that_may_be_absent() -> None:
    """A ResultPath into an optional object does not make the object's other properties certain."""
    start = closed({}, {"info": closed({"by": TEXT})})
    put = {"Type": "Pass", "Result": 1, "ResultPath": "$.info.count", "Next": "B"}
    assert found({"A": put, "B": reading("$.info.count")}, start) == set()
    assert found({"A": put, "B": reading("$.info.by")}, start) == {READ}


@pytest.mark.parametrize("alternatives", [[TEXT, array(TEXT)], [array(TEXT), TEXT]])
def test_what_is_undecided_of_one_value_hides_no_error_of_another(alternatives: list[Schema]) -> None:
    """A ResultPath into what may be an array, which is undecided, and may be a string, which fails, is wrong for certain."""
    put = {"Type": "Pass", "Result": 1, "ResultPath": "$.list[0]"}
    assert found(ending(put), closed({"list": {"anyOf": alternatives}})) == {("A", "ResultPath", True)}


def test_result_selector_reads_the_result() -> None:
    """A ResultSelector reads what the task gives, not what the state got."""
    edges = {"A": {"takes": {}, "gives": closed({"size": COUNT})}}
    assert found({"A": task(ResultSelector={"n.$": "$.size"})}, edges=edges) == set()
    assert found({"A": task(ResultSelector={"n.$": "$.order"})}, edges=edges) == {("A", "ResultSelector.n.$", True)}


def test_contract_of_an_output() -> None:
    """The result of a ResultSelector keeps the `leaves` contract, or the field that breaks it is reported."""
    states = {"A": task(ResultSelector={"n.$": "$.size"})}
    edges = {"takes": {}, "gives": closed({"size": COUNT})}
    assert found(states, edges={"A": {**edges, "leaves": closed({"n": COUNT})}}) == set()
    assert found(states, edges={"A": {**edges, "leaves": closed({"n": TEXT})}}) == {("A", "ResultSelector.n.$", True)}


def test_every_path_to_a_state_counts() -> None:
    """A field that is missing on one of two paths is a finding, and the finding names that path."""
    states: dict[str, State] = {
        "Ask": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.order.paid", "BooleanEquals": True, "Next": "A"}],
            "Default": "B",
        },
        "A": {"Type": "Pass", "Result": 1, "ResultPath": "$.found", "Next": "B"},
        "B": reading("$.found"),
    }
    (finding,) = proof_of(states).findings
    assert (finding.state, finding.field, finding.path) == ("B", "Parameters.read.$", ("Ask",))


@pytest.mark.parametrize(
    ("required", "findings"),
    [
        (closed({"id": TEXT, "pieces": COUNT, "paid": {"type": "boolean"}}, {"coupon": TEXT}), set()),
        ({"type": "object", "required": ["id"], "properties": {"id": TEXT}}, set()),
        (
            {"type": "object", "required": ["coupon"], "properties": {"coupon": TEXT}},
            {("A", "Parameters.coupon", True)},
        ),
        ({"type": "object", "properties": {"coupon": COUNT}}, {("A", "Parameters.coupon", True)}),
        ({"type": "object", "properties": {"id": {"type": "string", "maxLength": 19}}}, {("A", "Parameters.id", True)}),
        ({"type": "object", "properties": {"id": {"type": "string", "minLength": 2}}}, {("A", "Parameters.id", True)}),
        ({"type": "object", "properties": {"pieces": {"type": "number"}}}, set()),
        ({"type": "object", "properties": {"pieces": {"enum": [1, 2]}}}, {("A", "Parameters.pieces", False)}),
        ({"type": "object", "properties": {"paid": {"const": True}}}, {("A", "Parameters.paid", True)}),
        ({"type": "object", "maxProperties": 3}, {("A", "Parameters", True)}),
        (
            {"type": "object", "propertyNames": {"maxLength": 5}},
            {("A", "Parameters.coupon", True), ("A", "Parameters.pieces", True)},
        ),
        ({"type": ["object", "null"]}, set()),
        (
            {
                "anyOf": [
                    closed({"id": TEXT}),
                    {"type": "object", "required": ["pieces"], "properties": {"pieces": COUNT}},
                ]
            },
            set(),
        ),
        (closed({"id": TEXT}), {("A", f"Parameters.{name}", True) for name in ("paid", "pieces", "coupon")}),
        (array(TEXT), {("A", "Parameters", True)}),
    ],
)
def test_input_of_a_task(required: Schema, findings: Found) -> None:
    """A task gets what its contract takes: each property, type, length and range; the property that fails is reported."""
    edges = {"A": {"takes": required, "gives": {"type": "null"}}}
    assert found({"A": task(InputPath="$.order")}, edges=edges) == findings
