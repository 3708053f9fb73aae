"""Joins of shapes: one shape that has the values of several, so that the ways to a state are not followed one by one for ever.

A join may have more values than the shapes together: it does not say which properties occur with which.
"""

from collections.abc import Iterable
from dataclasses import replace

from asl.check.budget import spend
from asl.check.compare import item_at
from asl.check.patterns import is_match
from asl.check.regular_expressions import UndecidedPatternError
from asl.check.shapes import NOTHING, Anything, Array, Boolean, Field, Number, Object, Shape, Text, members, union
from asl.check.sizes import max_bytes

MAX_VALUES = 100  # of a text or a number, that are listed


def joined(shapes: Iterable[Shape]) -> Shape:
    """Return a shape with all values of shapes, which has one member of each kind at most."""
    kinds: dict[type[Shape], Shape] = {}
    for shape in shapes:
        for member in members(shape):
            spend()
            known = kinds.get(type(member))
            kinds[type(member)] = member if known is None or known == member else _join(known, member)
    return union(*kinds.values())


def _join(one: Shape, other: Shape) -> Shape:  # noqa: PLR0911 - one case a kind
    match one, other:
        case Object(), Object():
            return _objects(one, other)
        case Array(), Array():
            return _arrays(one, other)
        case Text(), Text():
            return _texts(one, other)
        case Number(), Number():
            return _numbers(one, other)
        case Boolean(), Boolean():
            return Boolean(one.values | other.values, one.computed or other.computed)
        case Anything(), Anything():
            return Anything(_most(one.high, other.high), one.unstated or other.unstated)
    return one


def _most(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(one, other)


def _least_number(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else min(one, other)


def _bytes(one: Text | Number | Array | Object, other: Text | Number | Array | Object) -> int | None:
    """Return the bytes of either shape at most, if something besides their parts bounds them."""
    stated = one.max_bytes is not None or other.max_bytes is not None
    return _most(max_bytes(one), max_bytes(other)) if stated else None


def _objects(one: Object, other: Object) -> Object:
    names = dict.fromkeys((*one.by_name, *other.by_name))
    spend(len(names))
    fields = tuple(sorted((name, _field(one.get(name), other.get(name))) for name in names))
    rests = [shape.rest for shape in (one, other) if shape.rest is not None]
    bounds = [shape.high if shape.high is not None else _named(shape) for shape in (one, other)]
    high = _most(*bounds) if one.high is not None or other.high is not None else None
    known = _texts(one.names, other.names) if one.rest is not None and other.rest is not None else None
    own = known or (one.names if one.rest is not None else other.names)
    unstated = one.unstated or other.unstated
    return Object(
        fields, joined(rests) if rests else None, own, high, _bytes(one, other), unstated, min(one.least, other.least)
    )


def _named(shape: Object) -> int | None:
    return len(shape.fields) if shape.rest is None else None


def _field(one: Field | None, other: Field | None) -> Field:
    both = [field for field in (one, other) if field is not None]
    required = len(both) > 1 and all(field.required for field in both)
    return Field(joined(field.shape for field in both), required)


def _arrays(one: Array, other: Array) -> Array:
    length = max(len(one.prefix), len(other.prefix))
    prefix = [[item for array in (one, other) if (item := item_at(array, index))] for index in range(length)]
    spend(length)
    rests = [array.items for array in (one, other) if array.items is not None]
    return Array(
        tuple(joined(items) if items else NOTHING for items in prefix),
        joined(rests) if rests else None,
        min(one.low, other.low),
        _most(one.high, other.high),
        _bytes(one, other),
        one.mark if one.mark == other.mark else "",
        one.gathered or other.gathered,
        one.unstated or other.unstated,
        one.unique and other.unique,
    )


def _texts(one: Text, other: Text) -> Text:
    values = None if one.values is None or other.values is None else one.values | other.values
    content = None if one.content is None or other.content is None else joined((one.content, other.content))
    return Text(
        min(one.low, other.low),
        _most(one.high, other.high),
        frozenset(
            pattern for pattern in one.patterns | other.patterns if _holds(pattern, one) and _holds(pattern, other)
        ),
        values if values is not None and len(values) <= MAX_VALUES else None,
        frozenset(text for text in one.excluded | other.excluded if _lacks(one, text) and _lacks(other, text)),
        content,
        one.compact and other.compact,
        _bytes(one, other),
        placeholder=one.placeholder or other.placeholder,
        unstated=one.unstated or other.unstated,
    )


def _holds(pattern: str, text: Text) -> bool:
    """Return whether each string of text is known to match pattern."""
    if pattern in text.patterns:
        return True
    try:
        return text.values is not None and all(is_match(pattern, value) for value in text.values)
    except UndecidedPatternError:
        return False


def _lacks(text: Text, value: str) -> bool:
    return value in text.excluded or (text.values is not None and value not in text.values)


def _numbers(one: Number, other: Number) -> Number:
    values = None if one.values is None or other.values is None else one.values | other.values
    joint = Number(
        one.integer and other.integer,
        _least_number(one.low, other.low),
        None if one.high is None or other.high is None else max(one.high, other.high),
        values if values is not None and len(values) <= MAX_VALUES else None,
        _bytes(one, other),
        unstated=one.unstated or other.unstated,
        multiple=one.multiple if one.multiple == other.multiple else None,
        added=one.added or other.added,
    )
    return replace(joint, mark=one.mark) if one.mark == other.mark else joint
