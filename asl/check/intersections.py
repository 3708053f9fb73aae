"""Intersections of shapes, of which `allOf` is one: the values that both of two shapes have."""

import math
from dataclasses import replace

from asl.check.budget import spend
from asl.check.compare import item_at, may_match
from asl.check.shapes import NOTHING, Anything, Array, Boolean, Field, Number, Object, Shape, Text, members, union


def intersection(one: Shape, other: Shape) -> Shape:
    """Return the values of both shapes; raises ValueError where no shape has exactly these."""
    return union(*(both for mine in members(one) for theirs in members(other) for both in members(_both(mine, theirs))))


def _both(one: Shape, other: Shape) -> Shape:  # noqa: PLR0911 - one case a kind
    spend()
    match one, other:
        case Anything(), _:
            return other
        case _, Anything():
            return one
        case Text(), Text():
            return _texts(one, other)
        case Number(), Number():
            return _numbers(one, other)
        case Boolean(), Boolean():
            both = one.values & other.values
            return Boolean(both) if both else NOTHING
        case Array(), Array():
            return _arrays(one, other)
        case Object(), Object():
            return _objects(one, other)
    return one if type(one) is type(other) else NOTHING


def least(one: float | None, other: float | None) -> float | None:
    """Return the lesser of two upper bounds, of which None is none."""
    return min((bound for bound in (one, other) if bound is not None), default=None)


def _most(one: float | None, other: float | None) -> float | None:
    return max((bound for bound in (one, other) if bound is not None), default=None)


def _count(one: int | None, other: int | None) -> int | None:
    bound = least(one, other)
    return None if bound is None else int(bound)


def _texts(one: Text, other: Text) -> Shape:
    content = one.content if one.content is not None else other.content
    if one.content is not None and other.content is not None:
        content = intersection(one.content, other.content)
    low, high = max(one.low, other.low), _count(one.high, other.high)
    values = one.values if other.values is None else other.values if one.values is None else one.values & other.values
    if (high is not None and low > high) or content == NOTHING:
        return NOTHING
    both = Text(low, high, one.patterns | other.patterns, excluded=one.excluded | other.excluded)
    if values is not None:
        values = frozenset(value for value in values if may_match(value, both) is not False)
    return NOTHING if values == frozenset() else replace(both, values=values, content=content)


def _numbers(one: Number, other: Number) -> Shape:
    low, high = _most(one.low, other.low), least(one.high, other.high)
    values = one.values if other.values is None else other.values if one.values is None else one.values & other.values
    if (low is not None and high is not None and low > high) or values == frozenset():
        return NOTHING
    multiple = _common_multiple({factor for factor in (one.multiple, other.multiple) if factor is not None})
    return Number(one.integer or other.integer, low, high, values, multiple=multiple)


def _common_multiple(factors: set[float]) -> float | None:
    """Return the least common multiple of at most two factors; raises ValueError where it may not be exact."""
    if len(factors) == 2 and math.fmod(max(factors), min(factors)):  # noqa: PLR2004 - neither is a multiple of the other
        if not all(float(factor).is_integer() for factor in factors):
            raise ValueError("two values of multipleOf that are no integers")
        return math.lcm(*map(int, factors))
    return max(factors, default=None)


def _arrays(one: Array, other: Array) -> Shape:
    low, high = max(one.low, other.low), _count(one.high, other.high)
    if high is not None and low > high:
        return NOTHING
    prefix = [_items(one, other, index) for index in range(max(len(one.prefix), len(other.prefix)))]
    rest = None if one.items is None or other.items is None else intersection(one.items, other.items)
    return Array(tuple(prefix), rest, low, high, unique=one.unique or other.unique)


def _items(one: Array, other: Array, index: int) -> Shape:
    mine, theirs = item_at(one, index), item_at(other, index)
    return NOTHING if mine is None or theirs is None else intersection(mine, theirs)


def _objects(one: Object, other: Object) -> Shape:
    fields: list[tuple[str, Field]] = []
    for name in dict.fromkeys((*one.by_name, *other.by_name)):
        mine, theirs = one.get(name), other.get(name)
        required = any(field is not None and field.required for field in (mine, theirs))
        shape = NOTHING if mine is None or theirs is None else intersection(mine.shape, theirs.shape)
        if shape == NOTHING and required:
            return NOTHING
        fields.append((name, Field(shape, required)))
    rest = None if one.rest is None or other.rest is None else intersection(one.rest, other.rest)
    names = _texts(one.names, other.names)
    if not isinstance(names, Text):
        rest, names = None, Text()
    return Object(tuple(sorted(fields)), rest, names, _count(one.high, other.high), least=max(one.least, other.least))


def are_disjoint(one: Shape, other: Shape) -> bool:
    """Return whether no value is known to be of both shapes."""
    try:
        both = intersection(one, other)
    except ValueError:
        return False
    return both == NOTHING or all(_is_empty(member) for member in members(both))


def _is_empty(shape: Shape) -> bool:
    """Return whether a shape shows that it has no values: a property that it requires has none."""
    return isinstance(shape, Object) and any(field.required and field.shape == NOTHING for _, field in shape.fields)
