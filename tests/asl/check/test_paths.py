"""Paths select from shapes, and ResultPath puts into them, as they do with values."""

from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from asl.check.json_schema import shape_of
from asl.check.paths import put, select
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
