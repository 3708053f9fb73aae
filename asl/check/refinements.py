"""Refinements of a field: what is left of it where a comparison of a Choice holds, and where it does not."""

import math
from dataclasses import replace
from typing import Any

from asl.check.budget import spend
from asl.check.compare import may_match
from asl.check.context import ANY_ZONE
from asl.check.placeholders import has_placeholder
from asl.check.refined_paths import Refine, absent, present
from asl.check.shapes import (
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
from asl.check.wildcards import always_matches, is_like, never_matches, pattern_of
from asl.language import operators

KINDS: dict[str, type[Shape]] = {"IsNull": Null, "IsString": Text, "IsNumeric": Number, "IsBoolean": Boolean}
# Comparisons that narrow the type only: a value that matches has the type, and any value may fail to match.
OPERAND_KINDS: dict[str, type[Shape]] = {"String": Text, "Numeric": Number, "Boolean": Boolean}
Bounds = tuple[float | None, float | None, bool]  # the least and the greatest number, and whether they are excluded


def sides(rule: dict[str, Any]) -> tuple[Refine, Refine]:
    """Return the refinements of the variable's field for a rule that matches, and for one that does not."""
    (operator,) = operators(rule)
    wanted = rule[operator]
    if operator in ("IsPresent", "IsTimestamp", *KINDS):
        matching = _of_type(operator)
        return matching if wanted else (matching[1], matching[0])
    if operator.startswith("Timestamp"):
        return _timestamp, _same
    if not has_placeholder(wanted):
        if operator in ("StringEquals", "BooleanEquals"):
            return _equal_to(wanted), _other_than(wanted)
        if operator == "StringMatches":
            return _like(wanted), _unlike(wanted)
        if bounds := _bounds(operator, wanted):
            return _within(*bounds)
    kind = next((kind for prefix, kind in OPERAND_KINDS.items() if operator.startswith(prefix)), None)
    return (_of_kind(kind) if kind else _same), _same


def _of_type(operator: str) -> tuple[Refine, Refine]:
    if operator == "IsPresent":
        return present, absent
    if operator == "IsTimestamp":
        return _timestamp, _same
    return _of_kind(KINDS[operator]), _of_kind(KINDS[operator], other=True)


def _same(field: Field) -> Field | None:
    return field


def _of_kind(kind: type[Shape], *, other: bool = False) -> Refine:
    def refine(field: Field) -> Field | None:
        if other:
            return _left([member for member in members(field.shape) if not isinstance(member, kind)])
        return _left([one for member in members(field.shape) if (one := _as_kind(member, kind)) is not None])

    return refine


def _as_kind(member: Shape, kind: type[Shape]) -> Shape | None:
    """Return the part of member that is of kind, or None; member may be any value."""
    if isinstance(member, Anything):
        return _anything_as(member, kind)
    return member if isinstance(member, kind | Unknown) else None


def _anything_as(member: Anything, kind: type[Shape]) -> Shape:
    if kind is Text:
        return Text(0, member.high, max_bytes=member.high)
    return Number(max_bytes=member.high) if kind is Number else kind()


def _timestamp(field: Field) -> Field | None:
    texts = [one for member in members(field.shape) if (one := _as_kind(member, Text)) is not None]
    return _left([left for one in texts if (left := _as_timestamp(one)) is not None])


def _as_timestamp(text: Shape) -> Shape | None:
    if not isinstance(text, Text) or text.placeholder:
        return text
    if text.values is not None:
        values = frozenset(value for value in text.values if may_match(value, ANY_ZONE) is not False)
        return replace(text, values=values) if values else None
    high = min(text.high or 0, ANY_ZONE.high or 0) if text.high is not None else ANY_ZONE.high
    low = max(text.low, ANY_ZONE.low)
    return replace(text, low=low, high=high, patterns=text.patterns | ANY_ZONE.patterns) if low <= (high or 0) else None


def _bounds(operator: str, wanted: Any) -> Bounds | None:
    """Return the least and the greatest number that match a comparison, and whether they are excluded."""
    if not isinstance(wanted, int | float) or isinstance(wanted, bool):
        return None
    known: dict[str, Bounds] = {
        "NumericEquals": (wanted, wanted, False),
        "NumericLessThan": (None, wanted, True),
        "NumericLessThanEquals": (None, wanted, False),
        "NumericGreaterThan": (wanted, None, True),
        "NumericGreaterThanEquals": (wanted, None, False),
    }
    return known.get(operator)


def _within(low: float | None, high: float | None, excluded: bool) -> tuple[Refine, Refine]:  # noqa: FBT001 - of Bounds
    """Return the refinements to numbers from low to high, and to all other values."""

    def inside(field: Field) -> Field | None:
        numbers = [one for member in members(field.shape) if (one := _as_kind(member, Number)) is not None]
        return _left([left for one in numbers if (left := _cut(one, low, high, excluded=excluded)) is not None])

    def outside(field: Field) -> Field | None:
        if low is not None and high is not None:
            return _left([left for one in members(field.shape) if (left := _without(one, low)) is not None])
        cut = (_cut(one, high, low, excluded=not excluded) for one in members(field.shape))
        return _left([left for left in cut if left is not None])

    return inside, outside


def _cut(member: Shape, low: float | None, high: float | None, *, excluded: bool) -> Shape | None:
    """Return the part of a number from low to high, without these if they are excluded; any other member as it is."""
    if not isinstance(member, Number):
        return member
    if member.integer and low is not None:
        low = math.floor(low) + 1 if excluded else math.ceil(low)
    if member.integer and high is not None:
        high = math.ceil(high) - 1 if excluded else math.floor(high)
    least = max((one for one in (member.low, low) if one is not None), default=None)
    most = min((one for one in (member.high, high) if one is not None), default=None)
    if least is not None and most is not None and least > most:
        return None
    values = member.values and frozenset(one for one in member.values if _lies(one, low, high))
    return None if values == frozenset() else replace(member, low=least, high=most, values=values)


def _lies(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _without(member: Shape, value: float) -> Shape | None:
    """Return the part of member that is not value, as far as its values or its bounds can say that."""
    if not isinstance(member, Number):
        return member
    if member.values is not None:
        left = member.values - {value}
        return replace(member, values=left) if left else None
    if not member.integer or value not in (member.low, member.high):
        return member
    return _cut(member, value, None, excluded=True) if value == member.low else _cut(member, None, value, excluded=True)


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
        return _left([left for one in texts if (left := _of_values(one, wanted, matching=True)) is not None])

    return refine


def _unlike(wanted: str) -> Refine:
    def refine(field: Field) -> Field | None:
        parts = (_of_values(member, wanted, matching=False) for member in members(field.shape))
        return _left([left for left in parts if left is not None])

    return refine


def _of_values(member: Shape, wanted: str, *, matching: bool) -> Shape | None:
    """Return what of member matches a text with wildcards, or does not, or None if nothing is known to be left."""
    if isinstance(member, Text) and member.values is not None and not member.placeholder:
        left = frozenset(one for one in member.values if is_like(one, wanted) is matching)
        return replace(member, values=left) if left else None
    if (never_matches if matching else always_matches)(member, wanted):
        return None
    if matching and isinstance(member, Text) and not member.placeholder and wanted.strip("*"):
        return replace(member, patterns=member.patterns | {pattern_of(wanted)})
    return member


def _may_be(member: Shape, value: str | bool) -> bool:  # noqa: FBT001 - the same
    match member, value:
        case Text(placeholder=True), str():
            return True
        case Text(), str():
            return may_match(value, replace(member, content=None)) is not False
        case Boolean(), bool():
            return value in member.values
    return not isinstance(member, Text | Boolean | Number | Null | Object | Array)


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
