"""The intrinsic functions of arrays: the shape of what each returns; they raise IntrinsicCallError."""

import math

from asl.check.intrinsic_arguments import IntrinsicCallError, is_between, require_kind
from asl.check.shapes import Array, Boolean, Number, Shape, members, union

RANGE_LIMIT = 1000  # items that ArrayRange makes


def array(*items: Shape) -> Shape:
    """Return the result of States.Array."""
    return Array(items, None, len(items), len(items))


def _arrays(shape: Shape, required: str) -> list[Array]:
    require_kind(Array, shape, required)
    return [member for member in members(shape) if isinstance(member, Array)]


def array_length(array: Shape) -> Shape:
    """Return the result of States.ArrayLength."""
    measured = _arrays(array, "an array for States.ArrayLength")
    return union(*(Number(integer=True, low=one.low, high=one.high, mark=one.mark) for one in measured))


def array_contains(array: Shape, _: Shape) -> Shape:
    """Return the result of States.ArrayContains."""
    require_kind(Array, array, "an array for States.ArrayContains")
    return Boolean(computed=True)


def array_get_item(array: Shape, index: Shape) -> Shape:
    """Return the result of States.ArrayGetItem."""
    require_kind(Number, index, "an integer index for States.ArrayGetItem")
    arrays = _arrays(array, "an array for States.ArrayGetItem")
    least = min((one.low for one in arrays), default=0)
    if not all(isinstance(one, Number) and is_between(one, 0, least - 1) for one in members(index)):
        certain = not any(
            one.gathered for one in arrays
        )  # of parts and of what a path finds, the number is not certain
        raise IntrinsicCallError("an index that may be past the end", "an index within the array", decided=certain)
    return union(*(item for one in arrays for item in (*one.prefix, one.items) if item is not None))


def array_unique(array: Shape) -> Shape:
    """Return the result of States.ArrayUnique."""
    arrays = _arrays(array, "an array for States.ArrayUnique")
    items = [one for member in arrays for one in (*member.prefix, member.items) if one]
    highs = [member.high for member in arrays]
    low = min((member.low for member in arrays), default=0)
    return Array((), union(*items), min(low, 1), None if None in highs else max(high or 0 for high in highs))


def array_partition(array: Shape, size: Shape) -> Shape:
    """Return the result of States.ArrayPartition."""
    for number in members(size):
        if not isinstance(number, Number) or number.low is None or number.low < 1:
            raise IntrinsicCallError(
                "a size that may be no positive number", "a positive integer for States.ArrayPartition"
            )
    inner = array_unique(array)
    return Array((), inner, inner.low, inner.high) if isinstance(inner, Array) else inner


def array_range(first: Shape, last: Shape, step: Shape) -> Shape:
    """Return the result of States.ArrayRange."""
    (one, two), (other, three), (slow, fast) = (_bounds(number) for number in (first, last, step))
    low, high, pace = min(one, other), max(two, three), slow if slow > 0 else -fast
    if pace <= 0:
        raise IntrinsicCallError("a step that may be 0", "a step up or down for States.ArrayRange")
    most = int((high - low) // pace) + 1
    if most > RANGE_LIMIT:
        raise IntrinsicCallError(f"a range of up to {most} items", f"at most {RANGE_LIMIT} items")
    shortest, fastest = (other - two, fast) if slow > 0 else (one - three, -slow)
    least = max(0, int(shortest // fastest) + 1)
    return Array((), Number(integer=True, low=low, high=high), least, most)


def _bounds(number: Shape) -> tuple[float, float]:
    require_kind(Number, number, "integers for States.ArrayRange")
    numbers = [one for one in members(number) if isinstance(one, Number)]
    if any(one.low is None or one.high is None for one in numbers):
        raise IntrinsicCallError("a range of any length", f"at most {RANGE_LIMIT} items")
    # ArrayRange rounds both.
    return min(math.floor(one.low or 0) for one in numbers), max(math.ceil(one.high or 0) for one in numbers)
