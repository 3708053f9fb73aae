"""What a condition in JSONata says about variables where it holds, and where it does not."""

import math
from dataclasses import replace
from typing import Any

from asl.check.gathering import gathered
from asl.check.placeholders import has_placeholder
from asl.check.refined_paths import ABSENT, Refine, absent, exists, refined
from asl.check.refinements import sides
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
    is_computed,
    members,
    union,
)
from asl.check.steps import Step

CURRENT = ""  # the variable that is the current value, `$`
COMPARISONS = {
    ">": "NumericGreaterThan",
    ">=": "NumericGreaterThanEquals",
    "<": "NumericLessThan",
    "<=": "NumericLessThanEquals",
}
LITERALS = ("string", "number", "value")
TYPES: dict[str, type[Shape]] = {
    "string": Text,
    "number": Number,
    "boolean": Boolean,
    "null": Null,
    "array": Array,
    "object": Object,
}
OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "=": "!=", "!=": "="}
EQUALITY = ("=", "!=")
MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "=": "=", "!=": "!="}


def narrowed(scope: Shape, node: Any, *, holds: bool) -> Shape:
    """Return the variables where a condition holds, or where it does not, as far as it asks about a path.

    It does not hold where it evaluates to nothing, either.
    """
    return _where(scope, node, holds=holds, or_nothing=not holds)


def answers(scope: Shape, node: Any) -> tuple[bool, bool]:
    """Return whether a condition always holds, and whether it ever does."""
    return not members(narrowed(scope, node, holds=False)), bool(members(narrowed(scope, node, holds=True)))


def _where(scope: Shape, node: Any, *, holds: bool, or_nothing: bool) -> Shape:
    """Return the variables where a condition is true, or false; or_nothing adds those where it evaluates to nothing."""
    operator = str(node.value)
    if node.type in LITERALS:
        return scope if bool(node.value) is holds else NOTHING
    if node.type == "block" and len(node.expressions) == 1:
        return _where(scope, node.expressions[0], holds=holds, or_nothing=or_nothing)
    if node.type == "binary" and operator in ("and", "or"):
        return _joined(scope, node, is_and=operator == "and", holds=holds)
    if node.type == "binary" and operator in OPPOSITE:
        return _compared(scope, node, operator, holds=holds, or_nothing=or_nothing)
    return _asked(scope, node, holds=holds, or_nothing=or_nothing)


def _asked(scope: Shape, node: Any, *, holds: bool, or_nothing: bool) -> Shape:
    """Return the variables where a function is true, or a path is, or where it is not."""
    name = node.procedure.value if node.type == "function" and len(node.arguments) == 1 else None
    if name in ("not", "boolean"):  # of nothing they return nothing
        return _where(scope, node.arguments[0], holds=holds is (name == "boolean"), or_nothing=or_nothing)
    if name == "exists":
        steps = plain_steps(node.arguments[0])
        return scope if steps is None else refined(scope, steps, exists if holds else absent)
    steps = plain_steps(node)
    return scope if steps is None else _refined(scope, steps, _true if holds else _false, or_nothing=or_nothing)


def _joined(scope: Shape, node: Any, *, is_and: bool, holds: bool) -> Shape:
    if is_and is holds:
        return narrowed(narrowed(scope, node.lhs, holds=holds), node.rhs, holds=holds)
    first = narrowed(scope, node.lhs, holds=holds)
    rest = narrowed(scope, node.lhs, holds=not holds)
    return union(first, narrowed(rest, node.rhs, holds=holds)) if rest != NOTHING else first


