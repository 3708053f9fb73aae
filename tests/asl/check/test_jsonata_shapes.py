"""What functions and operators of JSONata make of shapes: the bounds are exact, and what is not certain stays so."""

from collections.abc import Callable

import pytest

from asl.check.jsonata_arrays import append, distinct, keys, merge, partition, range_of, reordered, zipped
from asl.check.jsonata_narrowing import narrowed
from asl.check.jsonata_operators import NUMBER, computed_text, operation
from asl.check.jsonata_parser import parse
from asl.check.jsonata_sequences import (
    NO_VALUE,
    Sequence,
    array_of,
    as_array,
    item,
    mapped,
    properties,
    some,
    values_of,
)
from asl.check.shapes import NULL, Anything, Array, Field, Number, Object, Shape, Text, constant, exact_object, union

LIST, TEXTS = Array((), NULL, 2, 4), Array((), Text(1, 2), 1, 3)
MAY = Field(LIST, required=False)
ONE, FEW = Number(integer=True, low=1, high=9), Number(low=0, high=0.5)
CLOSED, OPEN = exact_object(a=NULL), Object((), Text())
OPTIONAL = Object((("a", Field(Text(), required=False)),), unstated=True)


@pytest.mark.parametrize(
    ("low", "high", "field"),
    [
        (0, 0, NO_VALUE),
        (0, 1, Field(NULL, required=False)),
        (1, 1, Field(NULL)),
        (0, 3, Field(union(NULL, Array((), NULL, 2, 3)), required=False)),
        (1, 3, Field(union(NULL, Array((), NULL, 2, 3)))),
        (2, 3, Field(Array((), NULL, 2, 3))),
        (3, None, Field(Array((), NULL, 3))),
    ],
)
def test_sequence_as_a_value(low: int, high: int | None, field: Field) -> None:
    """A sequence of no value is nothing, that of one value is the value, and any other is an array."""
    assert Sequence(NULL, low, high).field == field


@pytest.mark.parametrize(
    ("function", "arguments", "field"),
    [
        (reordered, [MAY], Field(Array((), NULL, 0, 4, unstated=True), required=False)),
        (reordered, [Field(NULL)], Field(Array((), NULL, 1, 1, unstated=True))),
        (distinct, [Field(LIST)], Field(union(NULL, Array((), NULL, 1, 4, unstated=True)))),
        (distinct, [Field(Array((), NULL, 0, 4))], Field(union(NULL, Array((), NULL, 0, 4, unstated=True)))),
        (append, [Field(LIST), Field(TEXTS)], Field(Array((), union(NULL, Text(1, 2)), 3, 7))),
        (append, [Field(LIST), MAY], Field(union(Array((), NULL, 2, 8), LIST))),
        (append, [MAY, MAY], Field(union(Array((), NULL, 0, 8), LIST), required=False)),
        (append, [Field(LIST), Field(Array((), NULL))], Field(Array((), NULL, 2))),
        (zipped, [Field(LIST), Field(TEXTS)], Field(Array((), Array((NULL, Text(1, 2)), None, 2, 2), 1, 3))),
        (partition, [Field(LIST), Field(ONE)], Field(Array((), Array((), NULL, 1, 4), 1, 4, unstated=True))),
        (partition, [MAY, Field(ONE)], Field(Array((), Array((), NULL, 1, 4), 0, 4, unstated=True), required=False)),
        (
            range_of,
            [Field(FEW), Field(Number(unstated=True)), Field(ONE)],
            Field(Array((), NUMBER, 0, 1000, unstated=True)),
        ),
        (keys, [Field(constant({"ab": 1}))], Field(computed_text(2))),
        (merge, [Field(constant([{"a": 1}, {"a": "x", "b": 2}]))], Field(constant({"a": "x", "b": 2}))),
        (merge, [Field(Array((CLOSED, OPEN), None, 2, 2))], Field(Object(CLOSED.fields, Text()))),
        (merge, [Field(Array((OPEN, CLOSED), None, 2, 2))], Field(Object(CLOSED.fields, Text()))),
        (
            merge,
            [Field(Array((CLOSED, OPTIONAL), None, 2, 2))],
            Field(Object((("a", Field(union(Text(), NULL))),), unstated=True)),
        ),
        (
            merge,
            [Field(Array((OPTIONAL, CLOSED), None, 2, 2), required=False)],
            Field(Object(CLOSED.fields, unstated=True), required=False),
        ),
        (merge, [Field(Array((), CLOSED))], Field(Object((), Anything(unstated=True), unstated=True))),
    ],
)
def test_function_of_arrays_and_objects(
    function: Callable[[list[Field]], Field], arguments: list[Field], field: Field
) -> None:
    """A function returns as many items as there may be, and is certain of no more than its arguments show."""
    assert function(arguments) == field


