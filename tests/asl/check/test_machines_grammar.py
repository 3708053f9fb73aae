"""What Step Functions refuses to create is a certain finding: fields of another type, values that a field cannot hold."""

import json
from typing import Any

import pytest

from asl.check.fields import JSONATA_FIELDS, JSONPATH
from asl.check.grammar_findings import WHOLE
from asl.check.mapping import NO_MAPPING
from asl.check.prover import prove
from asl.language import InvalidMachineError
from tests.asl.check.test_machines import COUNT, START, Found, State, ending, found, reading, task

INNER = {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": True}}}
MAP: State = {"Type": "Map", "ItemsPath": "$.lines", "ItemProcessor": INNER}
PAID = {"Variable": "$.order.paid", "BooleanEquals": True}


def refused(state: State, start: Any = START) -> set[str]:
    """Return the fields of a machine's only state with a certain finding."""
    edges = {"A": {"takes": {}, "gives": COUNT}} if state["Type"] == "Task" else {}
    return {field for _, field, decided in found(ending(state), start, edges) if decided}


@pytest.mark.parametrize(
    ("state", "field"),
    [
        ({"Type": "Pass", "ResultSelector": {"a": 1}}, "ResultSelector"),
        ({"Type": "Pass", "Arguments": {}}, "Arguments"),
        ({"Type": "Pass", "Retry": []}, "Retry"),
        ({"Type": "Wait", "Seconds": 1, "ResultPath": "$.x"}, "ResultPath"),
        ({"Type": "Wait", "Seconds": "soon"}, "Seconds"),
        ({"Type": "Wait", "Seconds": -1}, "Seconds"),
        ({"Type": "Wait", "Seconds": 100_000_000}, "Seconds"),
        ({"Type": "Pass", "InputPath": "States.Array($.order)"}, "InputPath"),
        ({"Type": "Pass", "Result": 1, "ResultPath": "$$.x"}, "ResultPath"),
        ({"Type": "Pass", "Result": 1, "ResultPath": "order"}, "ResultPath"),
        ({"Type": "Pass", "Result": 1, "ResultPath": "$variable.x"}, "ResultPath"),
        ({"Type": "Pass", "Result": 1, "ResultPath": "$.lines[*].x"}, "ResultPath"),
        ({"Type": "Pass", "Result": 1, "ResultPath": "$..x"}, "ResultPath"),
        ({**MAP, "ItemsPath": "States.Array(1, 2)"}, "ItemsPath"),
        ({**MAP, "MaxConcurrency": -1}, "MaxConcurrency"),
        ({**MAP, "ToleratedFailurePercentage": 101}, "ToleratedFailurePercentage"),
        (task(Resource="create"), "Resource"),
        (task(Resource="arn:aws:states:::lambda"), "Resource"),
        (task(TimeoutSeconds=0), "TimeoutSeconds"),
        (task(TimeoutSeconds=5, HeartbeatSeconds=5), "HeartbeatSeconds"),
        (task(Retry=[{"ErrorEquals": ["X"], "BackoffRate": 0.5}]), "Retry[0].BackoffRate"),
        (task(Retry=[{"ErrorEquals": ["X"], "MaxAttempt": 1}]), "Retry[0].MaxAttempt"),
        (task(Retry=[{"ErrorEquals": []}]), "Retry[0].ErrorEquals"),
        (task(Retry=[{"ErrorEquals": ["States.ALL", "X"]}]), "Retry[0].ErrorEquals"),
    ],
)
def test_refused_field(state: State, field: str) -> None:
    """A field that the type of state lacks, or a value that it cannot have, is a certain finding at the field."""
    assert field in refused(state)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "Type"),
        ({"Seconds": 1, "SecondsPath": "$.order.pieces"}, "SecondsPath"),
        ({"Seconds": 1, "Timestamp": "2026-01-01T00:00:00Z"}, "Timestamp"),
    ],
)
def test_wait_has_exactly_one_of_its_fields(fields: State, field: str) -> None:
    """A Wait that does not say how long, or says it twice, is a certain finding."""
    assert refused({"Type": "Wait", **fields}) == {field}


