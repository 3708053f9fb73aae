"""No value is larger than its shape's bound, and the bound is one that values reach; what exceeds the limit is a finding."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.check.json_schema import shape_of
from asl.check.mapping import Contract, Mapping
from asl.check.proof_result import Arrival, Proof
from asl.check.shapes import (
    NULL,
    Array,
    Boolean,
    Field,
    Number,
    Object,
    Shape,
    Text,
    constant,
    exact_object,
    union,
)
from asl.check.sizes import LIMIT, max_bytes
from asl.check.string_patterns import split_parts
from asl.check.surroundings import Surroundings
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


PLAIN = Text(0, 2, frozenset({"^[a-z]*$"}))


@pytest.mark.parametrize(
    ("shape", "largest"),
    [
        (constant('q"\\'), r'"q\"\\"'),
        (Text(0, 2), r'"\u0000\u0000"'),
        (PLAIN, '"zz"'),
        (Text(patterns=frozenset({"^[a-z]{1,3}$"})), '"zzz"'),
        (Text(content=constant(["a"]), compact=True), r'"[\"a\"]"'),
        (Number(integer=True, low=0, high=9), "-0.0"),
        (Number(integer=True, low=-100, high=9), "-100.0"),
        (Number(integer=True, low=-9, high=1000), "1000.0"),
        (Boolean(), "false"),
        (constant([]), "[]"),
        (constant(["a", None]), '["a",null]'),
        (Array((NULL,), PLAIN, 1, 3), '[null,"zz","zz"]'),
        (constant({}), "{}"),
        (constant({"a": "b", "c": None}), '{"a":"b","c":null}'),
        (Object((), NULL, PLAIN, high=2), '{"yy":null,"zz":null}'),
        (Object((("a", Field(NULL)),), NULL, PLAIN, high=2), '{"a":null,"zz":null}'),
        (union(NULL, constant("abc")), '"abc"'),
    ],
)
def test_bound_is_the_size_of_the_largest_value(shape: Shape, largest: str) -> None:
    """The bound of a shape is exactly the size of its largest value, by itself or in strings of JSON in one another."""
    for depth in range(3):
        quotes = sum(2 * 2**outer for outer in range(depth))  # of the strings around
        assert max_bytes(shape, depth) == len(largest) - quotes
        largest = json.dumps(largest)


PLACEHOLDER = Text(0, 9, placeholder=True)


def _is_certain(shape: Shape) -> bool:
    """Return whether it is certain that a payload with shape and a large text in it exceeds the limit."""
    proof, whole = Proof(Mapping(Contract("start", NULL))), exact_object(large=Text(LIMIT, LIMIT), beside=shape)
    proof.measure("A", Arrival(whole, Surroundings(NULL)), "result", whole)
    (finding,) = proof.findings
    return finding.decided


@pytest.mark.parametrize(
    ("shape", "of_plain"),
    [
        (PLACEHOLDER, Text(0, 9)),
        (Text(0, 9, unstated=True), Text(0, 9)),
        (Text(0, 99, content=PLACEHOLDER), Text(0, 99, content=Text(0, 9))),
        (Array((), NULL, 0, 9, unstated=True), Array((), NULL, 0, 9)),
        (Array((NULL,), PLACEHOLDER, 1, 2), Array((NULL,), NULL, 1, 2)),
        (Array((NULL, PLACEHOLDER), None, 2, 2), Array((NULL, NULL), None, 2, 2)),
        (Object((), NULL, high=1, max_bytes=9, unstated=True), Object((), NULL, high=1, max_bytes=9)),
        (exact_object(a=NULL, b=PLACEHOLDER), exact_object(a=NULL, b=NULL)),
        (Object((), PLACEHOLDER, max_bytes=9), Object((), NULL, max_bytes=9)),
        (union(NULL, PLACEHOLDER), union(NULL, Text(0, 9))),
    ],
)
def test_size_is_certain_where_all_texts_are_known(shape: Shape, of_plain: Shape) -> None:
    """Nothing is certain of the size of a payload that has a placeholder or what a service makes in it, wherever it is."""
    assert (_is_certain(shape), _is_certain(of_plain)) == (False, True)


def test_parts_of_a_text_may_take_more_than_the_text() -> None:
    """Where a text is split, each separator becomes the quotes and the comma between two parts."""
    parts = split_parts(Text(0, 20, frozenset({"^[a-z,]*$"})), constant(","), 20)
    assert (max_bytes(parts) or 0) >= len(json.dumps(["a"] * 10, separators=(",", ":")))
