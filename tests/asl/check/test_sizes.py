"""No value is larger than its shape's bound, and the bound is one that values reach."""

import json

from hypothesis import given
from hypothesis import strategies as st

from asl.check.json_schema import shape_of
from asl.check.sizes import max_bytes
from tests.asl.check.schemas import Schema, examples, schemas
from tests.asl.check.values import values


@examples(300)
@given(st.data(), schemas())
def test_no_value_exceeds_the_bound_of_its_shape(data: st.DataObject, schema: Schema) -> None:
    """The JSON of a value, by itself or in strings of JSON in one another, is no longer than its shape's bound."""
    shape = shape_of(schema)
    for value in data.draw(st.lists(values(schema), min_size=1, max_size=3)):
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        for depth in range(3):
            bound = max_bytes(shape, depth)
            quotes = sum(2 * 2**outer for outer in range(depth))  # of the strings around
            assert bound is None or len(text.encode()) - quotes <= bound
            text = json.dumps(text, ensure_ascii=False)
