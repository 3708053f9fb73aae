"""Regular expressions as sets of strings: whether one lies within another, and whether all are plain ASCII."""

import re
from functools import cache
from typing import Any

# What the automata read otherwise than the validators: their classes are ASCII, and they know no flags.
UNSUPPORTED = re.compile(r"\\[bBdDsSwW]|\(\?[^:]")
ATOMS = re.compile(r"\\.|\[\^?(?:\\.|[^\\\]])*\]")  # what stands for a letter: an escape, a class
MAX_STATES = 5000  # of an automaton; a pattern that needs more is not decided


class UndecidedPatternError(Exception):
    """The patterns cannot be compared: outside what the automata know, or too large."""


def is_subset(inner: str, outer: str) -> bool:
    """Tell whether every string that matches inner matches outer; raises Undecided."""
    return inner == outer or bool(_automaton(inner).issubset(_automaton(outer)))


def are_disjoint(one: str, other: str) -> bool:
    """Tell whether no string matches both; raises Undecided."""
    return bool((_automaton(one) & _automaton(other)).empty())  # its isdisjoint takes state 0 for none


def is_comparable(pattern: str) -> bool:
    """Tell whether pattern can be compared with others, and be part of one."""
    try:
        return _automaton(pattern) is not None
    except UndecidedPatternError:
        return False


@cache
def is_plain(pattern: str) -> bool:
    """Tell whether every matching string is known to hold plain ASCII only: a byte a character, in any string of JSON."""
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
    """Tell whether pattern is several side by side, of which each end anchors only one."""
    depth = 0
    for sign in ATOMS.sub("", pattern):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "|" and depth == 0:
            return True
    return False


def _live_symbols(automaton: Any) -> set[Any]:
    """Return the letters that lead somewhere alive; interegular's marker stands for all letters it does not name."""
    alive = {
        transition
        for state, moves in automaton.map.items()
        for transition, target in moves.items()
        if automaton.islive(state) and automaton.islive(target)
    }
    return {letter for letter, number in automaton.alphabet.items() if number in alive}


def _plain(letter: Any) -> bool:
    return isinstance(letter, str) and " " <= letter <= "~" and letter not in '"\\'
