"""Small machines that call the intrinsic functions, well and badly."""

import pytest

from tests.asl.check.test_machines import COUNT, TEXT, Found, Schema, array, closed, found, task

JSON = {"type": "string", "maxLength": 90, "contentMediaType": "application/json", "contentSchema": closed({"a": TEXT})}
START = closed(
    {
        "text": TEXT,
        "name": {"type": "string", "maxLength": 9, "pattern": "^[a-z]+$"},
        "link": {"type": "string", "maxLength": 99, "pattern": "^s3:[!-~]*$"},
        "long": {"type": "string", "maxLength": 10_001},
        "n": COUNT,
        "any": {"type": "integer", "minimum": -5000, "maximum": 5000},
        "kind": {"enum": ["a{}", "b"]},
        "lines": array(TEXT, 2, 5),
        "a": closed({"x": TEXT, "y": TEXT}),
        "b": closed({"y": COUNT}, {"z": COUNT}),
        "json": JSON,
        "hash": {"enum": ["MD5", "SHA-1"]},
        "tags": {"type": "string", "maxLength": 30, "pattern": "^[a-z]+(,[a-z]+)+$"},
        "loose": {"type": "string", "maxLength": 9, "pattern": "^[a-z,]*$"},
        "sign": {"enum": [",", ";"]},
    },
    {"may": TEXT},
)
WHOLE: Schema = {"type": "integer"}


@pytest.mark.parametrize(
    ("call", "given"),
    [
        (r"States.Format('\{\} {}', $.n)", {"type": "string", "minLength": 4, "maxLength": 8}),
        (r"States.Format('\{\"n\":{}\}', $.n)", {"type": "string", "minLength": 7, "maxLength": 12}),
        ("States.Format('no place')", {"type": "string", "minLength": 8, "maxLength": 8}),
        ("States.Format('{} of {}', $.n, $.text)", {"type": "string", "minLength": 6, "maxLength": 30}),
        (r"States.Format('it\'s {}', $.kind)", {"type": "string", "maxLength": 8}),
        ("States.StringToJson($.json)", {"type": "object", "required": ["a"], "properties": {"a": TEXT}}),
        ("States.JsonToString($.a)", {**JSON, "contentSchema": closed({"x": TEXT, "y": TEXT}), "maxLength": 999}),
        ("States.StringToJson(States.JsonToString($.a))", closed({"x": TEXT, "y": TEXT})),
        ("States.Array()", array(TEXT, 0, 0)),
        (
            "States.Array($.n, $.text, 7, 'x', true, null)",
            {"type": "array", "minItems": 6, "prefixItems": [COUNT, TEXT]},
        ),
        ("States.ArrayPartition($.lines, 2)", array(array(TEXT, 1), 1, 5)),
        ("States.ArrayContains($.lines, $.text)", {"type": "boolean"}),
        ("States.ArrayRange(1, $.n, 2)", array({"type": "integer", "minimum": 1, "maximum": 9}, 0, 9)),
        ("States.ArrayRange(9, 1, -1)", array(WHOLE, 0, 9)),
        ("States.ArrayGetItem($.lines, 1)", TEXT),
        ("States.ArrayLength($.lines)", {"type": "integer", "minimum": 2, "maximum": 5}),
        ("States.ArrayUnique($.lines)", array(TEXT, 1, 5)),
        ("States.Base64Encode($.text)", {"type": "string", "maxLength": 108}),
        ("States.Base64Decode(States.Base64Encode($.text))", {"type": "string", "maxLength": 108}),
        ("States.Hash($.text, 'SHA-256')", {"type": "string", "pattern": "^[0-9a-f]+$"}),
        ("States.Hash($.text, $.hash)", {"type": "string", "maxLength": 128}),
        ("States.JsonMerge($.a, $.b, false)", closed({"x": TEXT, "y": COUNT}, {"z": COUNT})),
        ("States.JsonMerge($.a, States.StringToJson($.json), false)", closed({"a": TEXT, "x": TEXT, "y": TEXT})),
        ("States.JsonMerge($.b, $.a, false)", closed({"x": TEXT, "y": TEXT}, {"z": COUNT})),
        ("States.MathRandom(1, $.n)", WHOLE),
        ("States.MathRandom(1, 9, 42)", WHOLE),
        ("States.MathAdd($.n, -1)", {"type": "integer", "minimum": -1, "maximum": 8}),
        ("States.ArrayRange(1, 9, 2)", array(WHOLE, 5, 5)),
        ("States.ArrayRange(9, 1, -4)", array(WHOLE, 3, 3)),
        ("States.Hash($.text, 'MD5')", {"type": "string", "minLength": 32, "maxLength": 32}),
        ("States.Hash($.text, $.hash)", {"type": "string", "minLength": 32, "maxLength": 40}),
        ("States.Base64Decode('aGk=')", {"type": "string"}),
        ("States.Format('{}', -1.5e-3)", {"type": "string", "maxLength": 25}),
        ("States.ArrayGetItem(States.StringSplit($.link, ':'), 0)", {"type": "string"}),
        ("States.StringSplit($.text, ',')", array({"type": "string", "maxLength": 20}, 0, 20)),
        ("States.Format('x:{}', $.name)", {"type": "string", "pattern": "^x:[a-z]+$"}),
        ("States.ArrayGetItem(States.StringSplit($$.Execution.Id, ':'), 7)", {"type": "string"}),
        ("States.StringSplit(States.Format('x:{}', $.name), ':')", array({"type": "string", "minLength": 1}, 2, 2)),
        (
            "States.ArrayGetItem(States.StringSplit(States.Format('x:{}', $.name), ':'), 1)",
            {"type": "string", "maxLength": 11, "pattern": "^[^:]+$"},
        ),
        ("States.ArrayGetItem(States.StringSplit($.tags, ','), 1)", {"type": "string", "maxLength": 30}),
        ("States.UUID()", {"type": "string", "pattern": "^[0-9a-f-]{36}$"}),
    ],
)
def test_call_without_findings(call: str, given: Schema) -> None:
    """A call of an intrinsic function has the result type that the contract of its arguments implies."""
    edges = {"A": {"takes": closed({"v": given}), "gives": {"type": "null"}}}
    assert found({"A": task(Parameters={"v.$": call})}, START, edges) == set()


