"""Paths that select any number of values: wildcards, filters, slices and descents. Their result is an array.

What comes after such a step is looked for in each value, and those that lack it are left out; no path fails because of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from asl.check.budget import spend
from asl.check.compare import item_at
from asl.check.shapes import Anything, Array, Object, Shape, Union, Unknown, depth, members, union
from asl.check.sizes import max_bytes
from asl.check.steps import EVERY, Selector, Step

MANY = 10**9


@dataclass(frozen=True)
class Gathered:
    """Values that a path selects: their shape, and how many there are (high is None: any number)."""

    shape: Shape
    low: int
    high: int | None


NONE = Gathered(union(), 0, 0)


def gathered(shape: Shape, steps: list[Step]) -> Gathered:
    """Return what steps, one at least, select from shape; what may lack a step is left out."""
    parts = [_step(member, steps[0]) for member in members(shape)]
    return _either([_further(part, steps[1:]) for part in parts])


def _further(part: Gathered, steps: list[Step]) -> Gathered:
    """Return what steps select from each of the values in part."""
    if not steps or part.high == 0:
        return part
    each = gathered(part.shape, steps)
    high = None if part.high is None or each.high is None else part.high * each.high
    return Gathered(each.shape, part.low * each.low, high)


def _either(parts: list[Gathered]) -> Gathered:
    """Return what is selected if the value is one of several alternatives."""
    highs = [part.high for part in parts]
    high = None if None in highs else max((one or 0 for one in highs), default=0)
    return Gathered(union(*(part.shape for part in parts)), min((part.low for part in parts), default=0), high)


def _step(member: Shape, step: Step) -> Gathered:
    spend()
    if isinstance(member, Unknown):
        return Gathered(member, 0, None)
    if isinstance(step, Selector) and step.kind == "descent":
        return _descended(member, step.text)
    if isinstance(member, Anything):
        one = isinstance(step, str) or (isinstance(step, int) and step != EVERY)
        return Gathered(member, 0, 1 if one else None)
    if isinstance(member, Array):
        return _items(member, step)
    return _properties(member, step) if isinstance(member, Object) else NONE


def _items(array: Array, step: Step) -> Gathered:
    items = union(*array.prefix, *([array.items] if array.items is not None else []))
    if step == EVERY:
        return Gathered(items, array.low, array.high)
    if isinstance(step, int):
        found = item_at(array, step)
        return NONE if found is None else Gathered(found, int(step < array.low), 1)
    if isinstance(step, str):
        return NONE
    if step.kind == "last":
        return Gathered(items, int(-int(step.text) <= array.low), 1)
    if step.kind == "several":
        return Gathered(items, 0, step.text.count(",") + 1)
    return Gathered(items, 0, array.high)


def _properties(shape: Object, step: Step) -> Gathered:
    if isinstance(step, str):
        field = shape.get(step)
        return NONE if field is None else Gathered(field.shape, int(field.required), 1)
    if step == EVERY:
        inner = [field.shape for _, field in shape.fields]
        least = sum(field.required for _, field in shape.fields)
        if shape.rest is None:
            return Gathered(union(*inner), least, len(inner))
        return Gathered(union(*inner, shape.rest), least, shape.high)
    is_filter = isinstance(step, Selector) and step.kind == "filter"
    return Gathered(shape, 0, 1) if is_filter else NONE


def _descended(shape: Shape, name: str) -> Gathered:
    found = list(_named(shape, name))
    return Gathered(union(*found), 0, None) if found else NONE


def _named(shape: Shape, name: str) -> Iterator[Shape]:
    """Yield what the property called name may hold, at any depth of shape."""
    spend()
    for member in members(shape):
        match member:
            case Anything() | Unknown():
                yield member
            case Object():
                if (field := member.get(name)) is not None:
                    yield field.shape
                inner = [field.shape for _, field in member.fields]
                for one in inner if member.rest is None else [*inner, member.rest]:
                    yield from _named(one, name)
            case Array():
                for one in member.prefix if member.items is None else (*member.prefix, member.items):
                    yield from _named(one, name)


def as_array(found: Gathered, whole: Shape, steps: list[Step]) -> Array:
    """Return the array of what steps select from whole."""
    bound = None
    if any(isinstance(step, Selector) and step.kind == "descent" for step in steps):
        size = max_bytes(whole)  # a value is there once for each level that it is in
        bound = None if size is None or _is_open(whole) else size * (depth(whole) + 1)
    return Array((), found.shape, min(found.low, MANY), found.high, max_bytes=bound, gathered=True)


def _is_open(shape: Shape) -> bool:
    """Return whether the depth of values of shape is not known."""
    match shape:
        case Anything():
            return True
        case Union():
            return any(map(_is_open, shape.members))
        case Object():
            inner = [shape.rest, *(field.shape for _, field in shape.fields)]
            return any(_is_open(one) for one in inner if one is not None)
        case Array():
            return any(_is_open(one) for one in (shape.items, *shape.prefix) if one is not None)
    return False
