"""Small machines with a Choice: which payload matches which rule, and what is known about the payload afterwards."""

from typing import Any

import pytest

from tests.asl.check.test_machines import COUNT, TEXT, Found, State, array, closed, found, reading, task

START = closed(
    {
        "kind": {"enum": ["book", "film"]},
        "size": {"anyOf": [COUNT, TEXT, {"type": "null"}]},
        "done": {"type": "boolean"},
        "lines": array(TEXT),
    },
    {
        "gift": TEXT,
        "to": closed({"name": TEXT}, {"street": TEXT}),
        "any": {"anyOf": [{"type": "null"}, closed({"x": TEXT})]},
    },
)
BOOK = {"Variable": "$.kind", "StringEquals": "book"}
GIFT = {"Variable": "$.gift", "IsPresent": True}
MATCHED, OTHER = ("Matched", "Parameters.read.$", True), ("Other", "Parameters.read.$", True)


def choosing(rule: State, matched: str = "$", other: str = "$") -> Found:
    """Return the findings of a machine that reads one path where rule matches and another where it does not."""
    choice = {"Type": "Choice", "Choices": [{**rule, "Next": "Matched"}], "Default": "Other"}
    return found({"Ask": choice, "Matched": reading(matched), "Other": reading(other)}, START)


def typed(path: str, schema: Any, rule: State) -> Found:
    """Return the findings of a machine that hands path, where rule matches, to a task that takes schema."""
    states: dict[str, State] = {
        "Ask": {"Type": "Choice", "Choices": [{**rule, "Next": "T"}], "Default": "End"},
        "T": {"Type": "Task", "Resource": "arn:aws:lambda:::f", "Parameters": {"v.$": path}, "Next": "End"},
        "End": {"Type": "Succeed"},
    }
    return found(states, START, {"T": {"takes": closed({"v": schema}), "gives": {"type": "null"}}})


def test_choice_on_an_optional_field_needs_is_present() -> None:
    """A Choice on an optional field is a finding, as the execution fails where it is absent; IsPresent is none."""
    ask = ("Ask", "Choices[0].Variable", True)
    assert choosing({"Variable": "$.gift", "StringEquals": "x"}) == {ask}
    assert choosing({"Variable": "$.giftt", "StringEquals": "x"}) == {ask}
    assert choosing({"Variable": "$.kind", "StringEqualsPath": "$.gift"}) == {ask}
    assert choosing(GIFT) == set()


@pytest.mark.parametrize(
    ("rule", "matched", "other", "findings"),
    [
        (GIFT, "$.gift", "$.kind", set()),
        (GIFT, "$.kind", "$.gift", {OTHER}),
        ({"Variable": "$.gift", "IsPresent": False}, "$.gift", "$.gift", {MATCHED}),
        ({"Not": GIFT}, "$.gift", "$.gift", {MATCHED}),
        ({"Variable": "$.to.street", "IsPresent": True}, "$.to.street", "$.to.name", {OTHER}),
        ({"Variable": "$.to.street", "IsPresent": True}, "$.to.name", "$", set()),
        ({"Variable": "$.any.x", "IsPresent": True}, "$.any.x", "$.any", {OTHER}),
        ({"Variable": "$.lines[1]", "IsPresent": True}, "$.lines[1]", "$", set()),
        ({"Variable": "$.lines[1]", "IsPresent": True}, "$.lines[2]", "$", {MATCHED}),
        ({"And": [GIFT, BOOK]}, "$.gift", "$.gift", {OTHER}),
        ({"And": [GIFT, {"Variable": "$.gift", "StringMatches": "a*"}]}, "$.gift", "$", set()),
        (
            {"And": [{"Variable": "$.gift", "StringMatches": "a*"}, GIFT]},
            "$.gift",
            "$",
            {("Ask", "Choices[0].Variable", True)},
        ),
        ({"Or": [{"Not": GIFT}, {"Variable": "$.gift", "StringEquals": "x"}]}, "$", "$.gift", set()),
        ({"Or": [GIFT, BOOK]}, "$.gift", "$.kind", {MATCHED}),
        ({"Or": [GIFT, {"Variable": "$.to", "IsPresent": True}]}, "$", "$.gift", {OTHER}),
    ],
)
def test_presence_on_each_path(rule: State, matched: str, other: str, findings: Found) -> None:
    """IsPresent makes a field certain on one path and absent on the other, through And, Or and Not and in their order."""
    assert choosing(rule, matched, other) == findings


