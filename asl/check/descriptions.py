"""Descriptions of shapes for messages."""

import math
from collections.abc import Iterable
from heapq import nsmallest

from asl.check.shapes import Array, Boolean, Null, Number, Object, Shape, Text, Union

MAX_LISTED = 20  # values or alternatives
MAX_NAMES = 50  # of properties
MAX_CHARACTERS = 300  # of a value or a pattern


def describe(shape: Shape) -> str:  # noqa: C901, PLR0911 - one case a kind
    """Return a short description of shape for messages."""
    match shape:
        case Text(placeholder=True):
            return "a string" if shape.unstated else "a string with a placeholder"
        case Text(values=frozenset() as values):
            return _listed(f'"{_shortened(value)}"' for value in nsmallest(MAX_LISTED, values)) + _more(len(values))
        case Text(content=Shape() as content):
            return f"a string holding JSON of {describe(content)}"
        case Text():
            return f"a string{_of_length(shape.low, shape.high, 'characters')}{_matching(shape)}"
        case Number(values=frozenset() as few):
            return _listed(map(_digits, nsmallest(MAX_LISTED, few))) + _more(len(few))
        case Number():
            return f"{'an integer' if shape.integer else 'a number'}{_between(shape)}"
        case Boolean():
            return "a truth value" if len(shape.values) > 1 else str(set(shape.values).pop()).lower()
        case Null():
            return "null"
        case Array():
            return f"an array{_of_length(shape.low, shape.high, 'items')}"
        case Object():
            names = [name for name, _ in shape.fields]
            return (
                f"an object of {', '.join(names[:MAX_NAMES])}{_more(len(names), MAX_NAMES)}" if names else "an object"
            )
        case Union(members=()):
            return "nothing"
        case Union():
            return _listed(map(describe, shape.members[:MAX_LISTED])) + _more(len(shape.members))
    return "any value"


def _listed(described: Iterable[str]) -> str:
    return " or ".join(described)


def _more(number: int, shown: int = MAX_LISTED) -> str:
    return f" and {number - shown:,} more" if number > shown else ""


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else f"{text[:MAX_CHARACTERS]}…"


def _of_length(low: int, high: int | None, unit: str) -> str:
    if high is None:
        return f" of at least {low} {unit}" if low else f" of any number of {unit}"
    return f" of {low} to {high} {unit}" if low != high else f" of {low} {unit}"


def _matching(text: Text) -> str:
    patterns = f" matching {' and '.join(map(_shortened, sorted(text.patterns)))}" if text.patterns else ""
    excluded = ", ".join(map(_shortened, nsmallest(MAX_LISTED, text.excluded)))
    return patterns + (f" other than {excluded}{_more(len(text.excluded))}" if excluded else "")


def _between(number: Number) -> str:
    low = "" if number.low is None else _bound(number.low, math.nextafter(number.low, -math.inf), "from", "more than")
    high = "" if number.high is None else _bound(number.high, math.nextafter(number.high, math.inf), "to", "less than")
    return low + high + (f" that are multiples of {_digits(number.multiple)}" if number.multiple else "")


def _bound(number: float, beside: float, closed: str, excluded: str) -> str:
    """Return a bound in words; the number beside an excluded one stands for it."""
    is_excluded = not float(number).is_integer() and float(beside).is_integer()
    return f" {excluded} {_digits(beside)}" if is_excluded else f" {closed} {_digits(number)}"


def _digits(number: float) -> str:
    return str(int(number)) if float(number).is_integer() else f"{number:g}"
