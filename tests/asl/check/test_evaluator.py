"""The reference evaluator, which the checker is compared with: results that can be read off the specification."""

from typing import Any

import pytest

from asl.check.steps import EVERY, parse_path
from tests.asl.check.evaluator import Missing, Unfit, matches, placed, selected
from tests.asl.check.evaluator_functions import FUNCTIONS


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("Format", ("{} of {}", 1, "two"), "1 of two"),
        ("StringToJson", ('{"a": [1]}',), {"a": [1]}),
        ("JsonToString", ({"a": [1, "ä"]},), '{"a":[1,"ä"]}'),
        ("ArrayPartition", ([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]),
        ("ArrayContains", ([1, 2], 3), False),
        ("ArrayRange", (1, 9, 2), [1, 3, 5, 7, 9]),
        ("ArrayRange", (3, 1, -1), [3, 2, 1]),
        ("ArrayGetItem", (["a", "b"], 1), "b"),
        ("ArrayUnique", ([1, 2, 1, "1"],), [1, 2, "1"]),
        ("Base64Decode", ("QUJD",), "ABC"),
        ("Hash", ("", "MD5"), "d41d8cd98f00b204e9800998ecf8427e"),
        ("JsonMerge", ({"a": {"b": 1}}, {"a": {"c": 2}}, False), {"a": {"c": 2}}),
        ("MathAdd", (111, -1), 110),
        ("StringSplit", ("1,2;3", ",;"), ["1", "2", "3"]),
    ],
)
def test_function_returns_what_is_specified(name: str, arguments: tuple[Any, ...], result: Any) -> None:
    """Each function returns the result that the developer guide describes."""
    assert FUNCTIONS[f"States.{name}"](*arguments) == result


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Format", ("{}", {})),
        ("ArrayPartition", ([1], 0)),
        ("ArrayRange", (1, 1001, 1)),
        ("ArrayGetItem", ([1], 1)),
        ("Base64Encode", ("x" * 10_001,)),
        ("JsonMerge", ({}, {}, True)),
        ("MathAdd", ("1", 1)),
    ],
)
def test_function_fails_where_step_functions_does(name: str, arguments: tuple[Any, ...]) -> None:
    """A call that fails at run time raises ValueError."""
    with pytest.raises(ValueError, match=r"."):
        FUNCTIONS[f"States.{name}"](*arguments)


def test_paths_select_and_place() -> None:
    """A path selects by name, index and wildcard; ResultPath makes objects on its way, and replaces nothing else."""
    value = {"a": [{"b": 1}, {"b": 2}]}
    assert selected(value, ["a", EVERY, "b"]) == [1, 2]
    assert placed(value, ["c", "d"], 3) == {**value, "c": {"d": 3}}
    with pytest.raises(Missing):
        selected(value, ["a", 2])
    with pytest.raises(Unfit):
        placed(value, ["a", "b"], 3)


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ({"Variable": "$.n", "NumericLessThan": 3}, True),
        ({"Variable": "$.n", "StringEquals": "2"}, False),
        ({"Variable": "$.s", "StringMatches": "a*c"}, True),
        ({"Variable": "$.s", "StringMatches": "a\\*c"}, False),
        ({"Variable": "$.none", "IsPresent": False}, True),
        ({"Not": {"Variable": "$.s", "IsNull": True}}, True),
        ({"And": [{"Variable": "$.n", "IsNumeric": True}, {"Variable": "$.n", "IsString": True}]}, False),
        ({"Or": [{"Variable": "$.n", "IsString": True}, {"Variable": "$.n", "IsNumeric": True}]}, True),
    ],
)
def test_rule_matches_as_specified(rule: dict[str, Any], holds: bool) -> None:
    """A rule compares values of its own type only, and combines rules as And, Or and Not say."""
    assert matches(rule, {"n": 2, "s": "abc"}, lambda path: list(parse_path(path))) is holds
