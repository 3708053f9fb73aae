"""Shapes: sets of JSON values, made from contracts and passed from state to state.

A shape is immutable and comparable, so that a state that gets the same shape twice is followed once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any, TypeVar, cast, dataclass_transform

from asl.check.budget import spend

Made = TypeVar("Made")


@dataclass_transform(frozen_default=True)
def _value(cls: type[Made]) -> type[Made]:
    """Make cls an immutable dataclass whose hash is computed once: shapes are large, and looked up often.

    Each knows the last one that it was equal to: parts may be in a shape in any number of places, and are compared once.
    """
    made: Any = dataclass(frozen=True)(cls)
    compute, compare = made.__hash__, made.__eq__

    def known_hash(self: Any) -> int:
        if "_hash" not in self.__dict__:
            self.__dict__["_hash"] = compute(self)
        return int(self.__dict__["_hash"])

    def known_equal(self: Any, other: Any) -> Any:
        if type(self) is not type(other) or hash(self) != hash(other):
            return False
        if self is other or self.__dict__.get("_equal") is other:
            return True
        if is_equal := compare(self, other):
            self.__dict__["_equal"] = other
        return is_equal

    made.__hash__, made.__eq__ = known_hash, known_equal
    return cast("type[Made]", made)


class Shape:
    """A set of JSON values."""


@_value
class Text(Shape):
    """Strings: low to high characters that match all patterns, are among values (if any are given) and not excluded."""

    low: int = 0
    high: int | None = None
    patterns: frozenset[str] = frozenset()
    values: frozenset[str] | None = None
    excluded: frozenset[str] = frozenset()
    content: Shape | None = None  # the value that the string is the JSON of, if it is JSON
    compact: bool = False  # whether that JSON has no spaces and no needless escapes
    max_bytes: int | None = None  # if something other than the length bounds them
    doubtful: bool = False  # of what is required: whether it is not known that a text is accepted
    placeholder: bool = False  # whether a placeholder is in it, so that nothing is certain of what it holds
    unstated: bool = False  # whether it is like that because a service makes it, of which no contract says more
    computed: bool = False  # whether it is made of other values, of which it may say something


@_value
class Number(Shape):
    """Numbers from low to high, or those in values."""

    integer: bool = False
    low: float | None = None
    high: float | None = None
    values: frozenset[float] | None = None
    max_bytes: int | None = None  # if low and high do not bound its digits
    mark: str = ""  # of the array whose length it is
    unstated: bool = False  # whether a service makes it, and no contract says from what to what it is
    multiple: float | None = None  # of which all are multiples
    added: bool = False  # whether States.MathAdd made it, so that a loop may add to it again
    computed: bool = False  # whether it is made of other values, of which it may say something


@_value
class Boolean(Shape):
    """Truth values."""

    values: frozenset[bool] = frozenset((True, False))
    computed: bool = False  # whether it is made of other values, of which it may say something


@_value
class Null(Shape):
    """The one value null."""


@_value
class Array(Shape):
    """Arrays of low to high items; prefix has the first items one by one, items all that follow (None: none may)."""

    prefix: tuple[Shape, ...] = ()
    items: Shape | None = None
    low: int = 0
    high: int | None = None
    max_bytes: int | None = None  # if something other than the items bounds them
    mark: str = ""  # of an array whose length a number has
    gathered: bool = False  # whether a path found the items, so that their number is not certain
    unstated: bool = False  # whether a service makes it, and no contract says how many items it has
    unique: bool = False  # whether no two items are equal


@_value
class Field:
    """A property: its shape, and whether it is always there."""

    shape: Shape
    required: bool = True


@_value
class Object(Shape):
    """Objects by their properties; rest is the shape of further properties (None: there are none)."""

    fields: tuple[tuple[str, Field], ...] = ()
    rest: Shape | None = None
    names: Text = Text()
    high: int | None = None  # properties at most
    max_bytes: int | None = None  # if something other than the properties bounds them
    unstated: bool = False  # whether a service makes it, and no contract says which properties are always there
    least: int = 0  # properties at least

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The properties that the shape names."""
        return dict(self.fields)

    def get(self, name: str) -> Field | None:
        """Return the property called name, optional if it is one of rest, or None if there can be none."""
        known = self.by_name.get(name)
        if known is None and self.rest is not None:
            return Field(self.rest, required=False)
        return known

    def having(self, name: str, field: Field | None) -> Object:
        """Return this shape with the property name as field, or without it."""
        spend(1 + len(self.fields) // 4)
        known = dict(self.fields)
        known.pop(name, None)
        if field is not None:
            known[name] = field
        return replace(self, fields=tuple(sorted(known.items())))


@_value
class Anything(Shape):
    """Any JSON value, of at most high bytes if that is known."""

    high: int | None = None
    unstated: bool = False  # whether no contract says so, so that what depends on it is undecided


@_value
class Unknown(Shape):
    """The value of what was reported or is undecided; nothing that depends on it is reported."""


@_value
class Union(Shape):
    """The values of any member; without members there are none, and what gets them is never reached."""

    members: tuple[Shape, ...]


NOTHING = Union(())
NULL = Null()


def exact_object(**properties: Shape) -> Object:
    """Return the closed object with exactly these properties."""
    return Object(tuple(sorted((name, Field(shape)) for name, shape in properties.items())))


def members(shape: Shape) -> tuple[Shape, ...]:
    """Return the alternatives of shape."""
    return shape.members if isinstance(shape, Union) else (shape,)


def union(*shapes: Shape) -> Shape:
    """Return the shape of the values of any of shapes."""
    flat = dict.fromkeys(member for shape in shapes for member in members(shape))
    spend(1 + len(flat))
    return next(iter(flat)) if len(flat) == 1 else Union(tuple(flat))


@cache
def depth(shape: Shape) -> int:
    """Return how deep the values of shape are nested, as far as the shape shows."""
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


def is_computed(shape: Shape) -> bool:
    """Return whether a value of shape may be made of others, so that what holds for it says something of them."""
    return any(getattr(member, "computed", False) for member in members(shape))


@cache
def has_placeholder_text(shape: Shape) -> bool:
    """Return whether values of shape have a text with a placeholder, or what a service makes: their size is not certain."""
    match shape:
        case Union():
            return any(map(has_placeholder_text, shape.members))
        case Object(unstated=True) | Array(unstated=True):
            return True
        case Object():
            inner = [shape.rest, *(field.shape for _, field in shape.fields)]
            return any(has_placeholder_text(one) for one in inner if one is not None)
        case Array():
            return any(has_placeholder_text(one) for one in (shape.items, *shape.prefix) if one is not None)
    return isinstance(shape, Text) and (
        shape.placeholder or shape.unstated or (shape.content is not None and has_placeholder_text(shape.content))
    )


def constant(value: object) -> Shape:
    """Return the shape of exactly value."""
    spend()
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
