"""What a condition in JSONata says about variables where it holds, and where it does not."""

import math
from dataclasses import replace
from typing import Any

from asl.check.placeholders import has_placeholder
from asl.check.refined_paths import ABSENT, Refine, present, refined
from asl.check.refinements import sides
from asl.check.shapes import NOTHING, Anything, Array, Field, Shape, Unknown, members, union
from asl.check.steps import Step

CURRENT = ""  # the variable that is the current value, `$`
COMPARISONS = {
    ">": "NumericGreaterThan",
    ">=": "NumericGreaterThanEquals",
    "<": "NumericLessThan",
    "<=": "NumericLessThanEquals",
}
OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "=": "!=", "!=": "="}
MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "=": "=", "!=": "!="}


def narrowed(scope: Shape, node: Any, *, holds: bool) -> Shape:
    """Return the variables where a condition holds, or where it does not, as far as it asks about a path."""
    operator = str(node.value)
    if node.type == "block" and len(node.expressions) == 1:
        return narrowed(scope, node.expressions[0], holds=holds)
    if node.type == "binary" and operator in ("and", "or"):
        return _joined(scope, node, is_and=operator == "and", holds=holds)
    if node.type == "binary":
        return _compared(scope, node, operator, holds=holds)
    return _asked(scope, node, holds=holds)


def _asked(scope: Shape, node: Any, *, holds: bool) -> Shape:
    """Return the variables where a function is true, or a path is, or where it is not."""
    name = node.procedure.value if node.type == "function" and len(node.arguments) == 1 else None
    if name in ("not", "boolean"):
        return narrowed(scope, node.arguments[0], holds=holds is (name == "boolean"))
    if name == "exists":
        steps = plain_steps(node.arguments[0])
        return scope if steps is None else refined(scope, steps, present if holds else _missing)
    steps = plain_steps(node)
    return scope if steps is None or not holds else refined(scope, steps, _true)


def _joined(scope: Shape, node: Any, *, is_and: bool, holds: bool) -> Shape:
    if is_and is holds:
        return narrowed(narrowed(scope, node.lhs, holds=holds), node.rhs, holds=holds)
    first = narrowed(scope, node.lhs, holds=holds)
    rest = narrowed(scope, node.lhs, holds=not holds)
    return union(first, narrowed(rest, node.rhs, holds=holds)) if rest != NOTHING else first


def _compared(scope: Shape, node: Any, operator: str, *, holds: bool) -> Shape:
    """Return the variables where a path is compared with what is written out, or a count with a number."""
    sides_of = ((node.lhs, node.rhs, operator), (node.rhs, node.lhs, MIRRORED.get(operator, "")))
    for path, other, one in sides_of:
        if other.type not in ("string", "number", "value") or not one:
            continue
        counted = _counted(path)
        if counted is not None and other.type == "number":
            return refined(scope, counted, _counting(one, other.value, holds=holds))
        steps = plain_steps(path)
        rule = _rule(one, other)
        if steps is not None and rule is not None:
            return refined(scope, steps, _refine(rule, holds=holds is (one != "!=")))
    return scope


def _counted(node: Any) -> list[Step] | None:
    """Return the steps of a path whose items are counted."""
    is_count = node.type == "function" and node.procedure.value == "count" and len(node.arguments) == 1
    return plain_steps(node.arguments[0]) if is_count else None


def _counting(operator: str, number: float, *, holds: bool) -> Refine:
    """Return the refinement to values whose count compares with a number: nothing counts 0, and what is no array 1."""
    low, high = _counts(operator if holds else OPPOSITE[operator], number)

    def refine(field: Field) -> Field | None:
        kept = [one for member in members(field.shape) if (one := _of_count(member, low, high)) is not None]
        may_lack = not field.required and low == 0
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
    if operator not in ("=", "!=") or has_placeholder(value):
        return None
    if isinstance(value, bool):
        return {"BooleanEquals": value}
    if isinstance(value, str):
        return {"StringEquals": value}
    return {"NumericEquals": value} if isinstance(value, int | float) else None


def _refine(rule: dict[str, Any], *, holds: bool) -> Refine:
    matching, other = sides(rule)
    if holds:
        return matching

    def refine(field: Field) -> Field | None:
        left = other(Field(field.shape))
        if left is None or field.required:
            return left if field.required or left is not None else ABSENT
        return Field(left.shape, required=False)

    return refine


def _true(field: Field) -> Field | None:
    """Return field where it is true, so that it is there; an empty array is false."""
    kept = [one for one in members(field.shape) if not (isinstance(one, Array) and one.high == 0)]
    return Field(union(*kept)) if kept else None


def _missing(field: Field) -> Field | None:
    return None if field.required else ABSENT


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
