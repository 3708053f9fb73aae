"""The functions of JSONata that make or read strings and numbers: what each takes, and what it returns."""

import math
import re
from collections.abc import Callable
from dataclasses import replace

from asl.check.context import ANY_ZONE, TIMESTAMP
from asl.check.descriptions import describe
from asl.check.intrinsic_arguments import max_characters
from asl.check.intrinsic_strings import ALGORITHMS, digits_of
from asl.check.jsonata_errors import ExpressionError, UndecidedExpressionError, is_certain, is_unstated
from asl.check.jsonata_operators import NUMBER, TOO_LARGE, computed_text, fewest_characters, require
from asl.check.jsonata_sequences import Sequence, values_of
from asl.check.patterns import is_subset
from asl.check.regular_expressions import UndecidedPatternError
from asl.check.shapes import Array, Boolean, Field, Number, Shape, Text, constant, members, union
from asl.check.sizes import max_bytes
from asl.documents import parse_json as parse_document

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
    length_of = Number(integer=True, low=0, high=_characters(arguments), computed=True)
    return Field(length_of, required=is_there(arguments))


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


def grown(factor: int) -> Function:
    """Return a function of a string whose result has factor times as many characters at most, and four more."""

    def call(arguments: list[Field]) -> Field:
        check(arguments, (Text,))
        most = _characters(arguments)
        return Field(computed_text(None if most is None else factor * most + 4), required=is_there(arguments))

    return call


def hash_of(arguments: list[Field]) -> Field:
    """Return the hash of a string, by the algorithm that the second argument names."""
    check(arguments, (Text, Text))
    algorithm = arguments[1].shape if len(arguments) > 1 else Text(values=frozenset({"SHA-1"}))
    known = isinstance(algorithm, Text) and algorithm.values is not None
    if isinstance(algorithm, Text) and not (known and (algorithm.values or frozenset()) <= set(ALGORITHMS)):
        error = ExpressionError if known else UndecidedExpressionError
        raise error(describe(algorithm), f"one of {', '.join(sorted(ALGORITHMS))}", unstated=is_unstated(algorithm))
    made = digits_of(algorithm) if isinstance(algorithm, Text) else Text(32, 128)
    return Field(made, required=is_there(arguments))


def square_root(arguments: list[Field]) -> Field:
    """Return the square root of a number, which fails if that is negative."""
    check(arguments, (Number,))
    for one in members(arguments[0].shape) if arguments else ():
        if isinstance(one, Number) and (one.low is None or one.low < 0):
            certain = one.high is not None and one.high < 0 and not one.unstated
            error = ExpressionError if certain else UndecidedExpressionError
            raise error(describe(one), "a number that is not negative for $sqrt", unstated=one.unstated)
    return Field(NUMBER, required=is_there(arguments))


def power(arguments: list[Field]) -> Field:
    """Return a power of a number, which fails if it is larger than a double."""
    check(arguments, (Number, Number))
    known = [next(iter(one.shape.values)) for one in arguments if isinstance(one.shape, Number) and one.shape.values]
    if len(known) == len(arguments) == 2 and not _is_power(*map(float, known)):  # noqa: PLR2004 - base and exponent
        raise ExpressionError(f"$power({known[0]}, {known[1]})", TOO_LARGE)
    return Field(NUMBER, required=is_there(arguments))


def _is_power(base: float, exponent: float) -> bool:
    try:
        return math.isfinite(math.pow(base, exponent))
    except (OverflowError, ValueError):
        return False


def _check_pattern(shape: Shape) -> None:
    """Raise ExpressionError if the text to be replaced may be empty."""
    for one in members(shape):
        if isinstance(one, Text) and one.values == frozenset({""}):
            raise ExpressionError("an empty string", "a string of one character at least for $replace")
        if isinstance(one, Text) and (one.low == 0 if one.values is None else "" in one.values) and not one.placeholder:
            wanted = "a string of one character at least for $replace"
            raise UndecidedExpressionError(describe(one), wanted, unstated=is_unstated(one))


def replaced(arguments: list[Field]) -> Field:
    """Return a string with parts of it replaced."""
    check(arguments, (Text, Text, Text))
    _check_pattern(arguments[1].shape if len(arguments) > 1 else union())
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
            known = one.values is not None and not one.placeholder and not any(map(_may_parse, one.values))
            error = ExpressionError if known and len(members(arguments[0].shape)) == 1 else UndecidedExpressionError
            raise error(describe(one), "a string that is a number", unstated=is_unstated(one))
    return Field(NUMBER, required=is_there(arguments))


def _is_numeric(text: Text) -> bool:
    if text.values is not None:
        return all(_parses(value) for value in text.values)
    try:
        return any(is_subset(pattern, NUMERIC) for pattern in text.patterns)
    except UndecidedPatternError:
        return False


def _parses(value: str) -> bool:
    return re.fullmatch(NUMERIC, value) is not None and math.isfinite(float(value))


def _may_parse(value: str) -> bool:
    """Return whether value is a number, or one in another base, which not every implementation reads."""
    return _parses(value) or value.lower().startswith(("0x", "0o", "0b"))


def parse_json(arguments: list[Field]) -> Field:
    """Return the value that a string is the JSON of."""
    check(arguments, (Text,))
    found = []
    for one in members(arguments[0].shape) if arguments else ():
        if isinstance(one, Text) and one.content is None and one.values and not one.placeholder:
            found += [_parsed(value) for value in sorted(one.values)]
            continue
        if isinstance(one, Text) and one.content is None:
            raise UndecidedExpressionError(
                "a string that is not known to be JSON",
                "a string with contentMediaType application/json",
                unstated=is_unstated(one),
            )
        found.append(one.content if isinstance(one, Text) and one.content is not None else one)
    return Field(union(*found), required=is_there(arguments))


def _parsed(text: str) -> Shape:
    try:
        return constant(parse_document(text))
    except ValueError as error:
        raise ExpressionError("a string that is no JSON", "JSON for $parse") from error


def to_millis(arguments: list[Field]) -> Field:
    """Return the milliseconds of a timestamp."""
    check(arguments, (Text,))
    for one in members(arguments[0].shape) if arguments and len(arguments) == 1 else ():
        known = one.values if isinstance(one, Text) and not one.placeholder else None
        if known and all(re.fullmatch(pattern, value) for value in known for pattern in ANY_ZONE.patterns):
            continue
        if isinstance(one, Text) and not (ANY_ZONE.patterns | TIMESTAMP.patterns) & one.patterns:
            raise UndecidedExpressionError(describe(one), "a timestamp", unstated=is_unstated(one))
    return Field(Number(integer=True, low=-(2**53), high=2**53, unstated=True), required=is_there(arguments))
