"""Shapes are what the schemas say, and a shape within another holds no value that the other does not."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from asl.check.compare import mismatches
from asl.check.joins import joined
from asl.check.json_schema import UnsupportedSchemaError, shape_of
from asl.check.shapes import NULL, Anything, Array, Field, Number, Object, Shape, Text, constant, exact_object, union
from tests.asl.check.membership import is_member
from tests.asl.check.schema_changes import widened
from tests.asl.check.schemas import Schema, examples, schemas
from tests.asl.check.validation import accepts
from tests.asl.check.values import values


@examples(150)
@given(st.data(), schemas(), schemas())
def test_a_value_is_of_a_shape_just_if_jsonschema_accepts_it(
    data: st.DataObject, schema: Schema, other: Schema
) -> None:
    """A value keeps a schema by jsonschema exactly if it belongs to the schema's shape."""
    for source in (schema, other):
        value = data.draw(values(source))
        assert is_member(value, shape_of(schema)) == accepts(schema, value)


@examples(300)
@given(st.data(), schemas())
def test_values_of_a_compatible_schema_are_accepted(data: st.DataObject, schema: Schema) -> None:
    """If no mismatch is found between two schemas, jsonschema accepts every value of the one by the other."""
    changed = data.draw(widened(schema))
    provided, required = data.draw(st.permutations((schema, changed)))
    assume(not mismatches(shape_of(provided), shape_of(required)))
    for value in data.draw(st.lists(values(provided), min_size=1, max_size=3)):
        assert accepts(required, value)


@examples(300)
@given(st.data(), schemas())
def test_a_schema_that_was_widened_is_never_said_to_break(data: st.DataObject, schema: Schema) -> None:
    """A schema is within itself with one place made wider: at most that is undecided, never a finding for certain."""
    found = mismatches(shape_of(schema), shape_of(data.draw(widened(schema))))
    assert not [one for one in found if one.decided]


NUMBER, TEXT = {"type": "number"}, {"type": "string"}
JSON_OF_NULL = {**TEXT, "contentMediaType": "application/json", "contentSchema": {"type": "null"}}


def an_object(*required: str, **more: Any) -> dict[str, Any]:
    """Return the schema of an object with these properties."""
    return {"type": "object", "properties": dict.fromkeys(required, TEXT), "required": [*required], **more}


