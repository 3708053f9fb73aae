"""Paths select from shapes, and ResultPath puts into them, as they do with values."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from asl.check.gathering import gathered
from asl.check.json_schema import shape_of
from asl.check.paths import put, select
from asl.check.shapes import NOTHING, NULL, Anything, Array, Field, Object, Shape, constant, exact_object, union
from asl.check.sizes import max_bytes
from asl.check.steps import EVERY, PathError, format_path, parse_path
from tests.asl.check.evaluator import placed, selected
from tests.asl.check.membership import compact, is_member
from tests.asl.check.schemas import NAMES, Schema, examples, objects, schemas
from tests.asl.check.values import values

names = st.sampled_from(NAMES)


@st.composite
def ways(draw: st.DrawFn, schema: Schema | bool) -> list[Any]:
    """Return a few steps that lead somewhere in values of schema, or astray."""
    steps: list[Any] = []
    while isinstance(schema, dict) and len(steps) < 3:
        if "anyOf" in schema:
            schema = draw(st.sampled_from(schema["anyOf"]))
        elif schema.get("type") == "array":
            steps.append(draw(st.sampled_from((0, 1, EVERY))))
            first = schema.get("prefixItems", [])
            schema = first[steps[-1]] if 0 <= steps[-1] < len(first) else schema.get("items", True)
        else:
            steps.append(draw(st.sampled_from(sorted(schema.get("properties", NAMES)) or NAMES)))
            schema = schema.get("properties", {}).get(steps[-1], True)
        if draw(st.integers(0, 3)) == 0:
            break
    return steps


@examples(400)
@given(st.data(), objects(schemas(1)))
def test_selected_values_belong_to_the_selected_shape(data: st.DataObject, schema: Schema) -> None:
    """If a path finds something for certain, it finds it in every value, and that is of the shape it selects."""
    way = data.draw(ways(schema))
    try:
        found, absences = select(shape_of(schema), parse_path(format_path(way)))
    except PathError:
        return
    event("found" if not absences else "missing")
    for value in data.draw(st.lists(values(schema), min_size=1, max_size=4)) if not absences else ():
        assert is_member(selected(value, way), found)


@examples(400)
@given(st.data(), objects(schemas(1)), st.lists(names, max_size=3), schemas(1))
def test_result_path_makes_values_of_the_shape_made(
    data: st.DataObject, schema: Schema, way: list[Any], result: Schema
) -> None:
    """If ResultPath fits for certain, a result can be put into every value, and what it makes is of the shape made."""
    whole, problem = put(shape_of(schema), way, shape_of(result))
    bound = max_bytes(whole)
    event("unfit" if problem else "bounded" if bound is not None else "unbounded")
    if problem is not None:
        return
    for value in data.draw(st.lists(values(schema), min_size=1, max_size=4)):
        made = placed(value, way, data.draw(values(result)))
        assert is_member(made, whole)
        assert bound is None or len(compact(made)) <= bound


LISTS = Array((), Array((), constant({"a": 1}), 1, 3), 2, 4)
OPEN = Array((), Array((), NULL, 1))
ANY = Array((), Anything(), 2, 4)


@pytest.mark.parametrize(
    ("shape", "path", "low", "high"),
    [
        (LISTS, "$[*][*]", 2, 12),
        (LISTS, "$[*][0]", 2, 4),
        (LISTS, "$[*][1]", 0, 4),
        (LISTS, "$[*][-1]", 2, 4),
        (LISTS, "$[*][-2]", 0, 4),
        (LISTS, "$[*][0,2].a", 0, 8),
        (LISTS, "$[*][1:]", 0, 12),
        (LISTS, "$[*][?(@.a)].a", 0, 12),
        (LISTS, "$[*].a", 0, 0),
        (LISTS, "$[*][*].a", 2, 12),
        (LISTS, "$[*][*].b", 0, 0),
        (LISTS, "$[*][*][?(@.a)]", 0, 12),
        (LISTS, "$[*][*][0:1]", 0, 0),
        (LISTS, "$..a", 0, None),
        (OPEN, "$[*][*]", 0, None),
        (OPEN, "$[*][0]", 0, None),
        (Array((), OPEN, 2, 4), "$[*][*]", 0, None),
        (ANY, "$[*].a", 0, 4),
        (ANY, "$[*][0]", 0, 4),
        (ANY, "$[*][*]", 0, None),
        (constant([{"a": 1}, {"b": 2}]), "$[*].a", 0, 2),
        (constant({"a": [1, 2], "b": [3]}), "$.*[*]", 2, 4),
        (Object((), NULL, high=3), "$.*", 0, 3),
        (Array((), None), "$[*].a", 0, None),
        (NOTHING, "$[*]", 0, 0),
        (union(LISTS, constant([])), "$[*]", 0, 4),
    ],
)
def test_number_of_selected_values(shape: Shape, path: str, low: int, high: int | None) -> None:
    """A path selects as many values as there are for certain at least, and as there may be at most, or any number (None)."""
    found = gathered(shape, parse_path(path))
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize("shape", [Anything(9), constant([1, 2]), Array((constant(1),), Anything(9), 1, 2)])
def test_size_of_what_is_at_any_depth(shape: Shape) -> None:
    """What a descent selects has a bound only if the depth of the value has one: it has a value once for each level."""
    found, _ = select(exact_object(a=NULL, b=shape), parse_path("$..a"))
    assert (max_bytes(found) is None) == (shape != constant([1, 2]))


MAY = (("a", Field(NULL, required=False)),)


@pytest.mark.parametrize(
    ("shape", "path", "decided"),
    [
        (Object(MAY), "$.a", True),
        (Object(MAY, unstated=True), "$.a", False),
        (Object((), NULL), "$.a", True),
        (Object((), NULL, unstated=True), "$.a", False),
        (Object((), unstated=True), "$.a", True),
        (Array((), NULL), "$[0]", True),
        (Array((), NULL, unstated=True), "$[0]", False),
        (Array((), NULL, gathered=True), "$[0]", False),
        (Anything(), "$.a", True),
        (Anything(unstated=True), "$.a", False),
        (NULL, "$[*]", True),
        (union(constant([]), constant([{"a": 1}])), "$[*].b", False),
    ],
)
def test_absence_is_certain_where_the_shape_is_stated(shape: Shape, path: str, decided: bool) -> None:
    """A path that may select nothing is wrong for certain, unless a service or another path has made what it reads."""
    assert [one.decided for one in select(shape, parse_path(path))[1]] == [decided]


def test_size_of_what_has_no_other_bound() -> None:
    """A part of a value of at most 100 bytes has what is around it fewer, and a value with one more property has that more."""
    inside = select(Array((), Anything(), 1, max_bytes=100), [0])[0]
    assert max_bytes(inside) == 100 - len("[]")
    whole = Object((("a", Field(Anything())),), max_bytes=100)
    assert max_bytes(select(whole, ["a"])[0]) == 100 - len('{"a":}')
    assert max_bytes(put(whole, ["b"], constant("cd"))[0]) == 100 + len('{"b":"cd"}')
    assert max_bytes(put(replace(whole, max_bytes=None), ["b"], NULL)[0]) is None