@pytest.mark.parametrize(
    ("state", "field"),
    [
        ({"Type": "Fail", "Error": "E", "ErrorPath": "$.order.id"}, "ErrorPath"),
        ({"Type": "Fail", "Cause": "E", "CausePath": "$.order.id"}, "CausePath"),
        (task(TimeoutSeconds=9, TimeoutSecondsPath="$.order.pieces"), "TimeoutSecondsPath"),
        ({**MAP, "MaxConcurrency": 1, "MaxConcurrencyPath": "$.order.pieces"}, "MaxConcurrencyPath"),
        ({**MAP, "Parameters": {}, "ItemSelector": {}}, "Parameters"),
    ],
)
def test_value_and_path_to_it(state: State, field: str) -> None:
    """A field and the path that stands for it exclude each other."""
    last = state["Type"] == "Fail"
    assert (("A", field, True) in found({"A": state if last else {**state, "End": True}}, START)) is True


@pytest.mark.parametrize(
    ("rule", "findings"),
    [
        ({"Variable": "States.ArrayLength($.lines)", "NumericGreaterThan": 0}, {("A", "Choices[0].Variable", True)}),
        ({"Variable": "$.order.pieces", "NumericEquals": "1"}, {("A", "Choices[0].NumericEquals", True)}),
        ({"Variable": "$.order.paid", "IsPresent": "yes"}, {("A", "Choices[0].IsPresent", True)}),
        ({"And": [{**PAID, "Next": "B"}]}, {("A", "Choices[0].And[0].Next", True)}),
        ({"And": [{**PAID, "Comment": "paid"}]}, set()),
        (PAID, set()),
    ],
)
def test_refused_rule(rule: State, findings: Found) -> None:
    """A rule compares what a path selects with a value of the operator's type, and only the outer one has a Next."""
    choice = {"Type": "Choice", "Choices": [{**rule, "Next": "B"}], "Default": "B"}
    assert found({"A": choice, "B": {"Type": "Succeed"}}) == findings


@pytest.mark.parametrize(
    ("path", "findings"),
    [
        ("$.order.pieces", set()),
        ("$.order.nr", {("A", "MaxConcurrencyPath", True)}),
        ("$.order.id", {("A", "MaxConcurrencyPath", True)}),
    ],
)
def test_paths_to_numbers_of_a_map(path: str, findings: Found) -> None:
    """MaxConcurrencyPath finds a number that is not negative."""
    assert found(ending({**MAP, "MaxConcurrencyPath": path})) == findings


@pytest.mark.parametrize(
    ("credentials", "findings"),
    [
        ({"RoleArn.$": "$.order.role"}, {("A", "Credentials.RoleArn.$", True)}),
        ({"RoleArn.$": "$.order.pieces"}, {("A", "Credentials.RoleArn.$", True)}),
        ({"RoleArn": "arn:aws:iam::111122223333:role/r"}, set()),
        ({"RoleArn.$": "States.Format('arn:aws:iam::111122223333:role/{}', $.order.id)"}, set()),
    ],
)
def test_credentials_are_read(credentials: State, findings: Found) -> None:
    """A path in Credentials finds the ARN of a role."""
    state = task(Credentials=credentials)
    assert found({"A": state}, START, {"A": {"takes": {}, "gives": COUNT}}) == findings


def test_state_that_nothing_reaches_is_checked() -> None:
    """A state to which nothing leads is refused, and so is what Step Functions refuses in it."""
    waits: State = {"Type": "Wait", "Seconds": 1, "Parameters": {}, "Next": "A"}
    states: dict[str, State] = {"A": {"Type": "Succeed"}, "B": waits}
    assert found(states) == {("B", "Parameters", True), ("B", "Type", True)}
    inner = {"StartAt": "In", "States": {"In": {"Type": "Succeed"}, "B": {"Type": "Succeed"}}}
    assert found(ending({"Type": "Parallel", "Branches": [inner]})) == {("B", "Type", True)}


