"""Choice rules: the part of a shape that matches a rule, and the part that is left for the next rule."""

from collections.abc import Iterator
from typing import Any

from asl.check.lengths import with_known_lengths
from asl.check.refined_paths import refined
from asl.check.refinements import sides
from asl.check.shapes import NOTHING, Shape, union
from asl.check.steps import DATA, PathError, Step, parse_rooted

Split = tuple[Shape, Shape]  # what matches, and what does not


def split_by_rule(shape: Shape, rule: dict[str, Any], *, is_scope: bool = False) -> Split:
    """Return the part of shape that may match rule and the part that may not; they overlap where that is undecided.

    shape is what `$` selects from, or the scope of that and of the context object.
    """
    if "And" in rule:
        return _every(shape, rule["And"], is_scope=is_scope)
    if "Or" in rule:
        unmatched, matched = _every(shape, [{"Not": one} for one in rule["Or"]], is_scope=is_scope)
        return matched, unmatched
    if "Not" in rule:
        yes, no = split_by_rule(shape, rule["Not"], is_scope=is_scope)
        return no, yes
    steps = _steps(rule["Variable"], is_scope=is_scope)
    if steps is None:
        return shape, shape
    matching, other = (refined(shape, steps, side) for side in sides(rule))
    return with_known_lengths(matching, steps), with_known_lengths(other, steps)


def _steps(path: str, *, is_scope: bool) -> list[Step] | None:
    """Return the steps of path from the root of a shape or a scope; None if they are undecided, as is reported elsewhere."""
    try:
        root, steps = parse_rooted(path)
    except PathError:
        return None
    if is_scope:
        return [root, *steps]
    return steps if root == DATA else None


def _every(shape: Shape, rules: list[dict[str, Any]], *, is_scope: bool) -> Split:
    missed: Shape = NOTHING
    for rule in rules:
        shape, no = split_by_rule(shape, rule, is_scope=is_scope)
        missed = union(missed, no)
    return shape, missed


def paths_read(shape: Shape, rule: dict[str, Any], *, is_scope: bool = False) -> Iterator[tuple[str, Shape]]:
    """Yield each path that rule reads, with the part of shape that reaches it: And and Or evaluate from left to right.

    The path of an IsPresent may be absent, and is left out.
    """
    if "Not" in rule:
        yield from paths_read(shape, rule["Not"], is_scope=is_scope)
    for operator in ("And", "Or"):
        for one in rule.get(operator, []):
            yield from paths_read(shape, one, is_scope=is_scope)
            yes, no = split_by_rule(shape, one, is_scope=is_scope)
            shape = yes if operator == "And" else no
    if "Variable" in rule and "IsPresent" not in rule:
        yield rule["Variable"], shape
    yield from ((value, shape) for key, value in rule.items() if key.endswith("Path"))