@pytest.mark.parametrize(
    ("operator", "one", "other", "shape"),
    [
        ("+", ONE, FEW, Number(low=1, high=9.5, unstated=True, computed=True)),
        ("+", FEW, ONE, Number(low=1, high=9.5, unstated=True, computed=True)),
        ("-", ONE, ONE, Number(integer=True, low=-8, high=8, unstated=True, computed=True)),
        (
            "*",
            ONE,
            Number(integer=True, low=-2, high=3),
            Number(integer=True, low=-18, high=27, unstated=True, computed=True),
        ),
        ("/", FEW, ONE, NUMBER),
        (
            "..",
            Number(integer=True, low=1, high=2),
            Number(integer=True, low=4, high=6),
            Array((), Number(integer=True, low=1, high=6), 3, 6),
        ),
        ("..", ONE, ONE, Array((), ONE, 0, 9)),
        ("&", Text(1, 2), Text(3, 4), computed_text(6, 4)),
        ("&", Text(1, 2), Text(3), computed_text(None, 4)),
        ("&", constant("a"), constant("b"), constant("ab")),
    ],
)
def test_operator(operator: str, one: Shape, other: Shape, shape: Shape) -> None:
    """What an operator computes has the bounds of what it is computed from."""
    assert operation(operator, Field(one), Field(other)).shape == shape


def test_text_of_what_may_be_nothing() -> None:
    """Nothing is the empty text in what `&` joins."""
    assert operation("&", Field(Text(1, 2)), Field(Text(3, 4), required=False)) == Field(computed_text(6, 1))


UNSURE = Array((), NULL, 0, 2, unstated=True)
LISTED = Array((constant("a"), constant("b")), Text(3, 3), 1, 4)


