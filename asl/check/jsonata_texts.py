"""The functions of JSONata that make or read strings and numbers: what each takes, and what it returns."""

import math
from collections.abc import Callable
from dataclasses import replace

from asl.check.context import ANY_ZONE, TIMESTAMP
from asl.check.descriptions import describe
from asl.check.intrinsic_arguments import max_characters
from asl.check.jsonata_errors import UndecidedExpressionError, is_certain, is_unstated
from asl.check.jsonata_operators import NUMBER, computed_text, fewest_characters, require
from asl.check.jsonata_sequences import Sequence, values_of
from asl.check.patterns import is_subset
from asl.check.regular_expressions import UndecidedPatternError
from asl.check.shapes import Array, Boolean, Field, Number, Shape, Text, members, union
from asl.check.sizes import max_bytes

Function = Callable[[list[Field]], Field]
Kinds = type[Shape] | tuple[type[Shape], ...]
NUMERIC = "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?$"


def check(arguments: list[Field], takes: tuple[Kinds | None, ...]) -> None:
    """Raise ExpressionError unless each argument is of a type that is taken."""
    for argument, kinds in zip(arguments, takes, strict=False):
        if kinds is not None:
            require(kinds, argument.shape, "an argument of the type that the function takes")


def _characters(arguments: list[Field]) -> int | None:
    return max_characters(arguments[0].shape) if arguments else 0


def length(arguments: list[Field]) -> Field:
    """Return how many characters a string has."""
    check(arguments, (Text,))
    return Field(Number(integer=True, low=0, high=_characters(arguments)), required=is_there(arguments))


def is_there(arguments: list[Field]) -> bool:
    """Return whether the first argument is always there."""
    return all(argument.required for argument in arguments[:1])


def shortened(*takes: Kinds) -> Function:
    """Return a function whose result has no more characters than its first argument as text."""

    def call(arguments: list[Field]) -> Field:
        check(arguments, takes)
        return Field(computed_text(_characters(arguments)), required=is_there(arguments))

    return call


def string(arguments: list[Field]) -> Field:
    """Return a value as a string: a string stays as it is."""
    shape = arguments[0].shape if arguments else union()
    kinds = [isinstance(one, Text) for one in members(shape)]
    made = shape if all(kinds) else computed_text(_characters(arguments), fewest_characters(shape))
    if isinstance(made, Text) and not any(kinds) and is_certain(shape):
        made = replace(made, content=shape)  # it is JSON
    return Field(made, required=is_there(arguments))


def replaced(arguments: list[Field]) -> Field:
    """Return a string with parts of it replaced."""
    check(arguments, (Text, Text, Text))
    before, after = _characters(arguments), max_characters(arguments[2].shape) if len(arguments) > 2 else None  # noqa: PLR2004 - the third
    high = None if before is None or after is None else (before + 1) * (after + 1)
    return Field(computed_text(high), required=is_there(arguments))


def pad(arguments: list[Field]) -> Field:
    """Return a string that is filled up to a width."""
    check(arguments, (Text, Number, Text))
    width = arguments[1].shape if len(arguments) > 1 else None
    most = width.high if isinstance(width, Number) else None
    high = _characters(arguments)
    bound = None if most is None or high is None else max(high, math.ceil(most))
    return Field(computed_text(bound), required=is_there(arguments))


def join(arguments: list[Field]) -> Field:
    """Return strings in a row."""
    values = values_of(arguments[0]) if arguments else Sequence(union(), 0, 0)
    require(Text, values.shape, "strings for $join")
    each = max_characters(values.shape)
    between = max_characters(arguments[1].shape) if len(arguments) > 1 else 0
    high = None if None in (each, between, values.high) else (values.high or 0) * ((each or 0) + (between or 0))
    return Field(computed_text(high), required=is_there(arguments))


def split(arguments: list[Field]) -> Field:
    """Return the parts of a string."""
    check(arguments, (Text,))
    most = _characters(arguments)
    size = max_bytes(arguments[0].shape) if arguments else 0
    bound = None if most is None or size is None else max(size, len('","') * most) + len('["",]')
    parts = Array((), computed_text(most), 1, None if most is None else most + 1, bound, unstated=True)
    return Field(parts, required=is_there(arguments))


def number(arguments: list[Field]) -> Field:
    """Return a value as a number; a string that may be none fails."""
    check(arguments, ((Number, Text, Boolean),))
    for one in members(arguments[0].shape) if arguments else ():
        if isinstance(one, Text) and not _is_numeric(one):
            raise UndecidedExpressionError(describe(one), "a string that is a number", unstated=is_unstated(one))
    return Field(NUMBER, required=is_there(arguments))


def _is_numeric(text: Text) -> bool:
    if text.values is not None:
        return all(_parses(value) for value in text.values)
    try:
        return any(is_subset(pattern, NUMERIC) for pattern in text.patterns)
    except UndecidedPatternError:
        return False


def _parses(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def parse_json(arguments: list[Field]) -> Field:
    """Return the value that a string is the JSON of."""
    check(arguments, (Text,))
    found = []
    for one in members(arguments[0].shape) if arguments else ():
        if isinstance(one, Text) and one.content is None:
            raise UndecidedExpressionError(
                "a string that is not known to be JSON",
                "a string with contentMediaType application/json",
                unstated=is_unstated(one),
            )
        found.append(one.content if isinstance(one, Text) and one.content is not None else one)
    return Field(union(*found), required=is_there(arguments))


def to_millis(arguments: list[Field]) -> Field:
    """Return the milliseconds of a timestamp."""
    check(arguments, (Text,))
    for one in members(arguments[0].shape) if arguments and len(arguments) == 1 else ():
        if isinstance(one, Text) and not (ANY_ZONE.patterns | TIMESTAMP.patterns) & one.patterns:
            raise UndecidedExpressionError(describe(one), "a timestamp", unstated=is_unstated(one))
    return Field(Number(integer=True, low=-(2**53), high=2**53, unstated=True), required=is_there(arguments))
