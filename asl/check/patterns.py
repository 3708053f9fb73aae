"""Regular expressions as sets of strings: whether one is a subset of another, and whether all strings are plain ASCII."""

import re
from functools import cache
from typing import Any

# What interegular and validators interpret differently: its classes are ASCII, and it has no flags.
UNSUPPORTED = re.compile(r"\\[bBdDsSwW]|\(\?[^:]")
ATOMS = re.compile(r"\\.|\[\^?(?:\\.|[^\\\]])*\]")  # an escape or a class, which stand for one character
MAX_STATES = 5000  # of an automaton; a pattern that requires more is undecided


class UndecidedPatternError(Exception):
    """Patterns cannot be compared: interegular does not support one, or its automaton is too large."""


def is_subset(inner: str, outer: str) -> bool:
    """Return True if every string that matches inner matches outer; raises UndecidedPatternError."""
    return inner == outer or bool(_automaton(inner).issubset(_automaton(outer)))


def are_disjoint(one: str, other: str) -> bool:
    """Return True if no string matches both; raises UndecidedPatternError."""
    return bool((_automaton(one) & _automaton(other)).empty())  # interegular's isdisjoint has a bug with state 0


def is_comparable(pattern: str) -> bool:
    """Return True if pattern can be compared with others, and be a part of one."""
    try:
        return _automaton(pattern) is not None
    except UndecidedPatternError:
        return False


@cache
def is_plain(pattern: str) -> bool:
    """Return True if every matching string is known to be plain ASCII, which takes a byte a character in JSON."""
    try:
        return all(_plain(letter) for letter in _live_symbols(_automaton(pattern)))
    except UndecidedPatternError:
        return False


@cache
def _automaton(pattern: str) -> Any:
    import interegular

    anchored = pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$")
    if not anchored or _alternates(pattern):
        raise UndecidedPatternError(f"the pattern {pattern} is not anchored at both ends")
    if UNSUPPORTED.search(pattern):
        raise UndecidedPatternError(f"the pattern {pattern} has classes or flags that can be read in several ways")
    try:
        automaton = interegular.parse_pattern(pattern[1:-1]).to_fsm()
    except (ValueError, TypeError, interegular.Unsupported, interegular.InvalidSyntax) as error:
        raise UndecidedPatternError(f"the pattern {pattern} is not one that can be compared") from error
    if len(automaton.states) > MAX_STATES:
        raise UndecidedPatternError(f"the pattern {pattern} is too large to be compared")
    return automaton


def _alternates(pattern: str) -> bool:
    """Return True if pattern has alternatives at its top level: an anchor belongs to one of them only."""
    depth = 0
    for sign in ATOMS.sub("", pattern):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "|" and depth == 0:
            return True
    return False


def _live_symbols(automaton: Any) -> set[Any]:
    """Return the symbols on ways to acceptance; interegular's marker stands for all characters that it does not name."""
    alive = {
        transition
        for state, moves in automaton.map.items()
        for transition, target in moves.items()
        if automaton.islive(state) and automaton.islive(target)
    }
    return {letter for letter, number in automaton.alphabet.items() if number in alive}


def _plain(letter: Any) -> bool:
    return isinstance(letter, str) and " " <= letter <= "~" and letter not in '"\\'
