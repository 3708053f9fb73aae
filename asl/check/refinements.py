"""Refinements: what is left of a field, and of the shape around it, where a comparison of a Choice holds or does not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from asl.check.budget import spend
from asl.check.compare import matches
from asl.check.paths import Step
from asl.check.regular_expressions import UndecidedPatternError
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
    Unknown,
    constant,
    members,
    union,
)
from asl.check.wildcards import always_matches, never_matches
from asl.language import operators

Refine = Callable[[Field], Field | None]  # None: no value is left
ABSENT = Field(NOTHING, required=False)

KINDS: dict[str, type[Shape]] = {"IsNull": Null, "IsString": Text, "IsNumeric": Number, "IsBoolean": Boolean}
# Comparisons that narrow the type only: a value that matches has the type, and any value may fail to match.
OPERAND_KINDS: dict[str, type[Shape]] = {"String": Text, "Numeric": Number, "Timestamp": Text, "Boolean": Boolean}


def sides(rule: dict[str, Any]) -> tuple[Refine, Refine]:
    """Return the refinements of the variable's field for a rule that matches, and for one that does not."""
    (operator,) = operators(rule)
    wanted = rule[operator]
    if operator == "IsPresent":
        return (_present, _absent) if wanted else (_absent, _present)
    if operator in KINDS:
        sides = _of_kind(KINDS[operator]), _of_kind(KINDS[operator], other=True)
        return sides if wanted else (sides[1], sides[0])
    if operator in ("StringEquals", "BooleanEquals"):
        return _equal_to(wanted), _other_than(wanted)
    if operator == "StringMatches":
        return _like(wanted), _unlike(wanted)
    kind = next((kind for prefix, kind in OPERAND_KINDS.items() if operator.startswith(prefix)), None)
    return (_of_kind(kind) if kind else _same), _same


def _same(field: Field) -> Field | None:
    return field


def _present(field: Field) -> Field | None:
    return replace(field, required=True) if field.shape != NOTHING else None


def _absent(field: Field) -> Field | None:
    return None if field.required else ABSENT


def _of_kind(kind: type[Shape], *, other: bool = False) -> Refine:
    def refine(field: Field) -> Field | None:
        if other:
            return _left([member for member in members(field.shape) if not isinstance(member, kind)])
        return _left([one for member in members(field.shape) if (one := _as_kind(member, kind)) is not None])

    return refine


def _as_kind(member: Shape, kind: type[Shape]) -> Shape | None:
    """Return the part of member that is of kind, or None; member may be any value."""
    if isinstance(member, Anything):
        return Text(0, member.high) if kind is Text else kind()
    return member if isinstance(member, kind | Unknown) else None


def _equal_to(value: str | bool) -> Refine:  # noqa: FBT001 - the rule's operand
    def refine(field: Field) -> Field | None:
        return _left([constant(value)] if any(_may_be(member, value) for member in members(field.shape)) else [])

    return refine


def _other_than(value: str | bool) -> Refine:  # noqa: FBT001 - the same
    def refine(field: Field) -> Field | None:
        return _left([left for member in members(field.shape) if (left := _less(member, value)) is not None])

    return refine


def _like(wanted: str) -> Refine:
    def refine(field: Field) -> Field | None:
        texts = [one for member in members(field.shape) if (one := _as_kind(member, Text)) is not None]
        return _left([one for one in texts if not never_matches(one, wanted)])

    return refine


def _unlike(wanted: str) -> Refine:
    def refine(field: Field) -> Field | None:
        return _left([member for member in members(field.shape) if not always_matches(member, wanted)])

    return refine


def _may_be(member: Shape, value: str | bool) -> bool:  # noqa: FBT001 - the same
    match member, value:
        case Text(), str():
            try:
                return matches(value, replace(member, content=None))
            except UndecidedPatternError:
                return True
        case Boolean(), bool():
            return value in member.values
    return not isinstance(member, Text | Boolean | Number | Null | Object)


def _less(member: Shape, value: str | bool) -> Shape | None:  # noqa: FBT001 - the same
    spend(1 + len(member.excluded) // 20 if isinstance(member, Text) else 1)
    match member, value:
        case Text(values=None), str():
            return replace(member, excluded=member.excluded | {value})
        case Text(), str():
            left = (member.values or frozenset()) - {value}
            return replace(member, values=left) if left else None
        case Boolean(), bool():
            truths = member.values - {value}
            return Boolean(truths) if truths else None
    return member


def _left(kept: list[Shape]) -> Field | None:
    return Field(union(*kept), required=True) if kept else None


def refined(shape: Shape, steps: list[Step], refine: Refine) -> Shape:
    """Return shape with the field at steps refined; an alternative without values left is dropped."""
    return union(*(left for member in members(shape) for left in _refined_member(member, steps, refine)))


def _refined_member(member: Shape, steps: list[Step], refine: Refine) -> list[Shape]:
    spend()
    if not steps:
        field = refine(Field(member))
        return [field.shape] if field else []
    if isinstance(member, Text | Number | Boolean | Null) or (isinstance(member, Array) and isinstance(steps[0], str)):
        return [] if refine is _present else [member]
    if isinstance(member, Array) and refine is _present and len(steps) == 1:
        return _long_enough(member, int(steps[0]))
    if not isinstance(member, Object) or not isinstance(steps[0], str):
        return [member]
    field = member.get(steps[0]) or ABSENT
    deeper = _one(field, refine) if len(steps) == 1 else _deeper(field, steps[1:], refine)
    if deeper is None:
        return []
    return [member.having(steps[0], None if deeper == ABSENT else deeper)]


def _long_enough(array: Array, index: int) -> list[Shape]:
    """Return array as long as an item at index requires, or nothing if it cannot be that long."""
    if array.high is not None and index >= array.high:
        return []
    return [replace(array, low=max(array.low, index + 1))]


def _one(field: Field, refine: Refine) -> Field | None:
    return refine(field)


def _deeper(field: Field, steps: list[Step], refine: Refine) -> Field | None:
    shape = refined(field.shape, steps, refine)
    if refine is _present:
        return Field(shape) if shape != NOTHING else None
    return None if shape == NOTHING and field.required else replace(field, shape=shape)
