"""Regular expressions as trees, parsed by Python's `re`, which also matches values at run time."""

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from math import inf, prod
from sys import maxunicode
from typing import Any

Ranges = tuple[tuple[int, int], ...]  # of code points, from and to, sorted and apart

PARSER = import_module("re._parser")  # without a public name
ENDLESS = PARSER.MAXREPEAT


class UndecidedPatternError(Exception):
    """A pattern cannot be compared, or not within the budget; the message says why."""


@dataclass(frozen=True)
class One:
    """One character of ranges."""

    ranges: Ranges


@dataclass(frozen=True)
class Sequence:
    """Parts, one after the other."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True)
class Either:
    """One of several options."""

    options: "tuple[Node, ...]"


@dataclass(frozen=True)
class Repeated:
    """A part, low to high times; without an upper bound if high is None."""

    part: "Node"
    low: int
    high: int | None


Node = One | Sequence | Either | Repeated


@cache
def parse_pattern(pattern: str) -> Node:
    """Return the tree of a pattern, without its anchors; raises UndecidedPatternError."""
    try:
        items = list(PARSER.parse(pattern))
    except (re.error, OverflowError, RecursionError) as error:
        raise UndecidedPatternError(f"the pattern {pattern} cannot be read: {error}") from error
    if not _is_anchored(pattern, items):
        raise UndecidedPatternError(f"the pattern {pattern} is not anchored at both ends")
    try:
        return _sequence(items[1:-1])
    except LookupError as error:
        raise UndecidedPatternError(f"the pattern {pattern} has {error.args[0]}, which cannot be compared") from error


def _is_anchored(pattern: str, items: Any) -> bool:
    anchors = [str(value) for kind, value in (*items[:1], *items[-1:]) if str(kind) == "AT"]
    return anchors == ["AT_BEGINNING", "AT_END"] and pattern.startswith("^") and pattern.endswith("$")


@cache
def width(pattern: str) -> tuple[int, int | None]:
    """Return how many characters a text that matches pattern has, at least and at most; None is any number.

    Raises re.error for a pattern that `re` does not read.
    """
    tree = PARSER.parse(pattern)
    low, high = tree.getwidth()
    return low, int(high) if _is_anchored(pattern, list(tree)) and high < ENDLESS else None


def backtracking(pattern: str, length: int) -> float:
    """Return a bound for the ways in which `re` may try to divide a text of that length among repetitions.

    It is endless for repetitions in repetitions. Raises re.error for a pattern that `re` does not read.
    """
    return _ways(PARSER.parse(pattern), length)


def _ways(items: Any, length: int) -> float:
    return prod(_ways_of(str(kind), value, length) for kind, value in items)


def _ways_of(kind: str, value: Any, length: int) -> float:
    if kind.endswith("_REPEAT"):
        low, high, part = value
        inner = _ways(part, length)
        return inner if high <= 1 else inf if inner > 1 else 1 if low == high else length + 1
    if kind == "BRANCH":
        return sum(_ways(option, length) for option in value[1])
    parts = [value] if isinstance(value, PARSER.SubPattern) else value if isinstance(value, tuple) else ()
    return max(prod(_ways(one, length) for one in parts if isinstance(one, PARSER.SubPattern)), 1)


def _sequence(items: Any) -> Node:
    parts = tuple(_node(str(kind), value) for kind, value in items)
    return parts[0] if len(parts) == 1 else Sequence(parts)


def _node(kind: str, value: Any) -> Node:
    match kind:
        case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
            return One(_ranges(kind, value))
        case "BRANCH":
            return Either(tuple(map(_sequence, value[1])))
        case "SUBPATTERN" if not value[1] and not value[2]:  # flags that are set, and that are not
            return _sequence(value[3])
        case "MAX_REPEAT" | "MIN_REPEAT":
            low, high, part = value
            return Repeated(_sequence(part), int(low), None if high is ENDLESS else int(high))
    raise LookupError(kind.lower().replace("_", " "))


def _ranges(kind: str, value: Any) -> Ranges:
    if kind == "ANY":
        return _others(((10, 10),))  # a line feed, as in Python
    if kind == "IN":
        found = _joined(sorted(_range(str(one), inner) for one, inner in value if str(one) != "NEGATE"))
        return _others(found) if str(value[0][0]) == "NEGATE" else found
    return _others(((value, value),)) if kind == "NOT_LITERAL" else ((value, value),)


def _range(kind: str, value: Any) -> tuple[int, int]:
    if kind == "CATEGORY":
        raise LookupError(r"a class such as \d or \w, which validators read in several ways")
    return (value, value) if kind == "LITERAL" else (value[0], value[1])


def _joined(ranges: list[tuple[int, int]]) -> Ranges:
    found: list[tuple[int, int]] = []
    for low, high in ranges:
        if found and low <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(high, found[-1][1])
        else:
            found.append((low, high))
    return tuple(found)


def _others(ranges: Ranges) -> Ranges:
    """Return all characters that are not in ranges."""
    ends = [-1, *(high for _, high in ranges)]
    begins = [*(low for low, _ in ranges), maxunicode + 1]
    return tuple((end + 1, begin - 1) for end, begin in zip(ends, begins, strict=True) if end + 1 < begin)
