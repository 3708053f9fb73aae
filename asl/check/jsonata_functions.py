"""The functions of JSONata and of Step Functions that the checker knows: what each takes, and what it returns.

A function of nothing returns nothing, except where it says otherwise.
"""

from asl.check.context import TIMESTAMP
from asl.check.jsonata_arrays import (
    append,
    distinct,
    keys,
    lookup,
    merge,
    partition,
    range_of,
    reordered,
    spread,
    zipped,
)
from asl.check.jsonata_errors import is_certain
from asl.check.jsonata_operators import NUMBER, TRUTH, computed_text, require
from asl.check.jsonata_sequences import Sequence, values_of
from asl.check.jsonata_texts import (
    Function,
    Kinds,
    check,
    grown,
    hash_of,
    join,
    length,
    number,
    pad,
    parse_json,
    power,
    replaced,
    shortened,
    split,
    square_root,
    string,
    to_millis,
)
from asl.check.shapes import Field, Number, Shape, Text, Unknown, union


def _function(result: Shape, *takes: Kinds | None, always: bool = False) -> Function:
    """Return a function with the types of its arguments."""

    def call(arguments: list[Field]) -> Field:
        check(arguments, takes)
        return Field(result, required=always or all(argument.required for argument in arguments[:1]))

    return call


def _count(arguments: list[Field]) -> Field:
    """Return how many items there are: none of nothing, and one of what is no array."""
    values = values_of(arguments[0]) if arguments else Sequence(union(), 0, 0)
    unsure = not is_certain(arguments[0].shape) if arguments else False
    return Field(Number(integer=True, low=values.low, high=values.high, max_bytes=12, unstated=unsure, computed=True))


def _numbers(*, of_nothing: bool) -> Function:
    """Return a function of an array of numbers; of_nothing is whether an empty array has a result."""

    def call(arguments: list[Field]) -> Field:
        values = values_of(arguments[0]) if arguments else Sequence(union(), 0, 0)
        require(Number, values.shape, "numbers")
        there = arguments[0].required if arguments else False
        if isinstance(values.shape, Unknown):
            return Field(NUMBER)
        return Field(NUMBER, required=there and (of_nothing or values.low > 0))

    return call


_NUMBER = _function(NUMBER, Number)
FUNCTIONS: dict[str, Function] = {
    "exists": _function(TRUTH.shape, always=True),
    "not": _function(TRUTH.shape),
    "boolean": _function(TRUTH.shape),
    "string": string,
    "number": number,
    "type": _function(
        Text(values=frozenset({"null", "number", "string", "boolean", "array", "object"}), computed=True)
    ),
    "count": _count,
    "length": length,
    "contains": _function(TRUTH.shape, Text, Text),
    "split": split,
    "replace": replaced,
    "pad": pad,
    "join": join,
    **dict.fromkeys(
        ("uppercase", "lowercase", "trim", "substring", "substringBefore", "substringAfter"), shortened(Text)
    ),
    **dict.fromkeys(("abs", "floor", "ceil", "round"), _NUMBER),
    "power": power,
    "sqrt": square_root,
    "base64encode": grown(6),  # a character has up to 4 bytes, and 3 bytes make 4 characters
    "base64decode": grown(1),
    **dict.fromkeys(("encodeUrl", "encodeUrlComponent"), grown(12)),  # such as %F0 for each of up to 4 bytes
    **dict.fromkeys(("decodeUrl", "decodeUrlComponent"), grown(1)),
    "formatNumber": _function(computed_text(400), Number, Text),
    "hash": hash_of,
    "now": _function(TIMESTAMP, always=True),
    "fromMillis": _function(computed_text(100), Number),
    "toMillis": to_millis,
    "millis": _function(Number(integer=True, low=0, high=2**53), always=True),
    "random": _function(Number(low=0, high=1), Number, always=True),
    "uuid": _function(Text(36, 36, frozenset({"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"})), always=True),
    "parse": parse_json,
    "sum": _numbers(of_nothing=True),
    **dict.fromkeys(("max", "min", "average"), _numbers(of_nothing=False)),
    **dict.fromkeys(("reverse", "shuffle"), reordered),
    "distinct": distinct,
    "append": append,
    "merge": merge,
    "keys": keys,
    "lookup": lookup,
    "spread": spread,
    "zip": zipped,
    "partition": partition,
    "range": range_of,
}