def _compared(scope: Shape, node: Any, operator: str, *, holds: bool, or_nothing: bool) -> Shape:
    """Return the variables where a path is compared with what is written out, or a count with a number."""
    # Of nothing, = and != are both false; other comparisons are nothing.
    lacks = not holds if operator in EQUALITY else or_nothing
    sides_of = ((node.lhs, node.rhs, operator), (node.rhs, node.lhs, MIRRORED.get(operator, "")))
    for path, other, one in sides_of:
        if other.type not in LITERALS or not one:
            continue
        typed = _argument(path, "type")
        if typed is not None and other.type == "string" and one in EQUALITY:
            of_type = _of_type(str(other.value), holds=holds is (one == "="))
            return _refined(scope, typed, of_type, or_nothing=lacks)
        counted = _argument(path, "count")
        if counted is not None and other.type == "number":
            low, high = _counts(one if holds else OPPOSITE[one], other.value)
            return refined(refined(scope, counted, exists) if low else scope, counted, _counting(low, high))
        steps = plain_steps(path)
        rule = _rule(one, other)
        if steps is not None and rule is not None:
            matching = sides(rule)[0 if holds is (one != "!=") else 1]
            return _refined(scope, steps, matching, or_nothing=lacks)
    return scope


def _refined(scope: Shape, steps: list[Step], refine: Refine, *, or_nothing: bool) -> Shape:
    """Return the variables with what refine leaves of a path's value; or_nothing keeps those where the path leads to nothing."""

    def left(field: Field) -> Field | None:
        lacks = or_nothing and not field.required
        kept = refine(Field(field.shape))
        if kept is None or kept.shape == NOTHING:
            return ABSENT if lacks else None
        return Field(kept.shape, required=not lacks)

    return refined(scope if or_nothing else refined(scope, steps, exists), steps, left)


def _argument(node: Any, function: str) -> list[Step] | None:
    """Return the steps of the path that a function is called with, or None."""
    is_call = node.type == "function" and node.procedure.value == function and len(node.arguments) == 1
    return plain_steps(node.arguments[0]) if is_call else None


def is_understood(scope: Shape, node: Any) -> bool:
    """Return whether a condition asks only about paths that go through no array, so that nothing else follows from it."""
    operator = str(node.value)
    if node.type == "block":
        return len(node.expressions) == 1 and is_understood(scope, node.expressions[0])
    if node.type == "binary" and operator in ("and", "or"):
        return is_understood(scope, node.lhs) and is_understood(scope, node.rhs)
    if node.type == "binary":
        sides_of = ((node.lhs, node.rhs), (node.rhs, node.lhs))
        asked = [one for one, other in sides_of if other.type in LITERALS and operator in OPPOSITE]
        return any(_is_followed(scope, one, "count", "type") for one in asked)
    if node.type == "function" and len(node.arguments) == 1 and node.procedure.value in ("not", "boolean"):
        return is_understood(scope, node.arguments[0])
    return node.type in LITERALS or _is_followed(scope, node, "exists")


def _is_followed(scope: Shape, node: Any, *functions: str) -> bool:
    """Return whether node is a path, or a function of one, that goes through no array to a value that is not computed."""
    asked = (plain_steps(node), *(_argument(node, name) for name in functions))
    known = [steps for steps in asked if steps is not None and not _maps_array(scope, steps)]
    return any(not is_computed(gathered(scope, steps).shape) for steps in known)


def _maps_array(shape: Shape, steps: list[Step]) -> bool:
    """Return whether a step is taken in each item of an array."""
    for step in steps:
        if any(isinstance(member, Array) for member in members(shape)):
            return True
        shape = gathered(shape, [step]).shape
    return False


def _of_type(name: str, *, holds: bool) -> Refine:
    """Return the refinement to values of the type that `$type` calls name, or to all others."""
    kind = TYPES.get(name)

    def refine(field: Field) -> Field | None:
        kept = [
            one for one in members(field.shape) if kind is None or isinstance(one, kind | Unknown | Anything) is holds
        ]
        if not holds:
            kept += [one for one in members(field.shape) if isinstance(one, Unknown | Anything) and one not in kept]
        return Field(union(*kept)) if kept else None

    return refine


def _counting(low: int, high: int | None) -> Refine:
    """Return the refinement to values that low to high values are in: nothing counts 0, and what is no array 1."""

    def refine(field: Field) -> Field | None:
        kept = [one for member in members(field.shape) if (one := _of_count(member, low, high)) is not None]
        may_lack = not field.required and low == 0 and (high is None or high >= 0)
        if not kept:
            return ABSENT if may_lack else None
        return Field(union(*kept), required=not may_lack)

    return refine


