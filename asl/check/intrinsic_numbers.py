"""The intrinsic functions of numbers: the shape of what each returns; they raise IntrinsicCallError."""

import math

from asl.check.intrinsic_arguments import IntrinsicCallError, is_between, require_kind
from asl.check.shapes import Number, Shape, members, union

LEAST, GREATEST = -(2**31), 2**31 - 1  # of the numbers that MathAdd and MathRandom take


def math_random(first: Shape, last: Shape, *seed: Shape) -> Shape:
    """Return the result of States.MathRandom."""
    for one in seed:
        require_kind(Number, one, "a number as the seed of States.MathRandom")
    (low, high), (other, most) = _integer_range(first), _integer_range(last)
    if high > other:
        raise IntrinsicCallError("a start that may be past the end", "a start before the end for States.MathRandom")
    return Number(integer=True, low=low, high=most)


def math_add(*numbers: Shape) -> Shape:
    """Return the result of States.MathAdd.

    What is added to a sum has no bound in its direction, so that a loop that counts reaches a fixed point.
    """
    ranges = [_integer_range(number) for number in numbers]
    low, high = sum(one for one, _ in ranges), sum(other for _, other in ranges)
    grown = [one for number in numbers for one in members(number) if isinstance(one, Number) and one.added]
    if grown:
        least, most = _integer_range(union(*grown))
        low = LEAST if low < least else least
        high = GREATEST if high > most else most
    elif low < LEAST or high > GREATEST:  # a sum of 32 bits wraps around
        low, high = LEAST, GREATEST
    return Number(integer=True, low=max(low, LEAST), high=min(high, GREATEST), added=True)


def _integer_range(number: Shape) -> tuple[float, float]:
    """Return the least and the greatest of number; raises IntrinsicCallError if it may be out of range."""
    require_kind(Number, number, "integers")
    numbers = [one for one in members(number) if isinstance(one, Number)]
    if not all(is_between(one, LEAST, GREATEST) for one in numbers):
        raise IntrinsicCallError("a number that may be out of range", f"an integer from {LEAST} to {GREATEST}")
    return min(math.floor(one.low or 0) for one in numbers), max(math.ceil(one.high or 0) for one in numbers)