@pytest.mark.parametrize(
    ("path", "schema", "rule", "holds"),
    [
        ("$.kind", {"const": "book"}, BOOK, True),
        ("$.kind", {"const": "film"}, {"Not": BOOK}, True),
        ("$.kind", {"const": "film"}, BOOK, False),
        ("$.kind", {"const": "book"}, {"Variable": "$.kind", "StringEqualsPath": "$.kind"}, False),
        ("$.done", {"const": True}, {"Variable": "$.done", "BooleanEquals": True}, True),
        ("$.done", {"const": True}, {"Not": {"Variable": "$.done", "BooleanEquals": False}}, True),
        ("$.done", {"const": True}, {"Variable": "$.done", "BooleanEquals": False}, False),
        ("$.size", {"type": "null"}, {"Variable": "$.size", "IsNull": True}, True),
        ("$.size", {"type": ["string", "integer"]}, {"Variable": "$.size", "IsNull": False}, True),
        ("$.size", {"type": "string"}, {"Variable": "$.size", "IsString": True}, True),
        ("$.size", COUNT, {"Variable": "$.size", "IsNumeric": True}, True),
        ("$.size", COUNT, {"Variable": "$.size", "NumericGreaterThan": 3}, True),
        ("$.size", COUNT, {"Not": {"Variable": "$.size", "NumericGreaterThan": 3}}, False),
        ("$.size", TEXT, {"Variable": "$.size", "StringLessThanEquals": "m"}, True),
        ("$.size", TEXT, {"Variable": "$.size", "TimestampLessThan": "2026-01-01T00:00:00Z"}, True),
        (
            "$.size",
            {"type": "integer"},
            {"And": [{"Variable": "$.size", "IsNull": False}, {"Variable": "$.size", "IsString": False}]},
            True,
        ),
        ("$.size", COUNT, {"Variable": "$.size", "IsTimestamp": False}, False),
    ],
)
def test_value_after_a_matching_rule(path: str, schema: Any, rule: State, holds: bool) -> None:
    """Where a rule matches, the field has the value or type that the rule compares with, and nothing more is assumed."""
    assert typed(path, schema, rule) == (set() if holds else {("T", "Parameters.v.$", True)})


def test_path_that_no_payload_takes_is_not_followed() -> None:
    """A rule for a value that the contracts exclude never matches: nothing after it is reported."""
    impossible = {"Variable": "$.kind", "StringEquals": "song"}
    assert choosing(impossible, matched="$.nothing") == set()
    assert choosing({"Variable": "$.gone", "IsPresent": True}, matched="$.gone") == set()


@pytest.mark.parametrize(
    ("wanted", "ways"),
    [("x:*", {MATCHED}), ("y:*", {OTHER}), ("x:a*", {MATCHED, OTHER}), ("*", {MATCHED}), ("x:\\*", {OTHER})],
)
def test_path_of_a_text_whose_pattern_is_known(wanted: str, ways: Found) -> None:
    """A text whose pattern always or never matches takes one path; any other text takes both."""
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.name", "StringMatches": wanted, "Next": "Matched"}]}
    start = closed({"name": {"type": "string", "maxLength": 9, "pattern": "^x:[a-z]+$"}})
    states = {"Ask": {**choice, "Default": "Other"}, "Matched": reading("$.nothing"), "Other": reading("$.nothing")}
    assert found(states, start) == ways


def test_text_excluded_by_its_pattern_is_not_followed() -> None:
    """A text is not followed along a path that its pattern or its length excludes."""
    start = closed({"name": {"type": "string", "maxLength": 4, "pattern": "^x:[a-z]+$"}})
    for value, ways in {"film": {OTHER}, "x:long": {OTHER}, "x:ab": {MATCHED, OTHER}}.items():
        choice = {"Type": "Choice", "Choices": [{"Variable": "$.name", "StringEquals": value, "Next": "Matched"}]}
        states = {"Ask": {**choice, "Default": "Other"}, "Matched": reading("$.nothing"), "Other": reading("$.nothing")}
        assert found(states, start) == ways


def test_choice_that_may_match_nothing() -> None:
    """A Choice without Default is undecided, unless its rules take every payload."""
    film = {"Variable": "$.kind", "StringEquals": "film", "Next": "B"}
    some = {"Type": "Choice", "Choices": [{**BOOK, "Next": "B"}]}
    every = {"Type": "Choice", "Choices": [{**BOOK, "Next": "B"}, film]}
    assert found({"Ask": some, "B": {"Type": "Succeed"}}, START) == {("Ask", "Choices", False)}
    assert found({"Ask": every, "B": {"Type": "Succeed"}}, START) == set()


