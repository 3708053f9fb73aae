"""JSONata's sequences: a path through an array has no value, the only one, or an array of them."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from asl.check.gathering import gathered
from asl.check.jsonata_errors import UndecidedExpressionError
from asl.check.shapes import NOTHING, Anything, Array, Field, Number, Object, Shape, Unknown, members, union
from asl.check.sizes import max_bytes
from asl.check.steps import EVERY

NO_VALUE = Field(NOTHING, required=False)
Apply = Callable[[Field], Field]
Place = tuple[Shape, int, int | None]  # a value, and how often it is there, at least and at most


@dataclass(frozen=True)
class Sequence:
    """Any of some values, low to high of them (None: any number)."""

    shape: Shape
    low: int
    high: int | None
    unstated: bool = False  # whether it is not certain that there may be several

    @property
    def field(self) -> Field:
        """What the sequence is as a value: nothing, the only value, or an array of them."""
        if self.high == 0:
            return NO_VALUE
        single = [self.shape] if self.low <= 1 else []
        many = self.high is None or self.high > 1
        several = [Array((), self.shape, max(self.low, 2), self.high, unstated=self.unstated)] if many else []
        return Field(union(*single, *several), required=self.low > 0)


def either(parts: list[Field], *, required: bool) -> Field:
    """Return the field that is one of parts."""
    return Field(union(*(part.shape for part in parts)), required=required and all(part.required for part in parts))


def values_of(found: Field) -> Sequence:
    """Return the values of an array, or the only value of what is none."""
    parts = [_values(member) for member in members(found.shape)]
    low = min((part.low for part in parts), default=0) if found.required else 0
    highs = [part.high for part in parts]
    high = None if None in highs else max((one or 0 for one in highs), default=0)
    return Sequence(union(*(part.shape for part in parts)), low, high, any(part.unstated for part in parts))


def _values(member: Shape) -> Sequence:
    if isinstance(member, Array):
        inner = gathered(member, [EVERY])
        return Sequence(inner.shape, inner.low, inner.high, member.unstated)
    if isinstance(member, Unknown | Anything):  # it may be an array
        return Sequence(member, 0, None, unstated=True)
    return Sequence(member, 1, 1)


def mapped(found: Field, apply: Apply, *, keeps_arrays: bool = False) -> Field:
    """Return what apply makes of found, or of each item of an array: arrays among the results are joined."""
    parts = []
    for member in members(found.shape):
        if isinstance(member, Array):
            joined = _joined(list(_places(member)), apply, keeps_arrays=keeps_arrays)
            parts.append(replace(joined, unstated=joined.unstated or member.unstated).field)
        else:
            parts.append(apply(Field(member)))
    return either(parts, required=found.required)


def _places(array: Array) -> Iterator[Place]:
    """Yield the items of array with how many there are of each, at least and at most."""
    for number, item in enumerate(array.prefix):
        if array.high is None or number < array.high:
            yield item, int(number < array.low), 1
    if array.items is not None:
        rest = None if array.high is None else max(0, array.high - len(array.prefix))
        yield array.items, max(0, array.low - len(array.prefix)), rest


def _joined(places: list[Place], apply: Apply, *, keeps_arrays: bool) -> Sequence:
    shapes, lows, highs = [], 0, 0
    unbounded = unstated = False
    for item, low, high in places:
        each = _spread(apply(Field(item)), keeps_arrays=keeps_arrays)
        shapes.append(each.shape)
        lows += low * each.low
        unstated |= each.unstated
        unbounded |= (high is None and each.high != 0) or (each.high is None and high != 0)
        highs += (high or 0) * (each.high or 0)
    return Sequence(union(*shapes), lows, None if unbounded else highs, unstated)


def _spread(each: Field, *, keeps_arrays: bool) -> Sequence:
    if keeps_arrays or isinstance(each.shape, Unknown):
        return Sequence(each.shape, int(each.required), 1 if each.shape != NOTHING else 0)
    return values_of(each)


def count(found: Field, answers: Callable[[Shape], tuple[bool, bool]]) -> tuple[int, int | None]:
    """Return of how many values of found something is true, at least and at most; answers are whether it is always, and ever."""
    counts = [_count(member, answers) for member in members(found.shape)]
    mosts = [most for _, most in counts]
    least = min((least for least, _ in counts), default=0) if found.required else 0
    return least, None if None in mosts else max((most or 0 for most in mosts), default=0)


def _count(member: Shape, answers: Callable[[Shape], tuple[bool, bool]]) -> tuple[int, int | None]:
    if isinstance(member, Unknown | Anything):
        return int(isinstance(member, Unknown)), None
    places = list(_places(member)) if isinstance(member, Array) else [(member, 1, 1)]
    found = [
        (low if always else 0, high if ever else 0) for item, low, high in places for always, ever in [answers(item)]
    ]
    highs = [high for _, high in found]
    return sum(low for low, _ in found), None if None in highs else sum(high or 0 for high in highs)


def has_several(shape: Shape) -> bool:
    """Return whether an array has items that are known one by one: they may be made of the same values."""
    return any(isinstance(member, Array) and len(member.prefix) > 1 for member in members(shape))


def indexed(found: Field, asked: Field) -> Field | None:
    """Return what an index that is computed selects, if it is the same for all items; None if it is no number with bounds."""
    bounds = [_index_bounds(member) for member in members(asked.shape)]
    known = [bound for bound in bounds if bound is not None]
    if not known or len(known) < len(bounds):
        return None
    least, most = min(low for low, _ in known), max(high for _, high in known)
    ends = [item(member, index) for member in members(found.shape) for index in (least, most)]
    selected = either(ends, required=found.required and asked.required and not least < 0 <= most)
    return selected if least == most else replace(selected, shape=values_of(found).shape)


def _index_bounds(member: Shape) -> tuple[int, int] | None:
    if not isinstance(member, Number) or member.low is None or member.high is None:
        return None
    return math.floor(member.low), math.floor(member.high)


def some(shape: Shape, least: int, most: int | None) -> Shape:
    """Return what a predicate may leave of shape, apart from nothing, if it is true of least to most values."""
    found = []
    for member in members(shape):
        if isinstance(member, Array):
            items = gathered(member, [EVERY])
            found.append(Sequence(items.shape, least, items.high if most is None else most, unstated=True).field.shape)
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


def only_arrays(found: Field) -> tuple[Field, bool]:
    """Return found where it is an array, and nothing where it is not; and whether it may be both."""
    parts = [Field(one) if isinstance(one, Array | Unknown) else NO_VALUE for one in members(found.shape)]
    return either(parts, required=found.required), len({part.required for part in parts}) > 1


def as_array(found: Field) -> Field:
    """Return found as `[]` after a step keeps it: a single value is an array of one item."""
    arrays = [one if isinstance(one, Array | Unknown) else Array((one,), None, 1, 1) for one in members(found.shape)]
    return replace(found, shape=union(*arrays))


def array_of(items: list[tuple[Field, bool]]) -> Shape:
    """Return the array of items, each with whether it is written as an array, which is kept as one; others are joined."""
    if all(kept or _is_plain(field) for field, kept in items):
        return Array(tuple(field.shape for field, _ in items), None, len(items), len(items))
    parts = [Sequence(field.shape, 1, 1) if kept else values_of(field) for field, kept in items]
    highs = [part.high for part in parts]
    high = None if None in highs else sum(one or 0 for one in highs)
    if any(isinstance(part.shape, Unknown) for part in parts):
        raise UndecidedExpressionError("an array of what is not known", "an array of known values", unstated=True)
    low, shape = sum(part.low for part in parts), union(*(part.shape for part in parts))
    sizes = [max_bytes(field.shape) for field, _ in items]  # of those that are joined, with their own brackets
    size = None if None in sizes else len("[]") + sum(len(",") + (one or 0) for one in sizes)
    return Array((), shape, low, high, max_bytes=size)


def _is_plain(field: Field) -> bool:
    arrays = any(isinstance(member, Array | Unknown | Anything) for member in members(field.shape))
    return field.required and not arrays


def properties(member: Shape) -> Field:
    """Return the values of all properties of an object, as the wildcard `*` selects them."""
    if isinstance(member, Unknown | Anything):
        return Field(member, required=isinstance(member, Unknown))
    if not isinstance(member, Object):
        return NO_VALUE
    places: list[Place] = [(field.shape, int(field.required), 1) for _, field in member.fields]
    places += [(member.rest, 0, None)] if member.rest is not None else []
    return _joined(places, lambda value: value, keeps_arrays=False).field