@pytest.mark.parametrize(
    ("found", "field"),
    [
        (item(LISTED, 0), Field(constant("a"))),
        (item(LISTED, 1), Field(constant("b"), required=False)),
        (item(LISTED, 4), NO_VALUE),
        (item(LIST, -2), Field(NULL)),
        (item(LIST, -3), Field(NULL, required=False)),
        (item(NULL, 0), Field(NULL)),
        (item(NULL, -1), Field(NULL)),
        (item(NULL, 1), NO_VALUE),
        (item(Anything(), 0), Field(Anything(), required=False)),
        (mapped(Field(LIST), lambda one: one), Field(Array((), NULL, 2, 4))),
        (mapped(Field(Array((), LIST, 1, 2)), lambda one: one), Field(Array((), NULL, 2, 8))),
        (
            mapped(MAY, lambda _: Field(Text(), required=False)),
            Field(union(Text(), Array((), Text(), 2, 4)), required=False),
        ),
        (mapped(Field(constant(["a"])), lambda one: one), Field(constant("a"))),
        (mapped(Field(Array((), NULL, 2)), lambda one: one), Field(Array((), NULL, 2))),
        (
            mapped(Field(LIST), lambda _: Field(Array((), NULL))),
            Field(union(NULL, Array((), NULL, 2)), required=False),
        ),
        (
            mapped(Field(LIST), lambda _: Field(UNSURE)),
            Field(union(NULL, Array((), NULL, 2, 8, unstated=True)), required=False),
        ),
        (mapped(Field(LIST), lambda _: Field(TEXTS), keeps_arrays=True), Field(Array((), TEXTS, 2, 4))),
        (mapped(Field(LISTED), lambda _: Field(NULL)), Field(union(NULL, Array((), NULL, 2, 4)))),
        (mapped(Field(Array((NULL, NULL), None, 0, 1)), lambda one: one), Field(NULL, required=False)),
        (
            as_array(Field(union(NULL, LIST), required=False)),
            Field(union(Array((NULL,), None, 1, 1), LIST), required=False),
        ),
        (
            properties(Object((("a", Field(NULL)), ("b", Field(NULL, required=False))))),
            Field(union(NULL, Array((), NULL, 2, 2))),
        ),
        (properties(NULL), NO_VALUE),
        (properties(Anything()), Field(Anything(), required=False)),
        (
            properties(Object((("a", Field(NULL)),), Text(1, 2))),
            Field(union(NULL, Text(1, 2), Array((), union(NULL, Text(1, 2)), 2))),
        ),
        (
            mapped(Field(UNSURE), lambda one: one),
            Field(union(NULL, Array((), NULL, 2, 2, unstated=True)), required=False),
        ),
        (
            Field(array_of([(Field(NULL, required=False), False)])),
            Field(Array((), NULL, 0, 1, max_bytes=len("[null,]"))),
        ),
        (Field(some(LIST, 2, None)), Field(Array((), NULL, 2, 4, unstated=True))),
        (Field(some(LIST, 0, None)), Field(union(NULL, Array((), NULL, 2, 4, unstated=True)))),
        (Field(array_of([(Field(NULL), False), (Field(LIST), True)])), Field(Array((NULL, LIST), None, 2, 2))),
        (
            Field(array_of([(Field(NULL), False), (MAY, False)])),
            Field(Array((), NULL, 1, 5, max_bytes=len("[null,[null,null,null,null],]"))),
        ),
        (
            Field(array_of([(Field(LIST), True), (MAY, False), (Field(Array((), None, 0, 0)), False)])),
            Field(
                Array((), union(LIST, NULL), 1, 5, max_bytes=len("[[null,null,null,null],[null,null,null,null],[],]"))
            ),
        ),
        (
            Field(array_of([(Field(union(Text(1, 2), LIST)), False)])),
            Field(Array((), union(Text(1, 2), NULL), 1, 4, max_bytes=len("[[null,null,null,null],]"))),
        ),
    ],
)
def test_items_of_a_sequence(found: Field, field: Field) -> None:
    """A step goes through an array, an index selects one item, and what is there in each value is required."""
    assert found == field


def test_values_of_anything_may_be_several() -> None:
    """What may be an array has any number of values, which is not certain."""
    assert values_of(Field(Anything())) == Sequence(Anything(), 0, None, unstated=True)
    assert values_of(MAY) == Sequence(NULL, 0, 4)
    assert values_of(Field(union(LIST, Text()))) == Sequence(union(NULL, Text()), 1, 4)
    assert values_of(Field(union(UNSURE, Text()))) == Sequence(union(NULL, Text()), 0, 2, unstated=True)
    assert values_of(NO_VALUE) == values_of(Field(Array((), None, 0, 0))) == Sequence(union(), 0, 0)


@pytest.mark.parametrize(
    ("condition", "shape", "left"),
    [
        ("$count($x) > 1", Array((), NULL), Array((), NULL, 2)),
        ("$count($x) = 5", LIST, union()),
        ("$x", Array((), NULL), Array((), NULL, 1)),
        ("$type($x) != 'string'", union(Text(), NULL), NULL),
        ("$type($x) != 'string'", Anything(), Anything()),
    ],
)
def test_value_where_a_condition_holds(condition: str, shape: Shape, left: Shape) -> None:
    """A condition leaves the values for which it may hold, and no others."""
    scope = narrowed(exact_object(x=shape), parse(condition), holds=True)
    assert scope == (exact_object(x=left) if left != union() else union())
