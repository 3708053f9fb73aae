"""JSONata's sequences: a path through an array has no value, the only one, or an array of them."""

from dataclasses import replace

from asl.check.gathering import gathered
from asl.check.jsonata_functions import UndecidedExpressionError
from asl.check.shapes import NOTHING, Anything, Array, Field, Shape, Unknown, members, union
from asl.check.steps import EVERY

NO_VALUE = Field(NOTHING, required=False)


def either(parts: list[Field], *, required: bool) -> Field:
    """Return the field that is one of parts."""
    return Field(union(*(part.shape for part in parts)), required=required and all(part.required for part in parts))


def sequence(array: Array, name: str) -> Field:
    """Return the properties called name of the items: nothing, the only one, or an array of them."""
    found = gathered(array, [EVERY, name])
    if any(isinstance(member, Array) for member in members(found.shape)):
        raise UndecidedExpressionError(f"`{name}` of arrays in arrays", "a path through one array")
    return _of_sequence(found.shape, found.low, found.high)


def _of_sequence(shape: Shape, low: int, high: int | None) -> Field:
    if high == 0:
        return NO_VALUE
    single = [shape] if low <= 1 else []
    several = [Array((), shape, max(low, 2), high)] if high is None or high > 1 else []
    return Field(union(*single, *several), required=low > 0)


def some(shape: Shape) -> Shape:
    """Return what a predicate may leave of shape, apart from nothing."""
    found = []
    for member in members(shape):
        if isinstance(member, Array):
            items = gathered(member, [EVERY])
            found.append(_of_sequence(items.shape, 0, items.high).shape)
        else:
            found.append(member)
    return union(*found)


def item(member: Shape, index: int) -> Field:
    """Return the item of member at index, as a predicate selects it: what is no array is its own only item."""
    if isinstance(member, Array):
        if index >= 0:
            one = gathered(member, [index])
            return Field(one.shape, required=one.low > 0) if one.high != 0 else NO_VALUE
        return Field(gathered(member, [EVERY]).shape, required=-index <= member.low)
    if isinstance(member, Unknown):
        return Field(member)
    if isinstance(member, Anything):
        return Field(member, required=False)
    return Field(member) if index in (0, -1) else NO_VALUE


def as_array(found: Field) -> Field:
    """Return found as `[]` after a step keeps it: a single value is an array of one item."""
    arrays = [one if isinstance(one, Array | Unknown) else Array((one,), None, 1, 1) for one in members(found.shape)]
    return replace(found, shape=union(*arrays))


def array_of(items: list[Field]) -> Shape:
    """Return the array of items; what is an array itself may be joined with the others, and nothing is left out."""
    shapes = [item.shape for item in items]
    plain = all(
        not isinstance(member, Array | Unknown | Anything) for shape in shapes for member in members(shape)
    ) and all(item.required for item in items)
    if plain:
        return Array(tuple(shapes), None, len(items), len(items))
    raise UndecidedExpressionError("an array of arrays, or of what may be nothing", "an array of plain values")