def test_languages_have_fields_of_their_own() -> None:
    """A field of JSONPath is refused in a state in JSONata, and the other way round."""
    jsonata = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1 %}", "InputPath": "$"}
    assert ("A", "InputPath", True) in found(ending(jsonata))
    assert ("A", "Output", True) in found(ending({"Type": "Pass", "Output": 1}))
    assert set(JSONATA_FIELDS) == set(JSONPATH)


def test_similar_field_is_suggested() -> None:
    """The finding of an unknown field suggests a field of a similar name, and none where there is none."""
    assert refused({"Type": "Pass", "ResultPth": "$.x"}) == {"ResultPth"}
    assert refused({"Type": "Pass", "Zebra": "$.x"}) == {"Zebra"}


def test_placeholder_stands_for_any_value_of_a_field() -> None:
    """A placeholder may be replaced by a number, which only the deployment knows."""
    assert refused({"Type": "Wait", "Seconds": "${Delay}"}) == set()
    assert refused(reading("$.order.id")) == set()


@pytest.mark.parametrize("resource", ["%FUNCTION_ARN%", "{{ function }}", "__FUNCTION__", "<function ARN>"])
def test_placeholder_of_another_tool_stands_for_a_resource(resource: str) -> None:
    """A machine is checked before any tool has replaced them."""
    assert refused(task(Resource=resource)) == set()


@pytest.mark.parametrize("wrong", [[1], "text", 5])
@pytest.mark.parametrize("field", ["Assign", "ItemReader", "ItemBatcher", "ResultWriter"])
def test_field_that_is_no_object(field: str, wrong: Any) -> None:
    """A field that has to be an object makes the machine none that can be followed, and the message names its place."""
    with pytest.raises(InvalidMachineError, match=rf"\$\.States\.A\.{field}: "):
        found(ending({**MAP, field: wrong}))


def test_reader_whose_configuration_is_no_object() -> None:
    """What a reader reads is not known if its configuration is none."""
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    request = {"Bucket": "b", "Key": "k"}
    reader = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": [1], "Parameters": request}
    state = {"Type": "Map", "ItemReader": reader, "ItemProcessor": {**config, **INNER}}
    assert found(ending(state)) == {("A", "ItemReader.ReaderConfig", True)}


def distributed(**config: str) -> State:
    """Return the machine of a Map with this ProcessorConfig."""
    return {**INNER, "ProcessorConfig": {"Mode": "DISTRIBUTED", **config}}


def test_fields_of_a_distributed_map() -> None:
    """Fields of a distributed Map are refused in an inline one, and a distributed Map has an ExecutionType."""
    batched = {"Type": "Map", "ItemsPath": "$.lines", "ItemBatcher": {"MaxItemsPerBatch": 2}}
    assert found(ending({**batched, "ItemProcessor": distributed(ExecutionType="STANDARD")})) == set()
    assert found(ending({**batched, "ItemProcessor": INNER})) == {("A", "ItemBatcher", True)}
    config = ("A", "ItemProcessor.ProcessorConfig", True)
    assert found(ending({**batched, "ItemProcessor": distributed()})) == {config}


def test_timestamp_of_a_wait() -> None:
    """A Timestamp is one of RFC 3339, on a day that there is."""
    for text, good in (
        ("2026-11-30T12:00:00Z", True),
        ("2026-11-30T12:00:00.123+01:00", True),
        ("${When}", True),
        ("2026-11-30", False),
        ("2026-13-30T12:00:00Z", False),
        ("2026-11-30T25:00:00Z", False),
        ("2026-11-30 12:00:00Z", False),
        ("2026-11-30T12:00:00", False),
    ):
        findings = found(ending({"Type": "Wait", "Timestamp": text}))
        assert (text, findings) == (text, set() if good else {("A", "Timestamp", True)})


ENDLESS = {"StartAt": "C", "States": {"C": {"Type": "Wait", "Seconds": 1, "Next": "C"}}}
LOOP = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}}


