"""Shapes are what the schemas say, and a shape within another holds no value that the other does not."""

from hypothesis import assume, given
from hypothesis import strategies as st

from asl.check.compare import mismatches
from asl.check.json_schema import shape_of
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
