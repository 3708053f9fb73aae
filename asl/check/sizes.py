"""The largest JSON, in bytes, of a value of a shape: Step Functions limits payloads by it."""

import json
import re
from collections.abc import Collection
from dataclasses import replace
from functools import cache, lru_cache

from asl.check.budget import spend
from asl.check.patterns import has_no_escapes, is_plain, lengths_of
from asl.check.shapes import Anything, Array, Boolean, Null, Number, Object, Shape, Text, Union, Unknown, union

HUGE = 10**15  # bytes
LIMIT = 262_144  # bytes, of a state's input, result or output
HALF = re.compile("[\ud800-\udfff]")  # of a surrogate pair: UTF-8 has none, so JSON has its escape
ESCAPED_HALF = r"\\ud800"
# Strings in strings: in more, their quotes alone are over the limit.
MAX_STRINGS = 18
UTF8 = 4  # bytes of a character at most
FLOAT = 25  # characters: -1.7976931348623157e+308 and one more


class NoValueError(ValueError):
    """A shape is none of JSON values: in JSONata, functions may be in arrays and objects."""


@cache
def max_bytes(shape: Shape, depth: int = 0) -> int | None:  # noqa: C901, PLR0911 - one case a kind
    """Return the most bytes of JSON that a value of shape takes, or None if they have no bound.

    depth is the number of strings that the JSON is nested in: each doubles the backslashes and escapes the quotes.
    """
    if depth > MAX_STRINGS:
        return None
    spend(1 + (len(shape.fields) if isinstance(shape, Object) else 0))
    match shape:
        case Text():
            return _least(_text(shape, depth), shape.max_bytes, depth)
        case Number():
            return _least(_number(shape), shape.max_bytes, 0)
        case Boolean():
            return len("false")
        case Null():
            return len("null")
        case Array():
            return _least(_items(shape, depth), shape.max_bytes, depth)
        case Object():
            return _least(_properties(shape, depth), shape.max_bytes, depth)
        case Anything():
            if shape.unstated:  # as of what is unknown: no contract says how large it is
                return 0
            return None if shape.high is None else shape.high * (1 << depth)
        case Union():
            sizes = [max_bytes(member, depth) for member in shape.members]
            return None if None in sizes else max((size for size in sizes if size is not None), default=0)
        case Unknown():
            return 0
    raise NoValueError


def _least(size: int | None, stated: int | None, depth: int) -> int | None:
    """Return the lesser of two bounds, of which the stated one is of the JSON outside of strings."""
    bounds = [size, None if stated is None else stated * (1 << depth)]
    return min((bound for bound in bounds if bound is not None), default=None)


def within_bytes(shape: Shape, limit: int) -> Shape:
    """Return the values of shape that take at most limit bytes."""
    if isinstance(shape, Union):
        return union(*(within_bytes(member, limit) for member in shape.members))
    if is_within(shape, limit):
        return shape
    if isinstance(shape, Anything):
        return replace(shape, high=limit)
    return replace(shape, max_bytes=limit) if isinstance(shape, Text | Number | Array | Object) else shape


def is_within(shape: Shape, limit: int) -> bool:
    """Return whether every value of shape takes at most limit bytes."""
    size = max_bytes(shape)
    return size is not None and size <= limit


def max_bytes_per_character(depth: int, patterns: Collection[str] = ()) -> int:
    """Return the most bytes of one character of a text that matches patterns.

    It is the escape of a control character, four bytes of UTF-8 where a pattern excludes these and halves of surrogate pairs,
    or a quote in very deep strings.
    """
    if any(map(is_plain, patterns)):
        return 1
    control, quote = (1 << depth) + len("u0000"), 1 << (depth + 1)
    return max(UTF8 if any(map(has_no_escapes, patterns)) else control, quote)


def _text(text: Text, depth: int) -> int | None:
    if text.values is not None:
        return max((_literal(value, depth) for value in text.values), default=0)
    bounds = []
    _, most = lengths_of(text)
    if most is not None:
        bounds.append(min(most * max_bytes_per_character(depth, text.patterns), HUGE))
    inner = max_bytes(text.content, depth + 1) if text.content is not None and text.compact else None
    if inner is not None:
        bounds.append(inner)
    return min(bounds) + 2 * (1 << depth) if bounds else None


@lru_cache(maxsize=100_000)
def _literal(value: str, depth: int) -> int:
    """Return the bytes of value as JSON in depth strings, without the quotes of these; text as deep as that is not made."""
    text = HALF.sub(ESCAPED_HALF, json.dumps(value, ensure_ascii=False))
    backslashes, quotes = text.count("\\"), text.count('"')
    others = len(text.encode()) - backslashes - quotes
    for _ in range(depth):
        backslashes = 2 * backslashes + quotes
    return others + backslashes + quotes


def _number(number: Number) -> int | None:
    """Return the most bytes of a number; a whole one may be written as 1.0 or -0.0."""
    if number.low is None or number.high is None:
        return None  # JSON does not limit digits
    digits = max(len(str(int(number.low))), len(str(int(number.high))), len("-0")) + len(".0")
    return digits if number.integer else max(digits, FLOAT)


def _items(array: Array, depth: int) -> int | None:
    prefix = [max_bytes(item, depth) for item in array.prefix]
    following = 0 if array.items is None else None if array.high is None else max(0, array.high - len(prefix))
    each = max_bytes(array.items, depth) if array.items is not None else 0
    if None in prefix or following is None or (following and each is None):
        return None
    commas = max(0, len(prefix) + following - 1)
    return _bounded(2 + sum(size or 0 for size in prefix) + following * (each or 0) + commas)


def _bounded(size: int) -> int | None:
    """Return a size, or None if it is as good as unbounded, so that products of bounds do not grow for ever."""
    return size if size < HUGE else None


def _properties(shape: Object, depth: int) -> int | None:
    sizes = [_property(_literal(name, depth), field.shape, depth) for name, field in shape.fields]
    others = _others(shape, depth)
    if None in sizes or others is None:
        return None
    each = sum(size or 0 for size in sizes) + others
    return len("{}") + max(each - len(","), 0)  # each is counted with a comma, and the last one has none


def _property(name: int, shape: Shape, depth: int) -> int | None:
    size = max_bytes(shape, depth)
    return None if size is None else name + len(":") + size + len(",")


def _others(shape: Object, depth: int) -> int | None:
    """Return the most bytes of the properties that the shape does not name."""
    if shape.rest is None:
        return 0
    if isinstance(shape.rest, Anything) and shape.rest.high is not None:
        return shape.rest.high * (1 << depth)  # the bound is for all of them together
    each = _property(max_bytes(shape.names, depth) or 0, shape.rest, depth)
    if shape.high is None or lengths_of(shape.names)[1] is None or each is None:
        return None
    return _bounded(max(0, shape.high - sum(field.required for _, field in shape.fields)) * each)