@pytest.mark.parametrize(
    ("provided", "required", "fits"),
    [
        ({**NUMBER, "minimum": 1}, {**NUMBER, "exclusiveMinimum": 0}, True),
        ({**NUMBER, "minimum": 0}, {**NUMBER, "exclusiveMinimum": 0}, False),
        ({**NUMBER, "exclusiveMaximum": 5}, {**NUMBER, "exclusiveMaximum": 5}, True),
        ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}, True),
        ({"type": "integer", "multipleOf": 6}, {"type": "integer", "multipleOf": 3}, True),
        ({"type": "integer", "multipleOf": 3}, {"type": "integer", "multipleOf": 6}, False),
        ({"enum": [3, 6]}, {"type": "integer", "multipleOf": 3}, True),
        ({"enum": [3, 7]}, {"type": "integer", "multipleOf": 3}, False),
        ({"type": "array", "uniqueItems": True}, {"type": "array", "uniqueItems": True}, True),
        ({"type": "array", "maxItems": 1}, {"type": "array", "uniqueItems": True}, True),
        ({"type": "array", "maxItems": 2}, {"type": "array", "uniqueItems": True}, False),
        (
            {"type": "array", "items": TEXT, "maxItems": 1},
            {"type": "array", "prefixItems": [TEXT], "items": NUMBER},
            True,
        ),
        (an_object("a"), {"type": "object", "minProperties": 1}, True),
        (an_object(), {"type": "object", "minProperties": 1}, False),
        (an_object(minProperties=2), {"type": "object", "minProperties": 1}, True),
        ({"allOf": [an_object("a"), an_object("b")]}, an_object("a", "b"), True),
        (an_object("a"), {"allOf": [an_object("a"), an_object("b")]}, False),
        ({"type": "string", "allOf": [{"minLength": 3}]}, {"type": "string", "minLength": 2}, True),
        ({"allOf": [{**TEXT, "minLength": 3}, {**TEXT, "maxLength": 5}]}, {**TEXT, "maxLength": 4}, False),
        ({"allOf": [{**NUMBER, "minimum": 3}, {**NUMBER, "maximum": 5}]}, {**NUMBER, "maximum": 4}, False),
        ({"allOf": [{**NUMBER, "minimum": 5}, {**NUMBER, "maximum": 5}]}, {**NUMBER, "maximum": 4}, False),
        ({"allOf": [{**NUMBER, "multipleOf": 4}, {**NUMBER, "multipleOf": 6}]}, {**NUMBER, "multipleOf": 12}, True),
        ({"allOf": [{"enum": [3, 6]}, {"enum": [6, 9]}]}, {"const": 6}, True),
        ({"allOf": [{"enum": ["ab", "q"]}, {**TEXT, "pattern": "^[ab]+$"}]}, {"const": "ab"}, True),
        ({"allOf": [{"enum": ["q"]}, {**TEXT, "pattern": "^[ab]+$"}]}, NUMBER, True),
        ({"allOf": [{**NUMBER, "multipleOf": 0.5}, NUMBER]}, {**NUMBER, "multipleOf": 0.5}, True),
        ({"allOf": [{**NUMBER, "multipleOf": 0.5}, {**NUMBER, "multipleOf": 2}]}, {**NUMBER, "multipleOf": 2}, True),
        ({"allOf": [{**NUMBER, "minimum": 3}, {**NUMBER, "maximum": 5}]}, {**NUMBER, "multipleOf": 0.5}, False),
        ({"allOf": [TEXT, JSON_OF_NULL]}, {**TEXT, "maxLength": 3}, False),
        ({"oneOf": [{"const": "x"}, {"const": "y"}]}, {"enum": ["x", "y"]}, True),
        (TEXT, {"oneOf": [TEXT, {"type": "null"}]}, True),
        ({"type": "object", "patternProperties": {"^x": TEXT}, "additionalProperties": False}, an_object(), True),
        (
            {"type": "object", "additionalProperties": TEXT},
            {"type": "object", "patternProperties": {"^x": TEXT}, "additionalProperties": False},
            False,
        ),
        ({**TEXT, "format": "uuid", "readOnly": True}, TEXT, True),
        ({**TEXT, "pattern": "^[a-z]{2,4}$"}, {**TEXT, "minLength": 2, "maxLength": 4}, True),
        ({**TEXT, "pattern": "^[a-z]{2,4}$"}, {**TEXT, "maxLength": 3}, False),
        ({**TEXT, "pattern": "^[a-z]{2,4}"}, {**TEXT, "maxLength": 4}, False),
    ],
)
def test_further_keywords(provided: Any, required: Any, fits: bool) -> None:
    """Excluded bounds, multiples, unique items, numbers of properties, allOf, oneOf and patternProperties are compared."""
    assert (not mismatches(shape_of(provided), shape_of(required))) is fits


@pytest.mark.parametrize(
    ("provided", "required", "of_service"),
    [
        (Text(unstated=True), Text(1, 5), False),
        (Text(unstated=True, placeholder=True), Text(1, 5), True),
        (Number(unstated=True), Number(integer=True), False),
        (Array((), NULL, unstated=True), Array((), NULL, 1), False),
        (Object((), NULL, unstated=True), exact_object(a=NULL), False),
    ],
)
def test_nothing_but_the_type_is_certain_of_what_no_contract_states(
    provided: Shape, required: Shape, of_service: bool
) -> None:
    """What a service or an expression makes is undecided where a contract could say more, and wrong where its type is."""
    found = mismatches(provided, required)
    assert {(one.decided, one.unstated, one.placeholder) for one in found} == {(False, True, of_service)}
    assert [one.decided for one in mismatches(provided, NULL)] == [True]