@pytest.mark.parametrize(
    ("call", "decided"),
    [
        ("States.Format('{} of {}', $.n)", True),
        ("States.Format('{\"n\": {}}', $.n)", True),
        ("States.Format('{}}', $.n)", True),
        (r"States.Format('\{\}', $.n)", True),
        ("States.MathRandom(1, 5, 'x')", True),
        ("States.MathRandom(1, 5, $.text)", True),
        ("States.Format('{}', $.a)", False),
        ("States.Format('{}', $.may)", True),
        ("States.Format($.text, $.n)", False),
        ("States.Format($.kind, $.n)", False),
        ("States.StringToJson($.text)", True),
        ("States.StringToJson($.a)", True),
        ("States.JsonToString()", True),
        ("States.JsonToString($.a, $.b)", True),
        ("States.JsonToString($.nothing)", True),
        ("States.ArrayPartition($.lines, 0)", True),
        ("States.ArrayPartition($.lines, $.any)", True),
        ("States.ArrayPartition($.text, 2)", True),
        ("States.ArrayContains($.text, 'a')", True),
        ("States.ArrayRange(1, 1001, 1)", True),
        ("States.ArrayRange(1, 9, 0)", True),
        ("States.ArrayRange(1, $.any, 1)", True),
        ("States.ArrayRange('a', 9, 1)", True),
        ("States.ArrayGetItem($.lines, 2)", True),
        ("States.ArrayGetItem($.lines, -1)", True),
        ("States.ArrayGetItem($.lines, $.text)", True),
        ("States.ArrayLength($.text)", True),
        ("States.ArrayUnique($.a)", True),
        ("States.Base64Encode($.long)", True),
        ("States.Base64Encode($.n)", True),
        ("States.Base64Decode($.text)", False),
        ("States.Hash($.text, 'SHA256')", True),
        ("States.Hash($.text, $.kind)", True),
        ("States.Hash($.long, 'MD5')", True),
        ("States.JsonMerge($.a, $.b, true)", True),
        ("States.JsonMerge($.a, $.text, false)", True),
        ("States.MathRandom('a', 9)", True),
        ("States.MathAdd($.text, 1)", True),
        ("States.MathAdd($.n)", True),
        ("States.MathAdd(1e999, 1)", True),
        (f"States.MathAdd({'9' * 4301}, 1)", True),  # Python reads no integer of so many digits
        ("States.StringSplit($.n, ',')", True),
        ("States.ArrayGetItem(States.StringSplit($.text, ','), 0)", True),
        ("States.ArrayGetItem(States.StringSplit($.tags, ','), 2)", True),
        ("States.ArrayGetItem(States.StringSplit($.tags, $.sign), 1)", True),
        ("States.ArrayGetItem(States.StringSplit($.tags, $.text), 1)", True),
        ("States.ArrayGetItem(States.StringSplit($.loose, ','), 0)", True),
        ("States.StringSplit($.text, 1)", True),
        ("States.ArrayGetItem(States.StringSplit(States.Format('x:{}', $.name), ':'), 2)", True),
        ("States.ArrayGetItem(States.StringSplit(States.Format('x:{}', $.name), ':x'), 1)", True),
        ("States.ArrayGetItem(States.StringSplit(States.Format('x:{}', $.text), ':'), 1)", True),
        ("States.UUID(1)", True),
        ("States.Uuid()", True),
        ("States.StringToJSON($.json)", True),
        ("States.Format('{}', $.n", True),
        ("States.Format('{}', $.n) and more", True),
        ("States.Format('{}' $.n)", True),
        ("Format('{}', $.n)", True),
    ],
)
def test_call_with_findings(call: str, decided: bool) -> None:
    """A call that fails for some payload is an error; one that cannot be decided is reported as undecided."""
    states = {"A": {"Type": "Pass", "Parameters": {"v.$": call}, "End": True}}
    assert found(states, START) == {("A", "Parameters.v.$", decided)}


