"""Choice rules: which part of a shape matches, and which part goes on to the next rule."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from asl.check.compare import matches
from asl.check.paths import PathError, Step, parse_path
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

Split = tuple[Shape, Shape]  # what matches, and what does not
Refine = Callable[[Field], Field | None]  # None: no value is left
ABSENT = Field(NOTHING, required=False)

KINDS: dict[str, type[Shape]] = {"IsNull": Null, "IsString": Text, "IsNumeric": Number, "IsBoolean": Boolean}
# Comparisons whose two sides are kept whole: true of the type at least, and perhaps false of any value.
OPERAND_KINDS: dict[str, type[Shape]] = {"String": Text, "Numeric": Number, "Timestamp": Text, "Boolean": Boolean}


def split_by_rule(shape: Shape, rule: dict[str, Any]) -> Split:
    """Return the part of shape that may match rule and the part that may not; they overlap where it cannot be told."""
    if "And" in rule:
        return _every(shape, rule["And"])
    if "Or" in rule:
        unmatched, matched = _every(shape, [{"Not": one} for one in rule["Or"]])
        return matched, unmatched
    if "Not" in rule:
        yes, no = split_by_rule(shape, rule["Not"])
        return no, yes
    if rule["Variable"].startswith("$$"):  # it asks about the context, not about shape
        return shape, shape
    try:
        steps = parse_path(rule["Variable"])
    except PathError:  # reported where it is read
        return shape, shape
    matching, other = _sides(rule)
    return _refined(shape, steps, matching), _refined(shape, steps, other)


def _every(shape: Shape, rules: list[dict[str, Any]]) -> Split:
    missed: Shape = NOTHING
    for rule in rules:
        shape, no = split_by_rule(shape, rule)
        missed = union(missed, no)
    return shape, missed


def paths_read(shape: Shape, rule: dict[str, Any]) -> Iterator[tuple[str, Shape]]:
    """Yield the paths that rule reads from shape, each with what is left of shape there: And and Or stop once they can.

    A path that only IsPresent asks about may be absent, and is left out.
    """
    if "Not" in rule:
        yield from paths_read(shape, rule["Not"])
    for operator in ("And", "Or"):
        for one in rule.get(operator, []):
            yield from paths_read(shape, one)
            yes, no = split_by_rule(shape, one)
            shape = yes if operator == "And" else no
    if "Variable" in rule and "IsPresent" not in rule:
        yield rule["Variable"], shape
    yield from ((value, shape) for key, value in rule.items() if key.endswith("Path"))


def _sides(rule: dict[str, Any]) -> tuple[Refine, Refine]:
    """Return how the variable's field looks when the rule matches, and when it does not."""
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
    """Return what is of kind in member, which may be any value."""
    if isinstance(member, Anything):
        return Text(0, member.high) if kind is Text else kind()
    return member if isinstance(member, kind | Unknown) else None


def _equal_to(value: str | bool) -> Refine:  # noqa: FBT001 - it is the rule's operand
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
            return matches(value, replace(member, content=None))
        case Boolean(), bool():
            return value in member.values
    return not isinstance(member, Text | Boolean | Number | Null | Object)


def _less(member: Shape, value: str | bool) -> Shape | None:  # noqa: FBT001 - the same
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


def _refined(shape: Shape, steps: list[Step], refine: Refine) -> Shape:
    """Return shape with the field at steps refined; an alternative of which nothing is left is dropped."""
    return union(*(left for member in members(shape) for left in _refined_member(member, steps, refine)))


def _refined_member(member: Shape, steps: list[Step], refine: Refine) -> list[Shape]:
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
    """Return array if it may have an item at index, and then for certain."""
    if array.high is not None and index >= array.high:
        return []
    return [replace(array, low=max(array.low, index + 1))]


def _one(field: Field, refine: Refine) -> Field | None:
    return refine(field)


def _deeper(field: Field, steps: list[Step], refine: Refine) -> Field | None:
    shape = _refined(field.shape, steps, refine)
    if refine is _present:
        return Field(shape) if shape != NOTHING else None
    return None if shape == NOTHING and field.required else replace(field, shape=shape)
