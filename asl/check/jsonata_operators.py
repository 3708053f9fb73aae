"""The operators of JSONata on shapes. What is computed is marked: of its values no more is certain than its bounds."""

import sys
from collections.abc import Iterable
from dataclasses import replace

from asl.check.descriptions import describe
from asl.check.intrinsic_arguments import max_characters
from asl.check.jsonata_errors import ExpressionError, UndecidedExpressionError, is_certain, is_unstated
from asl.check.shapes import Array, Boolean, Field, Number, Shape, Text, Unknown, members
from asl.check.sizes import LIMIT

MAX_RANGE = 10_000_000  # items, of `..`
TOO_LARGE = "a number that a double has"
ORDERS = ("<", "<=", ">", ">=")
ARITHMETIC = ("+", "-", "*", "/", "%")
MOST = sys.float_info.max  # to compare with: an integer may be too large to be made a float
TRUTH = Field(Boolean(computed=True))
NUMBER = Number(max_bytes=25, unstated=True, computed=True)  # a double has no more characters


def operation(operator: str, one: Field, other: Field) -> Field:
    """Return the result of an operator of two values; raises ExpressionError."""
    if operator in ("=", "!=", "in"):
        return TRUTH
    if operator == "&":
        return Field(joined_text([one, other]))
    if operator == "..":
        return _range(one, other)
    required = one.required and other.required
    if operator in ORDERS:
        _comparable(one, other, operator)
        return replace(TRUTH, required=required)
    if operator not in ARITHMETIC:
        raise UndecidedExpressionError(f"`{operator}` in an expression", "an operator that the checker knows")
    for operand in (one, other):
        require(Number, operand.shape, f"numbers for `{operator}`")
    return Field(_computed(operator, one.shape, other.shape), required=required)


def require(kinds: type[Shape] | tuple[type[Shape], ...], shape: Shape, required: str) -> None:
    """Raise ExpressionError unless each value of shape is of kinds, UndecidedExpressionError where no contract says what it is."""
    accepted: tuple[type[Shape], ...] = (Unknown, *(kinds if isinstance(kinds, tuple) else (kinds,)))
    wrong = [member for member in members(shape) if not isinstance(member, accepted)]
    if any(map(is_certain, wrong)):
        raise ExpressionError(describe(shape), required)
    if wrong:
        raise UndecidedExpressionError(describe(shape), required, unstated=all(map(is_unstated, wrong)))


def joined_text(fields: Iterable[Field]) -> Text:
    """Return the text of several values in a row: what is nothing is the empty text."""
    fields = list(fields)
    shapes = [field.shape for field in fields]
    low = sum(fewest_characters(field.shape) for field in fields if field.required)
    values = _constants(shapes)
    if values and sum(map(len, values)) <= LIMIT:
        text = "".join(values)
        return Text(len(text), len(text), values=frozenset({text}))
    sizes = [max_characters(shape) for shape in shapes]
    return computed_text(None if None in sizes else sum(size or 0 for size in sizes), low)


def _constants(shapes: list[Shape]) -> list[str]:
    """Return the only value of each shape, or nothing if one has several."""
    known = [next(iter(one.values)) for one in shapes if isinstance(one, Text) and one.values and len(one.values) == 1]
    return known if len(known) == len(shapes) and not any(getattr(one, "placeholder", False) for one in shapes) else []


def computed_text(high: int | None, low: int = 0) -> Text:
    """Return a text that is computed, of which only the length is known."""
    return Text(low, high, unstated=True, computed=True)


def fewest_characters(shape: Shape) -> int:
    """Return the fewest characters of a value as a text; what is no text has one."""
    return min(
        (one.low if isinstance(one, Text) else int(not isinstance(one, Unknown)) for one in members(shape)), default=0
    )


def _bounds(shape: Shape) -> tuple[float, float] | None:
    numbers = [one for one in members(shape) if isinstance(one, Number)]
    lows, highs = [one.low for one in numbers], [one.high for one in numbers]
    if len(numbers) < len(members(shape)) or not numbers or None in lows or None in highs:
        return None
    return min(one for one in lows if one is not None), max(one for one in highs if one is not None)


def _computed(operator: str, one: Shape, other: Shape) -> Number:
    left, right = _bounds(one), _bounds(other)
    if operator in ("/", "%"):
        _check_divisor(other, right, operator)
    if left is None or right is None or operator in ("/", "%"):
        return NUMBER
    results = [_calculated(operator, a, b) for a in left for b in right]
    whole = all(isinstance(member, Number) and member.integer for shape in (one, other) for member in members(shape))
    low, high = min(results), max(results)
    if low > MOST or high < -MOST:
        raise ExpressionError(f"a result of `{operator}` beyond {MOST:.1e}", TOO_LARGE)
    return Number(whole, low, high, unstated=True, computed=True) if low >= -MOST and high <= MOST else NUMBER


def _calculated(operator: str, one: float, other: float) -> float:
    return one + other if operator == "+" else one - other if operator == "-" else one * other


def _check_divisor(shape: Shape, bounds: tuple[float, float] | None, operator: str) -> None:
    if bounds == (0, 0):
        raise ExpressionError("0", f"a number other than 0 after `{operator}`")
    known = not any(isinstance(member, Unknown) for member in members(shape))
    if known and (bounds is None or bounds[0] <= 0 <= bounds[1]):
        wanted = f"a number other than 0 after `{operator}`"
        raise UndecidedExpressionError(describe(shape), wanted, unstated=is_unstated(shape))


def _range(one: Field, other: Field) -> Field:
    """Return the integers from one value to another: none where either is nothing, or where the first is the greater."""
    for operand in (one, other):
        require(Number, operand.shape, "integers for `..`")
        if any(isinstance(member, Number) and not member.integer for member in members(operand.shape)):
            raise UndecidedExpressionError(describe(operand.shape), "integers for `..`")
    first, last = _bounds(one.shape), _bounds(other.shape)
    if first is None or last is None:
        return Field(Array((), Number(integer=True), 0, None, unstated=True))
    least = max(0, int(last[0] - first[1]) + 1) if one.required and other.required else 0
    if least > MAX_RANGE:
        raise ExpressionError(f"a range of at least {least:.3g} items", f"at most {MAX_RANGE:,} items of `..`")
    return Field(
        Array((), Number(integer=True, low=first[0], high=last[1]), least, max(0, int(last[1] - first[0]) + 1))
    )


def _comparable(one: Field, other: Field, operator: str) -> None:
    for operand in (one, other):
        require((Number, Text), operand.shape, f"numbers or strings for `{operator}`")
    kinds = [{type(member) for member in members(operand.shape)} & {Number, Text} for operand in (one, other)]
    if kinds[0] and kinds[1] and (len(kinds[0] | kinds[1]) > 1):
        raise ExpressionError(
            f"{describe(one.shape)} and {describe(other.shape)}", f"values of one type for `{operator}`"
        )
