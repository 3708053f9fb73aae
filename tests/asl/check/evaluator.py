"""Evaluation of paths, choice rules and ResultPath on a value, written from the language's specification."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from asl.check.steps import EVERY, Selector, Step

Steps = Sequence[Step]

KINDS: dict[str, Callable[[Any], bool]] = {
    "IsNull": lambda value: value is None,
    "IsString": lambda value: isinstance(value, str),
    "IsNumeric": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "IsBoolean": lambda value: isinstance(value, bool),
}
STAR = re.compile(r"(?<!\\)\*")  # of StringMatches
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda value, wanted: value == wanted,
    "LessThan": lambda value, wanted: value < wanted,
    "GreaterThanEquals": lambda value, wanted: value >= wanted,
    "Matches": lambda value, wanted: _is_like(list(value), STAR.split(wanted)),
}
COMPARED = {"String": "IsString", "Numeric": "IsNumeric", "Boolean": "IsBoolean"}


class Missing(LookupError):  # noqa: N818 - an answer
    """A path leads to nothing."""


class Unfit(LookupError):  # noqa: N818 - an answer
    """A ResultPath leads through what is no object."""


def selected(value: Any, steps: Steps) -> Any:
    """Return the values that steps select from value; raises Missing."""
    if not steps:
        return value
    step, *further = steps
    if step == EVERY:
        if not isinstance(value, list):
            raise Missing
        return list(_each(value, further))
    if isinstance(step, Selector):
        raise TypeError(f"{step} is not evaluated here")
    wanted = dict if isinstance(step, str) else list
    if not isinstance(value, wanted) or (step not in value if wanted is dict else int(step) >= len(value)):
        raise Missing
    reached: Any = value
    return selected(reached[step], further)


def _each(items: list[Any], steps: Steps) -> Iterator[Any]:
    """Yield what steps select from each item; what lacks a step is left out, and inner arrays of results are joined."""
    for item in items:
        try:
            found = selected(item, steps)
        except Missing:
            continue
        yield from found if EVERY in steps else [found]


def placed(value: Any, steps: Steps, new: Any) -> Any:
    """Return value with new at steps, with missing objects added; raises Unfit."""
    if not steps:
        return new
    if not isinstance(value, dict):
        raise Unfit
    return {**value, str(steps[0]): placed(value.get(str(steps[0]), {}), steps[1:], new)}


def matches(rule: dict[str, Any], value: Any, steps_of: Callable[[str], Steps]) -> bool:
    """Return whether value matches a choice rule; raises Missing."""
    if "Not" in rule:
        return not matches(rule["Not"], value, steps_of)
    for operator, decisive in (("And", False), ("Or", True)):
        if operator in rule:
            return any(matches(one, value, steps_of) is decisive for one in rule[operator]) is decisive
    ((operator, wanted),) = ((key, operand) for key, operand in rule.items() if key != "Variable")
    return _matches(operator, wanted, value, steps_of(rule["Variable"]))


def _matches(operator: str, wanted: Any, value: Any, steps: Steps) -> bool:
    if operator == "IsPresent":
        return _is_present(value, steps) is wanted
    found = selected(value, steps)
    if operator in KINDS:
        return KINDS[operator](found) is wanted
    kind, compare = next(
        (kind, COMPARISONS[operator.removeprefix(name)]) for name, kind in COMPARED.items() if operator.startswith(name)
    )
    return KINDS[kind](found) and compare(found, wanted)


def _is_like(signs: list[str], parts: list[str]) -> bool:
    """Return whether signs is the parts in their order, with anything between them."""
    first, *others = (list(part.replace("\\*", "*")) for part in parts)
    if signs[: len(first)] != first:
        return False
    rest = signs[len(first) :]
    if not others:
        return not rest
    return any(_is_like(rest[start:], ["".join(other) for other in others]) for start in range(len(rest) + 1))


def _is_present(value: Any, steps: Steps) -> bool:
    try:
        selected(value, steps)
    except Missing:
        return False
    return True