def test_paths_of_a_choice_itself() -> None:
    """InputPath selects what the rules read, and OutputPath selects the output."""
    narrowed = {
        "Type": "Choice",
        "InputPath": "$.to",
        "Choices": [{"Variable": "$.name", "IsString": True, "Next": "B"}],
    }
    start = closed({"to": closed({"name": TEXT})})
    assert found({"Ask": narrowed, "B": reading("$.name")}, start) == set()
    assert found({"Ask": {**narrowed, "OutputPath": "$.name"}, "B": reading("$.name")}, start) == {
        ("B", "Parameters.read.$", True)
    }


def test_value_of_unknown_type_takes_every_path() -> None:
    """A value of unknown type may match every comparison, and then has the compared type."""
    start = closed({"any": {}})
    rule = {"Variable": "$.any", "NumericGreaterThan": 3, "Next": "N"}
    states: dict[str, State] = {
        "Ask": {"Type": "Choice", "Choices": [rule], "Default": "Other"},
        "N": {"Type": "Wait", "SecondsPath": "$.any", "End": True},
        "Other": reading("$.nothing"),
    }
    findings = found(states, start)
    assert ("N", "SecondsPath", True) in findings
    assert OTHER in findings


def test_pattern_of_a_rule_holds_after_it() -> None:
    """After a StringMatches, the text is known to match, as a contract of that pattern requires; of another, nothing is certain."""
    rule = {"Variable": "$.text", "StringMatches": "img-*", "Next": "T"}
    states: dict[str, State] = {
        "C": {"Type": "Choice", "Choices": [rule], "Default": "Z"},
        "T": task(Parameters={"text.$": "$.text"}),
        "Z": {"Type": "Succeed"},
    }
    for pattern, decided in ((r"^img-(?:.|\n)*$", None), ("^img-", False), ("^jpg-(?:.|\\n)*$", True)):
        edges = {"T": {"takes": closed({"text": {"type": "string", "pattern": pattern}}), "gives": closed({})}}
        findings = found(states, closed({"text": TEXT}), edges)
        assert findings == (set() if decided is None else {("T", "Parameters.text.$", decided)})


@pytest.mark.parametrize(("longest", "findings"), [(19, set()), (20, {MATCHED}), (99, {MATCHED})])
def test_string_that_may_be_a_timestamp(longest: int, findings: Found) -> None:
    """A string of 20 characters or more may be a timestamp, so that the state behind the rule is reached; a shorter one is none."""
    start = closed({"at": {"type": "string", "maxLength": longest}})
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.at", "IsTimestamp": True, "Next": "Matched"}]}
    states = {"Ask": {**choice, "Default": "Other"}, "Matched": reading("$.none"), "Other": reading("$.at")}
    assert found(states, start) == findings


@pytest.mark.parametrize(
    ("rule", "schema", "fits"),
    [
        ({"IsString": True}, {"type": "string"}, True),
        ({"IsString": True}, {"type": "string", "minLength": 1}, False),
        ({"IsNumeric": True}, {"type": "number"}, True),
        ({"IsNumeric": True}, {"type": "integer"}, False),
    ],
)
def test_kind_of_any_value(rule: State, schema: Any, fits: bool) -> None:
    """Nothing but the kind is known of a value of which a rule asked the kind: it may be empty, or a fraction."""
    ask = {"Type": "Choice", "Choices": [{"Variable": "$.any", **rule, "Next": "T"}], "Default": "End"}
    handed = task(Parameters={"v.$": "$.any"}, Next="End")
    edges = {"T": {"takes": closed({"v": schema}), "gives": {"type": "null"}}}
    findings = found({"Ask": ask, "T": handed, "End": {"Type": "Succeed"}}, closed({"any": {}}), edges)
    assert (not findings) is fits


def test_listed_value_that_matches() -> None:
    """Of the values that a contract lists, those that match a text with wildcards are left, or those that do not."""
    rule = {"Variable": "$.kind", "StringMatches": "b*"}
    assert typed("$.kind", {"const": "book"}, rule) == set()
    assert typed("$.kind", {"const": "film"}, {"Not": rule}) == set()
