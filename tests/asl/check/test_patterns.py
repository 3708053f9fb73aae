"""Comparison of regular expressions: as interegular has it for small ones, and undecided for those that take too many steps."""

import re
from typing import Any

import interegular
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asl.check.patterns import are_disjoint, has_no_escapes, is_comparable, is_match, is_plain, is_subset
from asl.check.regular_expressions import UndecidedPatternError
from tests.effort import times

HOST_NAME = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.){1,126}[a-z]{2,63}$"


def _wider(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    counts = st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "{1,3}", "{2,}"])
    sequence = st.lists(parts, min_size=1, max_size=3).map("".join)
    return sequence | st.builds("({}|{})".format, parts, parts) | st.builds("(?:{}){}".format, parts, counts)


REGULAR = st.recursive(st.sampled_from(["a", "b", "[ab]", "[^a]", "[a-c]", ".", r"\.", "-", ""]), _wider, max_leaves=6)


def _automaton(pattern: str) -> Any:
    return interegular.parse_pattern(pattern).to_fsm()


@settings(max_examples=times(60, 2000), deadline=None)
@given(one=REGULAR, other=REGULAR, text=st.text("abc.-\n", max_size=5))
def test_comparisons_agree_with_interegular_and_re(one: str, other: str, text: str) -> None:
    """Subset and disjointness are those of another library, and a match is that of `re`."""
    mine, theirs = _automaton(one), _automaton(other)
    assert is_subset(f"^{one}$", f"^{other}$") == mine.issubset(theirs)
    assert are_disjoint(f"^{one}$", f"^{other}$") == (mine & theirs).empty()
    assert is_match(f"^{one}$", text) == bool(re.fullmatch(one, text))


@pytest.mark.share(5)
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (HOST_NAME, HOST_NAME.replace("126", "127")),
        (HOST_NAME, "^[a-z0-9.-]+$"),
        ("^(a{1,1000}){1,1000}$", "^(a{1,1000}){1,999}$"),
        ("^[ab]*a[ab]{16}$", "^[ab]*a[ab]{15}[ab]$"),
        ("^" + "(" * 5000 + "a" + ")" * 5000 + "$", "^a$"),
        ("^a{99999999999}$", "^a+$"),
        (r"^\d+$", "^[0-9]+$"),
        ("^(?=a)a$", "^a$"),
        ("^a|b$", "^[ab]$"),
    ],
)
def test_large_and_ambiguous_patterns_are_undecided(one: str, other: str) -> None:
    """What takes too many steps, or is read in several ways, is no proof in either direction."""
    with pytest.raises(UndecidedPatternError):
        is_subset(one, other)


def test_many_alternatives_are_decided() -> None:
    """Thousands of alternatives are compared, and a counterexample is found in a pattern that is too large to be proved."""
    names = "|".join(f"name{number}" for number in range(1000))
    assert is_subset(f"^({names})$", f"^({names}|other)$")
    assert not is_subset(f"^({names}|other)$", f"^({names})$")
    assert not is_subset("^[a-z0-9.-]+$", HOST_NAME)
    assert is_plain(HOST_NAME)
    assert is_comparable(HOST_NAME)


def test_match_that_backtracks_without_a_bound_is_undecided() -> None:
    """Nested repetitions match by the automaton, and where there is none they are undecided."""
    assert not is_match("^(a+)+$", "a" * 200 + "!")
    assert is_match(r"^\d{3}-\w+$", "123-abc")
    for pattern in (r"^(\d+)+$", r"^(\d|\d\d)+$"):
        with pytest.raises(UndecidedPatternError):
            is_match(pattern, "1" * 24 + "!")


@pytest.mark.parametrize(
    ("pattern", "plain", "without_escapes"),
    [
        ("^[a-z]*$", True, True),
        ("^a|b$", False, False),
        ("^(a|b){2}c$", True, True),
        ("^[ -~]*$", False, True),
        ("^[!#-Z]$", True, True),
        ('^(a|")$', False, True),
        (r"^\\$", False, True),
        ("^aé$", False, True),
        ("^(é)?a$", False, True),
        ("^é{0}a$", True, True),
        ("^a\n$", False, False),
        ("^[a-é]$", False, True),
        ("^[^a]$", False, False),
        ("^[\ud7ff\ue000]$", False, True),
        ("^[\ud800]$", False, False),
        ("^(?=a)a$", False, False),
    ],
)
def test_characters_of_a_pattern(pattern: str, plain: bool, without_escapes: bool) -> None:
    """A text is plain, or has no escapes of six bytes, if that holds for each character that its pattern lets match."""
    assert (is_plain(pattern), has_no_escapes(pattern)) == (plain, without_escapes)