@pytest.mark.parametrize(("calls", "findings"), [(10, set()), (11, {("A", "Parameters.v.$", False)})])
def test_calls_in_a_field(calls: int, findings: Found) -> None:
    """Step Functions documents ten calls in a field, however deep they are; with more it is undecided."""
    wide = f"States.Array({', '.join(['States.UUID()'] * (calls - 1))})"
    deep = "States.Array(" * calls + ")" * calls
    for call in (wide, deep):
        assert found({"A": {"Type": "Pass", "Parameters": {"v.$": call}, "End": True}}, START) == findings


def test_merge_with_unknown_fields() -> None:
    """A merge with an object that may have further fields is undecided: they may replace any field."""
    states = {"A": {"Type": "Pass", "Parameters": {"v.$": "States.JsonMerge($.a, $.b, false)"}, "End": True}}
    start = closed(
        {
            "a": closed({"x": TEXT}),
            "b": {
                "type": "object",
                "maxProperties": 2,
                "propertyNames": {"maxLength": 3},
                "additionalProperties": COUNT,
            },
        }
    )
    assert found(states, start) == {("A", "Parameters.v.$", False)}


def test_result_of_a_call_is_compared_with_the_contract() -> None:
    """A call that returns another type than the task takes is a finding at its field."""
    edges = {"A": {"takes": closed({"v": COUNT}), "gives": {"type": "null"}}}
    assert found({"A": task(Parameters={"v.$": "States.UUID()"})}, START, edges) == {("A", "Parameters.v.$", True)}
    assert found({"A": task(Parameters={"v.$": "States.ArrayLength($.lines)"})}, START, edges) == set()
