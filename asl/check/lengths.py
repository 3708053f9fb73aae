"""Lengths of arrays: what a number that States.ArrayLength returned says about the array, after a Choice.

An array that is measured gets a mark, and so does the number. Marks go wherever the values are copied to, so that what a
Choice finds out about the number holds for the array.
"""

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from asl.check.paths import select
from asl.check.refined_paths import refined
from asl.check.shapes import Array, Field, Number, Object, Shape, Text, Union, members, union
from asl.check.steps import PathError, Step, parse_path

MEASURED = re.compile(r"States\.ArrayLength\(\s*(\$[^\s)]*)\s*\)")

Change = Callable[[Shape], Shape]


def marked(state: str, fields: dict[str, Any], data: Shape) -> Shape:
    """Return data with a mark on each array whose length Parameters or Assign takes; state makes the marks unique.

    Marks of an earlier visit of the state are removed, since the arrays may be others.
    """
    paths = sorted(set(MEASURED.findall(json.dumps([fields.get("Parameters"), fields.get("Assign")]))))
    if fields.get("InputPath", "$") != "$":
        return data
    for path in paths:
        data = _with_mark(unmarked(data, f"{state} {path}"), path, f"{state} {path}")
    return data


def _with_mark(data: Shape, path: str, mark: str) -> Shape:
    try:
        steps = parse_path(path)
    except PathError:
        return data
    if path.startswith("$$") or not all(isinstance(step, str) for step in steps):
        return data

    def mark_arrays(field: Field) -> Field:
        found = (replace(one, mark=mark) if isinstance(one, Array) else one for one in members(field.shape))
        return replace(field, shape=union(*found))

    return refined(data, steps, mark_arrays)


def with_known_lengths(shape: Shape, steps: list[Step]) -> Shape:
    """Return shape with its marked arrays as long as the number at steps says, if States.ArrayLength made it."""
    return union(*(_member(member, steps) for member in members(shape)))


def _member(shape: Shape, steps: list[Step]) -> Shape:
    found, absences = select(shape, steps)
    if absences or not isinstance(found, Number) or not found.mark:
        return shape
    low = 0 if found.low is None else max(0, math.ceil(found.low))
    high = None if found.high is None else math.floor(found.high)

    def change(array: Shape) -> Shape:
        if not isinstance(array, Array) or array.mark != found.mark:
            return array
        bounds = [bound for bound in (array.high, high) if bound is not None]
        return replace(array, low=max(array.low, low), high=min(bounds, default=None))

    return _changed(shape, change)


def unmarked(shape: Shape, mark: str | None = None) -> Shape:
    """Return shape without a mark, or without any."""

    def change(one: Shape) -> Shape:
        marks = isinstance(one, Array | Number) and one.mark and mark in (None, one.mark)
        return replace(one, mark="") if marks and isinstance(one, Array | Number) else one

    return _changed(shape, change)


@cache
def _has_marks(shape: Shape) -> bool:
    return bool(getattr(shape, "mark", "")) or any(map(_has_marks, _inner(shape)))


def _inner(shape: Shape) -> list[Shape]:
    match shape:
        case Union():
            return [*shape.members]
        case Object():
            return [one for one in (shape.rest, *(field.shape for _, field in shape.fields)) if one is not None]
        case Array():
            return [one for one in (shape.items, *shape.prefix) if one is not None]
        case Text():
            return [shape.content] if shape.content is not None else []
    return []


def _changed(shape: Shape, change: Change) -> Shape:
    """Return shape with each marked array and number in it changed."""
    if not _has_marks(shape):
        return shape
    match shape:
        case Union():
            return union(*(_changed(one, change) for one in shape.members))
        case Object():
            fields = tuple((name, replace(field, shape=_changed(field.shape, change))) for name, field in shape.fields)
            return replace(shape, fields=fields, rest=shape.rest and _changed(shape.rest, change))
        case Array():
            prefix = tuple(_changed(one, change) for one in shape.prefix)
            return change(replace(shape, prefix=prefix, items=shape.items and _changed(shape.items, change)))
        case Text(content=Shape() as content):
            return replace(shape, content=_changed(content, change))
    return change(shape)
