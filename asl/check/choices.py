"""Choice rules: the part of a shape that matches a rule, and the part that is left for the next rule."""

from collections.abc import Iterator
from typing import Any

from asl.check.paths import PathError, parse_path
from asl.check.refinements import refined, sides
from asl.check.shapes import NOTHING, Shape, union

Split = tuple[Shape, Shape]  # what matches, and what does not


def split_by_rule(shape: Shape, rule: dict[str, Any]) -> Split:
    """Return the part of shape that may match rule and the part that may not; they overlap where that is undecided."""
    if "And" in rule:
        return _every(shape, rule["And"])
    if "Or" in rule:
        unmatched, matched = _every(shape, [{"Not": one} for one in rule["Or"]])
        return matched, unmatched
    if "Not" in rule:
        yes, no = split_by_rule(shape, rule["Not"])
        return no, yes
    if rule["Variable"].startswith("$$"):  # the context object, not the payload
        return shape, shape
    try:
        steps = parse_path(rule["Variable"])
    except PathError:  # reported where the path is evaluated
        return shape, shape
    matching, other = sides(rule)
    return refined(shape, steps, matching), refined(shape, steps, other)


def _every(shape: Shape, rules: list[dict[str, Any]]) -> Split:
    missed: Shape = NOTHING
    for rule in rules:
        shape, no = split_by_rule(shape, rule)
        missed = union(missed, no)
    return shape, missed


def paths_read(shape: Shape, rule: dict[str, Any]) -> Iterator[tuple[str, Shape]]:
    """Yield each path that rule reads, with the part of shape that reaches it: And and Or evaluate from left to right.

    The path of an IsPresent may be absent, and is left out.
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
