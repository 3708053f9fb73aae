"""Regular expressions as sets of strings: whether one is a subset of another, and whether all strings are plain ASCII."""

import re
from collections.abc import Callable
from functools import cache

from asl.check.automata import MAX_STATES, Automaton, Comparison, accepts, size
from asl.check.budget import spend
from asl.check.regular_expressions import (
    Either,
    Node,
    One,
    Repeated,
    Sequence,
    UndecidedPatternError,
    backtracking,
    parse_pattern,
    width,
)
from asl.check.shapes import Text

FINAL_DOLLAR = re.compile(r"(?<!\\)\$$")  # a schema lets no line break follow it; Python's `re` does
PLAIN = set(range(ord(" "), ord("~") + 1)) - {ord('"'), ord("\\")}
HALVES = range(0xD800, 0xE000)  # of surrogate pairs
MAX_WAYS = 1_000_000  # that `re` may try to divide a text among repetitions


def is_subset(inner: str, outer: str) -> bool:
    """Return True if every string that matches inner matches outer; raises UndecidedPatternError."""
    return inner == outer or _is_subset(inner, outer)


@cache
def _is_subset(inner: str, outer: str) -> bool:
    return Comparison(_automaton(inner), _automaton(outer)).is_subset()


@cache
def are_disjoint(one: str, other: str) -> bool:
    """Return True if no string matches both; raises UndecidedPatternError."""
    return Comparison(_automaton(one), _automaton(other)).are_disjoint()


def is_comparable(pattern: str) -> bool:
    """Return True if pattern can be compared with others, and be a part of one."""
    try:
        return size(parse_pattern(pattern)) <= MAX_STATES
    except UndecidedPatternError:
        return False


@cache
def is_plain(pattern: str) -> bool:
    """Return True if every matching string is known to be plain ASCII, which takes a byte a character in JSON."""
    return _has_only(pattern, lambda low, high: high <= ord("~") and PLAIN.issuperset(range(low, high + 1)))


@cache
def has_no_escapes(pattern: str) -> bool:
    """Return True if every matching string is known to have no character whose escape takes six bytes in JSON.

    Those are control characters and halves of surrogate pairs.
    """
    return _has_only(pattern, lambda low, high: low >= ord(" ") and (high < HALVES.start or low >= HALVES.stop))


def _has_only(pattern: str, is_accepted: Callable[[int, int], bool]) -> bool:
    """Return whether all characters of matching strings are in ranges that are accepted."""
    try:
        return _all_ranges(parse_pattern(pattern), is_accepted)
    except UndecidedPatternError:
        return False


def _all_ranges(node: Node, is_accepted: Callable[[int, int], bool]) -> bool:
    match node:
        case One(ranges):
            return all(is_accepted(low, high) for low, high in ranges)
        case Sequence(parts) | Either(parts):
            return all(_all_ranges(part, is_accepted) for part in parts)
        case Repeated(part, _, high):
            return high == 0 or _all_ranges(part, is_accepted)


def lengths_of(text: Text) -> tuple[int, int | None]:
    """Return how many characters a text has, at least and at most: what it states, and what its patterns imply."""
    widths = [width(pattern) for pattern in text.patterns]
    highs = [high for high in (text.high, *(high for _, high in widths)) if high is not None]
    return max([text.low, *(low for low, _ in widths)]), min(highs, default=None)


def is_match(pattern: str, text: str) -> bool:
    """Return whether text matches pattern, as a schema has it; raises UndecidedPatternError if that may take too long."""
    try:
        automaton = _automaton(pattern)
    except UndecidedPatternError:
        return _search(pattern, text)
    return accepts(automaton, text)


def _search(pattern: str, text: str) -> bool:
    """Return whether `re` finds pattern in text; raises UndecidedPatternError if it may try too many ways."""
    ways = backtracking(pattern, len(text)) * (len(text) + 1)  # and a way from each character on
    if ways > MAX_WAYS:
        raise UndecidedPatternError(f"whether {pattern} matches a text of {len(text)} characters")
    spend(1 + int(ways) // 100)
    return re.search(FINAL_DOLLAR.sub(r"\\Z", pattern), text) is not None


@cache
def _automaton(pattern: str) -> Automaton:
    return Automaton(parse_pattern(pattern))
