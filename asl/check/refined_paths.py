"""Refinements at a path: what is left of a shape where the field at the path is refined."""

from collections.abc import Callable
from dataclasses import replace

from asl.check.budget import spend
from asl.check.compare import item_at
from asl.check.shapes import (
    NOTHING,
    Anything,
    Array,
    Boolean,
    Field,
    Null,
    Number,
    Object,
    Shape,
    Text,
    members,
    union,
)
from asl.check.steps import EVERY, Step

Refine = Callable[[Field], Field | None]  # None: no value is left
ABSENT = Field(NOTHING, required=False)
MAX_INDEX = 100  # up to which an item is known by itself


def present(field: Field) -> Field | None:
    """Return field where it is there."""
    return replace(field, required=True) if field.shape != NOTHING else None


def exists(field: Field) -> Field | None:
    """Return field where it is there, at a path of JSONata, which goes through the items of an array."""
    return present(field)


def absent(field: Field) -> Field | None:
    """Return field where it is not there."""
    return None if field.required else ABSENT


PRESENCE = (present, exists)


def refined(shape: Shape, steps: list[Step], refine: Refine) -> Shape:
    """Return shape with the field at steps refined; an alternative without values left is dropped."""
    return union(*(left for member in members(shape) for left in _member(member, steps, refine)))


def _member(member: Shape, steps: list[Step], refine: Refine) -> list[Shape]:
    spend()
    if not steps:
        field = refine(Field(member))
        return [field.shape] if field else []
    step = steps[0]
    if not isinstance(step, str | int) or step == EVERY:
        return [member]
    if isinstance(member, Anything) and refine in PRESENCE:
        member = _container(member, step)
    if isinstance(member, Text | Number | Boolean | Null) or isinstance(member, Array) is isinstance(step, str):
        return _unfit(member, refine)
    if isinstance(member, Array) and isinstance(step, int):
        return _array(member, step, steps[1:], refine)
    return _object(member, str(step), steps[1:], refine) if isinstance(member, Object) else [member]


def _unfit(member: Shape, refine: Refine) -> list[Shape]:
    """Return what is left of a member in which the path leads to nothing; of what may be anything, all."""
    fits = isinstance(member, Text | Number | Boolean | Null | Array | Object)
    is_mapped = isinstance(member, Array) and refine is exists
    return [] if refine in PRESENCE and fits and not is_mapped else [member]


def _container(member: Anything, step: Step) -> Shape:
    """Return the values of any kind that have a field or an item at step."""
    if isinstance(step, str):
        return Object((), member, max_bytes=member.high)
    return Array((), member, max_bytes=member.high)


def _object(member: Object, name: str, further: list[Step], refine: Refine) -> list[Shape]:
    field = member.get(name) or ABSENT
    left = _deeper(field, further, refine) if further else refine(field)
    if left is None:
        return []
    return [member.having(name, None if left == ABSENT else left)]


def _array(member: Array, index: int, further: list[Step], refine: Refine) -> list[Shape]:
    if index > MAX_INDEX:
        return [member]
    item = item_at(member, index)
    field = ABSENT if item is None else Field(item, required=index < member.low)
    left = _deeper(field, further, refine) if further else refine(field)
    if left is None:
        return []
    if left == ABSENT:
        return [replace(member, high=index if member.high is None else min(member.high, index))]
    before = [item_at(member, number) for number in range(index)]
    after = member.prefix[index + 1 :]
    prefix = (*(one if one is not None else NOTHING for one in before), left.shape, *after)
    return [replace(member, prefix=prefix, low=max(member.low, index + 1) if left.required else member.low)]


def _deeper(field: Field, steps: list[Step], refine: Refine) -> Field | None:
    shape = refined(field.shape, steps, refine)
    if refine in PRESENCE:
        return Field(shape) if shape != NOTHING else None
    if shape == NOTHING:
        return None if field.required else ABSENT
    return replace(field, shape=shape)