@pytest.mark.parametrize(
    ("machine", "place"),
    [
        ({**INNER, "TimeoutSecond": 3}, "TimeoutSecond"),
        ({**INNER, "TimeoutSeconds": -1}, "TimeoutSeconds"),
        ({**INNER, "Version": "2.0"}, "Version"),
        (LOOP, "States"),
    ],
)
def test_machine_that_is_refused(machine: State, place: str) -> None:
    """A field of a machine that there is not, a value that it cannot have, and a machine that never ends are findings of the whole."""
    findings = prove(machine, NO_MAPPING).findings
    assert [(one.state, one.field) for one in findings if one.decided] == [(WHOLE, place)]


def test_machine_with_all_fields() -> None:
    """A machine may have a comment, a version, a timeout and a language; its parts only comments and a language."""
    machine = {**INNER, "Comment": "c", "Version": "1.0", "TimeoutSeconds": 60, "QueryLanguage": "JSONPath"}
    assert prove(machine, NO_MAPPING).findings == []
    assert refused({**MAP, "ItemProcessor": {**INNER, "Comment": "c"}}) == set()
    assert refused({**MAP, "ItemProcessor": {**INNER, "TimeoutSeconds": 1}}) == {"ItemProcessor.TimeoutSeconds"}
    assert refused({"Type": "Parallel", "Branches": [INNER, {**ENDLESS, "Version": "1.0"}]}) == {
        "Branches[1].Version",
        "Branches[1].States",
    }


def test_name_that_is_too_long() -> None:
    """The name of a state has 80 characters at most."""
    for length, refused_names in ((80, set[str]()), (81, {"x" * 81})):
        name = "x" * length
        found_names = {
            one.state for one in prove({"StartAt": name, "States": {name: {"Type": "Succeed"}}}, NO_MAPPING).findings
        }
        assert found_names == refused_names


def test_definition_that_is_too_long() -> None:
    """A definition has 1,048,576 bytes of UTF-8 at most, of which those of a file that separate its parts need not count."""
    machine: dict[str, Any] = {"StartAt": "Z", "States": {"Z": {"Type": "Succeed", "Comment": ""}}}
    room = 1_048_576 - len(json.dumps(machine, separators=(",", ":")))
    for length, places in ((room, set[str]()), (room + 1, {"States"})):
        machine["States"]["Z"]["Comment"] = "\u00e4" * (length // 2) + "a" * (length % 2)
        assert {finding.field for finding in prove(machine, NO_MAPPING).findings} == places


@pytest.mark.parametrize(
    ("rule", "is_refused"),
    [
        ({"TimestampEquals": "tomorrow"}, True),
        ({"TimestampEquals": "2026-11-30T00:00:00Z"}, False),
        ({"StringMatches": r"a\*b*"}, False),
        ({"StringMatches": "a\\\\"}, False),
        ({"StringMatches": "a\\"}, True),
    ],
)
def test_what_a_rule_compares_with(rule: State, is_refused: bool) -> None:
    """A timestamp is one of RFC 3339, and no pattern ends with a backslash that escapes nothing."""
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.order.id", **rule, "Next": "Z"}], "Default": "Z"}
    certain = {field for _, field, decided in found({"A": choice, "Z": {"Type": "Succeed"}}) if decided}
    assert certain == ({f"Choices[0].{next(iter(rule))}"} if is_refused else set())


def test_values_at_their_bounds() -> None:
    """No retries, a rate of one, no tolerated failures and all of them are what Step Functions creates."""
    retrier = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 0, "BackoffRate": 1}
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    machine = {"ProcessorConfig": config, "StartAt": "In", "States": {"In": reading("$")}}
    state = {"Type": "Map", "ItemsPath": "$.lines", "ItemProcessor": machine, "Retry": [retrier], "End": True}
    for most in (0, 100):
        limits = {"MaxConcurrency": 0, "ToleratedFailureCount": 0, "ToleratedFailurePercentage": most}
        assert found({"A": {**state, **limits}}) == set()
    for wrong in (-1, 101):
        assert found({"A": {**state, "ToleratedFailurePercentage": wrong}}) == {
            ("A", "ToleratedFailurePercentage", True)
        }