def _counts(operator: str, number: float) -> tuple[int, int | None]:
    """Return the least and the greatest count for which a comparison holds; both ends are open where it has no such form."""
    least = {">": math.floor(number) + 1, ">=": math.ceil(number), "=": math.ceil(number)}.get(operator, 0)
    most = {"<": math.ceil(number) - 1, "<=": math.floor(number), "=": math.floor(number)}.get(operator)
    return (1, None) if (operator, number) == ("!=", 0) else (max(0, least), most)


def _of_count(member: Shape, low: int, high: int | None) -> Shape | None:
    if isinstance(member, Unknown | Anything):
        return member
    if not isinstance(member, Array):
        return member if low <= 1 and (high is None or high >= 1) else None
    least = max(member.low, low)
    most = min((one for one in (member.high, high) if one is not None), default=None)
    return None if most is not None and least > most else replace(member, low=least, high=most)


def _rule(operator: str, node: Any) -> dict[str, Any] | None:
    """Return the rule of a Choice that compares in the same way, or None."""
    value = node.value
    if operator in COMPARISONS:
        return {COMPARISONS[operator]: value} if node.type == "number" else None
    if operator not in EQUALITY or has_placeholder(value):
        return None
    if isinstance(value, bool):
        return {"BooleanEquals": value}
    if isinstance(value, str):
        return {"StringEquals": value}
    return {"IsNull": True} if value is None else {"NumericEquals": value}


def _true(field: Field) -> Field | None:
    """Return field where it is true; an empty array, null and false are not."""
    kept = [left for one in members(field.shape) if (left := _as_truth(one, value=True)) is not None]
    return Field(union(*kept)) if kept else None


def _false(field: Field) -> Field | None:
    """Return field where it is false."""
    kept = [left for one in members(field.shape) if (left := _as_truth(one, value=False)) is not None]
    return Field(union(*kept)) if kept else None


def _as_truth(member: Shape, *, value: bool) -> Shape | None:
    match member:
        case Boolean():
            return Boolean(frozenset({value})) if value in member.values else None
        case Null() | Array(high=0):
            return None if value else member
        case Text() | Number():
            return _scalar_as_truth(member, value=value)
        case Array() if value:
            return replace(member, low=max(member.low, 1))
        case Array() | Object() if not value and _is_always_true(member):
            return None
    return member


def _is_always_true(member: Array | Object) -> bool:
    """Return whether no value of member is false: an array with an item that is true is true, and an object with a property."""
    if isinstance(member, Object):
        return member.least > 0 or any(field.required for _, field in member.fields)
    certain = [*member.prefix[: member.low], *([member.items] if member.low > len(member.prefix) else [])]
    return any(item is not None and _false(Field(item)) is None for item in certain)


def _scalar_as_truth(member: Text | Number, *, value: bool) -> Shape | None:
    """Return member if any of it is true, or false, as the empty text and 0 are."""
    false: str | int = "" if isinstance(member, Text) else 0
    is_listed = member.values is None or false in member.values
    may_be_false = is_listed and (member.low or 0) <= 0 <= (member.high or 0)
    is_false = member.low == member.high == 0
    return member if (not is_false if value else may_be_false) else None


def plain_steps(node: Any) -> list[Step] | None:
    """Return the names that a path goes through from a variable, without predicates, or None."""
    if node is None or node.type not in ("path", "variable", "name"):
        return None
    steps = node.steps if node.type == "path" else [node]
    plain = not any(getattr(step, "stages", None) or getattr(step, "predicate", None) for step in steps)
    kinds = [step.type for step in steps]
    if not plain or getattr(node, "group", None) or kinds[1:] != ["name"] * (len(steps) - 1):
        return None
    names: list[Step] = [str(step.value) for step in steps]
    return names if kinds[0] == "variable" else [CURRENT, *names] if kinds[0] == "name" else None
