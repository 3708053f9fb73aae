"""A choice rule divides a shape as it divides the values of that shape."""

from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from asl.check.choices import paths_read, split_by_rule
from asl.check.json_schema import shape_of
from asl.check.paths import select
from asl.check.steps import parse_path
from asl.check.wildcards import is_like
from tests.asl.check.evaluator import KINDS, Missing, matches
from tests.asl.check.membership import is_member
from tests.asl.check.schemas import Schema, examples, objects, schemas
from tests.asl.check.values import values

Rule = dict[str, Any]

VARIABLES = ("$.a", "$.b", "$.cc", "$.a.b", "$.a.a.b", "$.b[0]", "$.b[1].a")
OPERANDS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("IsPresent", *KINDS), (True, False)),
    **dict.fromkeys(("StringEquals", "StringLessThan"), ("", "a", "ab", "zz")),
    "StringMatches": ("a*", "*", "*b", "ab", "\\*", "a*a*", "1*"),
    **dict.fromkeys(("NumericEquals", "NumericGreaterThanEquals"), (0, 1, 2.5)),
    "BooleanEquals": (True, False),
}


@st.composite
def rules(draw: st.DrawFn, depth: int = 2) -> Rule:
    """Return a rule, composed of others to depth."""
    kind = draw(st.sampled_from(("And", "Or", "Not", *(["Variable"] * 4)))) if depth else "Variable"
    if kind == "Not":
        return {"Not": draw(rules(depth - 1))}
    if kind != "Variable":
        return {kind: draw(st.lists(rules(depth - 1), min_size=1, max_size=3))}
    operator = draw(st.sampled_from(sorted(OPERANDS)))
    return {"Variable": draw(st.sampled_from(VARIABLES)), operator: draw(st.sampled_from(OPERANDS[operator]))}


@examples(400)
@given(st.data(), objects(schemas(1)), rules())
def test_a_value_is_on_the_side_on_which_the_rule_puts_it(data: st.DataObject, schema: Schema, rule: Rule) -> None:
    """A value that matches a rule is of the part of its shape that may match, any other of the part that may not."""
    shape = shape_of(schema)
    matching, other = split_by_rule(shape, rule)
    for value in data.draw(st.lists(values(schema), min_size=1, max_size=4)):
        try:
            matched = matches(rule, value, parse_path)
        except Missing:
            continue
        assert is_member(value, matching if matched else other)


@examples(400)
@given(st.data(), objects(schemas(1)), rules())
def test_a_rule_that_reads_what_is_there_can_be_asked(data: st.DataObject, schema: Schema, rule: Rule) -> None:
    """If every path that a rule reads is there for certain, asking the rule of any value fails for none."""
    missing = any(select(seen, parse_path(path))[1] for path, seen in paths_read(shape_of(schema), rule))
    event("missing" if missing else "there")
    for value in data.draw(st.lists(values(schema), min_size=1, max_size=4)) if not missing else ():
        matches(rule, value, parse_path)


@pytest.mark.parametrize(
    ("wanted", "value", "is_match"),
    [
        ("ab", "ab", True),
        ("ab", "abc", False),
        ("*", "", True),
        ("a*b*c", "abc", True),
        ("a*b*c", "a1b2b3c", True),
        ("a*b*c", "acb", False),
        ("a*b*c", "ac", False),
        ("a*b*c", "b1c", False),
        ("a*c", "ab", False),
        ("ab*ba", "aba", False),
        ("ab*ba", "abba", True),
        ("a*bc*c", "abc", False),
        ("*ab*bc*", "abc", False),
        ("*ab*bc*", "abbc", True),
        (r"\**", "*a", True),
        (r"\**", "a", False),
    ],
)
def test_a_known_value_matches_wildcards(wanted: str, value: str, is_match: bool) -> None:
    """A star stands for any text, also for none; the texts between stars are there in their order, and share no character."""
    assert is_like(value, wanted) is is_match
