"""Whether a JSON value belongs to a shape, decided by the value and so independent of the comparison of shapes."""

import json
import re
from itertools import combinations
from typing import Any

from asl.check.shapes import Anything, Array, Boolean, Null, Number, Object, Shape, Text, Union, Unknown


def compact(value: Any) -> bytes:
    """Return value as the JSON whose length Step Functions limits."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def is_member(value: Any, shape: Shape) -> bool:
    """Return whether value belongs to shape."""
    match shape:
        case Union():
            return any(is_member(value, one) for one in shape.members)
        case Anything():
            return shape.high is None or len(compact(value)) <= shape.high
        case Unknown():
            return True
    return _is_of_kind(value, shape)


def _is_of_kind(value: Any, shape: Shape) -> bool:  # noqa: PLR0911 - a kind each
    match value, shape:
        case None, Null():
            return True
        case bool(), Boolean():
            return value in shape.values
        case bool(), _:
            return False
        case str(), Text():
            return _is_text(value, shape)
        case int() | float(), Number():
            return _is_number(value, shape)
        case list(), Array():
            return _is_array(value, shape)
        case dict(), Object():
            return _is_object(value, shape)
    return False


def _is_text(value: str, shape: Text) -> bool:
    if shape.values is not None and value not in shape.values:
        return False
    matched = all(re.search(re.sub(r"\$$", r"\\Z", pattern), value) for pattern in shape.patterns)
    return matched and value not in shape.excluded and _within(len(value), shape) and _holds(value, shape.content)


def _holds(value: str, content: Shape | None) -> bool:
    if content is None:
        return True
    try:
        return is_member(json.loads(value), content)
    except ValueError:
        return False


def _within(size: float, shape: Text | Number | Array) -> bool:
    return (shape.low is None or shape.low <= size) and (shape.high is None or size <= shape.high)


def _is_number(value: float, shape: Number) -> bool:
    if shape.integer and isinstance(value, float) and not value.is_integer():
        return False
    multiple = shape.multiple is None or float(value / shape.multiple).is_integer()
    return multiple and _within(value, shape) and (shape.values is None or value in shape.values)


def _are_equal(one: Any, other: Any) -> bool:
    """Return whether two values are equal as JSON: true is not 1, and 1.0 is."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(compact(one) == compact(other) or one == other)


def _is_array(value: list[Any], shape: Array) -> bool:
    following = value[len(shape.prefix) :]
    first = zip(value, shape.prefix, strict=False)
    if shape.unique and any(_are_equal(one, other) for one, other in combinations(value, 2)):
        return False
    return (
        _within(len(value), shape)
        and all(is_member(item, one) for item, one in first)
        and (not following or shape.items is not None)
        and all(is_member(item, shape.items) for item in following if shape.items is not None)
    )


def _is_object(value: dict[str, Any], shape: Object) -> bool:
    fields = dict(shape.fields)
    if (
        len(value) < shape.least
        or (shape.high is not None and len(value) > shape.high)
        or any(field.required and name not in value for name, field in fields.items())
    ):
        return False
    named = all(is_member(value[name], field.shape) for name, field in fields.items() if name in value)
    others = {name: one for name, one in value.items() if name not in fields}
    if others and shape.rest is None:
        return False
    allowed = all(
        is_member(name, shape.names) and is_member(one, shape.rest) for name, one in others.items() if shape.rest
    )
    return named and allowed and (shape.max_bytes is None or len(compact(value)) <= shape.max_bytes)
