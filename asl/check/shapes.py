"""Shapes: sets of JSON values, as contracts promise them and states pass them on.

A shape is immutable and comparable, so that a state reached twice with the same shape is followed once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache


class Shape:
    """A set of JSON values."""


@dataclass(frozen=True)
class Text(Shape):
    """Strings by length in characters, by patterns that all match, by the values left if only some are, by exclusion."""

    low: int = 0
    high: int | None = None
    patterns: frozenset[str] = frozenset()
    values: frozenset[str] | None = None
    excluded: frozenset[str] = frozenset()
    content: Shape | None = None  # what the string is the JSON of, if it is known to be JSON
    compact: bool = False  # whether that JSON is written without spaces and needless escapes


@dataclass(frozen=True)
class Number(Shape):
    """Numbers by range, or by the values left if only some are."""

    integer: bool = False
    low: float | None = None
    high: float | None = None
    values: frozenset[float] | None = None


@dataclass(frozen=True)
class Boolean(Shape):
    """Truth values."""

    values: frozenset[bool] = frozenset((True, False))


@dataclass(frozen=True)
class Null(Shape):
    """The one value null."""


@dataclass(frozen=True)
class Array(Shape):
    """Arrays by length; prefix are the first items one by one, items all that follow (None: none may)."""

    prefix: tuple[Shape, ...] = ()
    items: Shape | None = None
    low: int = 0
    high: int | None = None


@dataclass(frozen=True)
class Field:
    """A property: its shape, and whether it is there for certain."""

    shape: Shape
    required: bool = True


@dataclass(frozen=True)
class Object(Shape):
    """Objects by their properties; rest is what others may hold (None: there are no others)."""

    fields: tuple[tuple[str, Field], ...] = ()
    rest: Shape | None = None
    names: Text = Text()
    high: int | None = None  # properties at most
    max_bytes: int | None = None  # bytes at most, if something beside the properties bounds them

    def get(self, name: str) -> Field | None:
        """Return the property name, an optional one if only rest may hold it, or None if it cannot be there."""
        known = dict(self.fields).get(name)
        if known is None and self.rest is not None:
            return Field(self.rest, required=False)
        return known

    def having(self, name: str, field: Field | None) -> Object:
        """Return this shape with the property name as field, or without it."""
        known = dict(self.fields)
        known.pop(name, None)
        if field is not None:
            known[name] = field
        return replace(self, fields=tuple(sorted(known.items())))


@dataclass(frozen=True)
class Anything(Shape):
    """Any JSON value at all, of at most high bytes if that is known."""

    high: int | None = None


@dataclass(frozen=True)
class Unknown(Shape):
    """What stands where a finding was reported already; it breaks nothing further."""


@dataclass(frozen=True)
class Union(Shape):
    """The values of any member; without members, none: what is there cannot be reached."""

    members: tuple[Shape, ...]


NOTHING = Union(())
NULL = Null()
EMPTY_OBJECT = Object()


def exact_object(**properties: Shape) -> Object:
    """Return the closed object with exactly these properties."""
    return Object(tuple(sorted((name, Field(shape)) for name, shape in properties.items())))


def members(shape: Shape) -> tuple[Shape, ...]:
    """Return the alternatives that shape is made of."""
    return shape.members if isinstance(shape, Union) else (shape,)


def union(*shapes: Shape) -> Shape:
    """Return the shape of the values of any of shapes."""
    flat = dict.fromkeys(member for shape in shapes for member in members(shape))
    return next(iter(flat)) if len(flat) == 1 else Union(tuple(flat))


@cache
def depth(shape: Shape) -> int:
    """Return how deep the values of shape are nested, as far as it tells."""
    inner: tuple[Shape | None, ...] = ()
    match shape:
        case Union():
            return max(map(depth, shape.members), default=0)
        case Object():
            inner = (shape.rest, *(field.shape for _, field in shape.fields))
        case Array():
            inner = (shape.items, *shape.prefix)
        case Text():
            inner = (shape.content,)
    return max((1 + depth(one) for one in inner if one is not None), default=0)


def constant(value: object) -> Shape:
    """Return the shape of exactly value."""
    match value:
        case bool():
            return Boolean(frozenset((value,)))
        case int() | float():
            return Number(isinstance(value, int), value, value, frozenset((value,)))
        case str():
            return Text(len(value), len(value), values=frozenset((value,)))
        case list():
            return Array(tuple(constant(item) for item in value), None, len(value), len(value))
        case dict():
            return exact_object(**{str(name): constant(item) for name, item in value.items()})
    return NULL


def describe(shape: Shape) -> str:  # noqa: C901, PLR0911 - a sentence a kind
    """Return a few words on shape for a person."""
    match shape:
        case Text(values=frozenset() as values):
            return " or ".join(f'"{value}"' for value in sorted(values))
        case Text(content=Shape() as content):
            return f"a string holding JSON of {describe(content)}"
        case Text():
            return f"a string{_of_length(shape.low, shape.high, 'characters')}{_matching(shape)}"
        case Number(values=frozenset() as few):
            return " or ".join(map(_digits, sorted(few)))
        case Number():
            return f"{'an integer' if shape.integer else 'a number'}{_between(shape)}"
        case Boolean():
            return "a truth value" if len(shape.values) > 1 else str(set(shape.values).pop()).lower()
        case Null():
            return "null"
        case Array():
            return f"an array{_of_length(shape.low, shape.high, 'items')}"
        case Object():
            names = [name for name, _ in shape.fields]
            return f"an object of {', '.join(names)}" if names else "an object"
        case Union(members=()):
            return "nothing"
        case Union():
            return " or ".join(describe(member) for member in shape.members)
    return "any value"


def _of_length(low: int, high: int | None, unit: str) -> str:
    if high is None:
        return f" of at least {low} {unit}" if low else f" of any number of {unit}"
    return f" of {low} to {high} {unit}" if low != high else f" of {low} {unit}"


def _matching(text: Text) -> str:
    patterns = f" matching {' and '.join(sorted(text.patterns))}" if text.patterns else ""
    return patterns + (f" other than {', '.join(sorted(text.excluded))}" if text.excluded else "")


def _between(number: Number) -> str:
    low = "" if number.low is None else f" from {_digits(number.low)}"
    return low + ("" if number.high is None else f" to {_digits(number.high)}")


def _digits(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else f"{number:g}"
