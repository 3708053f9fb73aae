"""Machines with many ways to a state: their payloads are joined, and what is lost by that is undecided, never proved or certain."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.check.joins import joined
from asl.check.json_schema import shape_of
from asl.check.order import looping, order_of
from asl.check.shapes import NULL, Anything, Array, Boolean, Number, Object, Shape, Text, constant, exact_object
from tests.asl.check.membership import is_member
from tests.asl.check.schemas import Schema, examples, schemas
from tests.asl.check.test_machines import COUNT, Found, State, closed, found, proof_of, reading, task
from tests.asl.check.values import values


def optional_steps(number: int, last: dict[str, State]) -> dict[str, State]:
    """Return states in a row, each of which adds a field or does not, and the states that they lead to."""
    names = [*(f"C{one}" for one in range(number)), next(iter(last))]
    states: dict[str, State] = {}
    for one in range(number):
        rule = {"Variable": f"$.f{one}", "BooleanEquals": True, "Next": f"P{one}"}
        states[f"C{one}"] = {"Type": "Choice", "Choices": [rule], "Default": names[one + 1]}
        states[f"P{one}"] = {"Type": "Pass", "Result": 1, "ResultPath": f"$.r{one}", "Next": names[one + 1]}
    return {**states, **last}


def flags(number: int) -> Any:
    """Return the contract of the input of optional_steps."""
    return closed({f"f{one}": {"type": "boolean"} for one in range(number)})


@pytest.mark.parametrize("number", [3, 8, 100])
def test_optional_steps_in_a_row_are_proved(number: int) -> None:
    """Any number of optional steps is proved, in steps that grow with the machine and not with the number of its ways."""
    assert found(optional_steps(number, {"Z": {"Type": "Succeed"}}), flags(number)) == set()


def test_failure_on_one_of_many_ways_is_found() -> None:
    """A path that no payload has is a certain finding, also where only one of 512 ways leads to it."""
    every = [{"Variable": f"$.r{one}", "IsPresent": True} for one in range(9)]
    last = {"E": {"Type": "Choice", "Choices": [{"And": every, "Next": "Bad"}], "Default": "Z"}}
    states = optional_steps(9, {**last, "Bad": reading("$.nope"), "Z": {"Type": "Succeed"}})
    assert found(states, flags(9)) == {("Bad", "Parameters.read.$", True)}


def test_what_joins_lose_is_undecided() -> None:
    """Where payloads were joined, it is no longer known which fields occur together, so that a finding is not certain."""
    last = {
        "E": {"Type": "Choice", "Choices": [{"Variable": "$.f0", "BooleanEquals": True, "Next": "U"}], "Default": "Z"}
    }
    states = {**last, "U": reading("$.r0"), "Z": {"Type": "Succeed"}}
    assert found(optional_steps(3, states), flags(3)) == set()
    assert found(optional_steps(9, states), flags(9)) == {("U", "Parameters.read.$", False)}


def test_a_hundred_catchers_lead_to_one_state() -> None:
    """States that all catch into one handler are proved in steps that grow with their number."""
    catcher = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "H"}]
    states: dict[str, State] = {
        f"T{one}": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:::f",
            "ResultPath": f"$.r{one}",
            "Catch": catcher,
            "Next": f"T{one + 1}",
        }
        for one in range(100)
    }
    states |= {"T100": {"Type": "Succeed"}, "H": reading("$.error.Error")}
    edges = {name: {"takes": {}, "gives": COUNT} for name in states if name.startswith("T") and name != "T100"}
    proof = proof_of(states, closed({"a": COUNT}), edges)
    assert proof.findings == []
    assert len(proof.inputs["H"]) < len(edges)


@examples(200)
@given(st.data(), st.lists(schemas(1), min_size=2, max_size=4))
def test_join_has_the_values_of_all_shapes(data: st.DataObject, several: list[Schema]) -> None:
    """A value of any of the shapes is a value of their join, and joining again changes nothing."""
    whole = joined([shape_of(schema) for schema in several])
    value = data.draw(values(data.draw(st.sampled_from(several))))
    assert is_member(value, whole)
    assert joined([whole, *map(shape_of, several)]) == whole


def test_join_keeps_what_both_shapes_have() -> None:
    """A join excludes only what both shapes lack, is JSON if both are, and measures an array if both measure the same."""
    without = Text(excluded=frozenset("a"))
    assert is_member("a", joined([without, Text()]))
    assert not is_member("a", joined([without, constant("b")]))
    assert joined([Text(content=NULL), Text()]) == Text()
    assert joined([replace(without, patterns=frozenset("b")), Text(patterns=frozenset("b"))]) == Text(
        patterns=frozenset("b")
    )
    assert joined([Number(mark="a"), Number(mark="b")]) == Number()


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [
        (Text(patterns=frozenset({"^a$"})), Text(), "b"),
        (Number(low=1), Number(), 0),
        (Number(integer=True), Number(), 0.5),
        (Array((), NULL), Array((), Text()), ["x"]),
        (Array((constant(1),), None, 0, 1), Array((constant(2),), None, 0, 1), [2]),
        (exact_object(a=NULL, b=NULL), Object((), NULL, high=1), {"a": None, "b": None}),
        (constant([1, "x"]), constant([1]), [1, "x"]),
        (constant([1]), Array((), Text()), [1]),
        (constant([1, "x"]), Array((), Boolean(), 0, 3), [True, False, True]),
    ],
)
def test_join_of_two_shapes_has_the_values_of_each(one: Shape, other: Shape, value: Any) -> None:
    """What only one of the shapes excludes is in the join, in whatever order they come."""
    assert is_member(value, joined([one, other]))
    assert is_member(value, joined([other, one]))


SHORT, LONG = Object((), NULL, Text(1, 2), high=2), Object((), NULL, Text(4, 5), high=3)


@pytest.mark.parametrize(
    ("one", "other", "whole"),
    [
        (SHORT, LONG, Object((), NULL, Text(1, 5), high=3)),
        (SHORT, constant({}), SHORT),
        (exact_object(a=NULL, b=NULL), exact_object(a=NULL, b=NULL), exact_object(a=NULL, b=NULL)),
        (Array((), NULL, 1, 2), Array((), NULL, 2, 4), Array((), NULL, 1, 4)),
        (Array((), NULL, 0, 2, max_bytes=9), Array((), NULL, 0, 2), Array((), NULL, 0, 2, max_bytes=11)),
        (Object((), NULL, max_bytes=90), Object((), NULL, max_bytes=80), Object((), NULL, max_bytes=90)),
        (Text(1, 2, compact=True), Text(2, 4, compact=True), Text(1, 4, compact=True)),
        (Array((), NULL, unique=True), Array((), NULL), Array((), NULL)),
        (Anything(3), Anything(5), Anything(5)),
        (Anything(3), Anything(), Anything()),
        (Number(low=0, high=5), Number(low=1), Number(low=0)),
        (constant(1), Number(), Number()),
        (constant("a"), Text(), Text()),
        (Text(compact=True), Text(), Text()),
        (Text(content=Text(1, 2)), Text(content=Text(2, 4)), Text(content=Text(1, 4))),
    ],
)
def test_join_keeps_bounds_of_both_shapes(one: Shape, other: Shape, whole: Shape) -> None:
    """A join has the wider of two bounds, and none where one shape has none."""
    assert joined([one, other]) == joined([other, one]) == whole


@pytest.mark.parametrize(
    ("shape", "flag"),
    [
        (Text(), "unstated"),
        (Text(), "placeholder"),
        (Number(), "unstated"),
        (Number(), "added"),
        (Array((), NULL), "unstated"),
        (Array((), NULL), "gathered"),
        (Object((), NULL), "unstated"),
        (Anything(), "unstated"),
    ],
)
def test_join_is_as_uncertain_as_each_shape(shape: Any, flag: str) -> None:
    """What a service, a placeholder or a path has made is no more certain after a join with what a contract states."""
    uncertain = replace(shape, **{flag: True})
    assert joined([shape, uncertain]) == joined([uncertain, shape]) == uncertain
    assert joined([replace(shape, **{flag: False}), shape]) == shape


def test_order_of_states() -> None:
    """Each state comes after those that lead to it, apart from loops, whose states are known."""
    ways = {"A": "B", "B": "C", "C": "B", "D": "D", "E": "A"}
    machine = {"StartAt": "A", "States": {name: {"Type": "Pass", "Next": target} for name, target in ways.items()}}
    assert order_of(machine) == {"A": 0, "B": 1, "C": 2}
    assert looping(machine) == {"B", "C", "D"}


def test_loop_that_never_settles_hides_nothing() -> None:
    """After a loop whose payload keeps changing, nothing is known, and what depends on it is undecided and not passed over."""
    states: dict[str, State] = {
        "A": {"Type": "Pass", "Parameters": {"in.$": "$"}, "Next": "C"},
        "C": {
            "Type": "Choice",
            "Choices": [{"Variable": "$$.State.RetryCount", "NumericEquals": 0, "Next": "A"}],
            "Default": "B",
        },
        "B": reading("$.nope"),
    }
    findings = found(states, closed({"a": COUNT}))
    assert {("A", "Next", False), ("B", "Parameters.read.$", True)} <= findings


@pytest.mark.parametrize(("most", "findings"), [(5, set()), (4, {("W", "Parameters.n", True)})])
def test_counter_of_a_loop(most: int, findings: Found) -> None:
    """A counter is known to begin at its start, to grow, and to stay below the number at which the loop ends."""
    counted: dict[str, State] = {
        "A": {"Type": "Pass", "Result": {"n": 1}, "Next": "W"},
        "W": task(ResultPath=None, Next="I"),
        "I": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "C"},
        "C": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericLessThanEquals": 5, "Next": "W"}],
            "Default": "Z",
        },
        "Z": {"Type": "Succeed"},
    }
    takes = closed({"n": {"type": "integer", "minimum": 1, "maximum": most}})
    assert found(counted, closed({}), {"W": {"takes": takes, "gives": closed({})}}) == findings