def test_each_of_few_numbers_has_to_be_required() -> None:
    """Where payloads are joined, a number has a few values: all of them have to be among the required ones."""
    few = joined([constant(3), constant(6)])
    assert mismatches(few, constant(3))
    assert not mismatches(constant(3), few)


def test_a_mismatch_is_certain_where_no_alternative_could_take_a_part() -> None:
    """It is undecided where two alternatives may each take some of the values, and certain where one value is excluded."""
    provided = exact_object(kind=constant("a"), size=union(NULL, Number()))
    alternatives = (exact_object(kind=kind, size=Number()) for kind in (constant("a"), Text()))
    assert [one.decided for one in mismatches(provided, union(*alternatives))] == [False]
    assert [one.decided for one in mismatches(Text(), Text(excluded=frozenset("a")))] == [True]


def test_a_value_may_be_as_large_as_what_takes_anything_allows() -> None:
    """A shape is within anything of so many bytes if its largest value is; quotes count."""
    text = Text(0, 8, frozenset({"^[a-z]*$"}))
    assert [not mismatches(text, Anything(most)) for most in (9, 10, 11)] == [False, True, True]


PATTERNED = {"type": "object", "patternProperties": {"^x": TEXT}, "additionalProperties": False}


@pytest.mark.parametrize(
    "schema",
    [
        {"oneOf": [TEXT, {"type": "string", "minLength": 3}]},
        {"type": "object", "patternProperties": {"a": TEXT}},
        {"type": "object", "dependentRequired": {}},
        {"if": {}},
        {"oneOf": [{**NUMBER, "multipleOf": 0.5}, {**NUMBER, "multipleOf": 0.3}]},
        {"oneOf": [an_object("a"), an_object("a", "b")]},
        {"allOf": [{**NUMBER, "multipleOf": 0.5}, {**NUMBER, "multipleOf": 0.3}]},
        {"const": "a", "pattern": "^b$"},
        {"enum": [1, 2], "minimum": 2},
        {"const": 1, "type": "string"},
        {"minLength": 1},
        {"type": "text"},
        {"type": "string", "minimum": 1},
        {"type": "string", "minLength": "1"},
        {"type": "string", "minLength": True},
        {"type": "string", "maxLength": "9"},
        {"type": "array", "maxItems": "9"},
        {"type": "string", "pattern": "("},
        {"type": "string", "not": {"minLength": 1}},
        {"type": "string", "not": {"const": "a", "minLength": 1}},
        {"type": "string", "contentMediaType": "text/html"},
        {"type": "string", "contentSchema": {}},
        {"type": "object", "required": [1]},
        {"type": "object", "propertyNames": {"type": ["string", "null"]}},
        {"type": "object", "propertyNames": {"contentMediaType": "application/json"}},
        {"type": "object", "propertyNames": True},
        {**PATTERNED, "patternProperties": {"^x": TEXT, "^y": TEXT}},
        {**PATTERNED, "additionalProperties": True},
        {**PATTERNED, "properties": {"xa": TEXT}},
        {**PATTERNED, "required": ["xa"]},
        {**PATTERNED, "propertyNames": {"maxLength": 2}},
    ],
)
def test_schema_that_no_shape_has(schema: Any) -> None:
    """What no shape says exactly is refused: to pass over it could prove what is wrong."""
    with pytest.raises(UnsupportedSchemaError):
        shape_of(schema)


@pytest.mark.parametrize(
    ("schema", "shape"),
    [
        ({"type": "string", "anyOf": [{"const": 1}, {"const": "a"}]}, constant("a")),
        ({"type": "string", "anyOf": [True, {"const": 1}]}, Text()),
        ({"type": "string", "anyOf": [{"minLength": 2}]}, Text(2)),
        (
            {**PATTERNED, "properties": {"a": {"type": "null"}}},
            Object((("a", Field(NULL, required=False)),), shape_of(TEXT), Text(patterns=frozenset({"^x"}))),
        ),
    ],
)
def test_keywords_beside_each_other(schema: Any, shape: Shape) -> None:
    """A type holds for each alternative beside it, and a pattern of names for the properties that are not named."""
    assert shape_of(schema) == shape
