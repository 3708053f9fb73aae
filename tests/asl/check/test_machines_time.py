"""Small machines that wait, end and go round: Wait, Succeed, time limits from the data, and loops."""

from typing import Any

import pytest

from tests.asl.check.test_machines import COUNT, TEXT, Found, State, closed, found, reading, task

SECONDS = {"type": "integer", "minimum": 0, "maximum": 600}
INSTANT = {
    "type": "string",
    "pattern": "^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:00)$",
    "maxLength": 25,
    "minLength": 20,
}
START = closed(
    {"wait": SECONDS, "rate": {"type": "number", "minimum": 0, "maximum": 9}, "at": INSTANT, "name": TEXT},
    {"may": SECONDS},
)


@pytest.mark.parametrize(
    ("fields", "findings"),
    [
        ({"Seconds": 3}, set()),
        ({"SecondsPath": "$.wait"}, set()),
        ({"SecondsPath": "$.wiat"}, {("A", "SecondsPath", True)}),
        ({"SecondsPath": "$.may"}, {("A", "SecondsPath", True)}),
        ({"SecondsPath": "$.rate"}, {("A", "SecondsPath", True)}),
        ({"SecondsPath": "$.name"}, {("A", "SecondsPath", True)}),
        ({"TimestampPath": "$.at"}, set()),
        ({"TimestampPath": "$$.State.EnteredTime"}, set()),
        ({"TimestampPath": "$.name"}, {("A", "TimestampPath", True)}),
        ({"TimestampPath": "$.wait"}, {("A", "TimestampPath", True)}),
    ],
)
def test_wait_from_the_data(fields: State, findings: Found) -> None:
    """SecondsPath must find whole seconds and TimestampPath an instant as RFC 3339 writes it, on every way."""
    assert found({"A": {"Type": "Wait", **fields, "End": True}}, START) == findings


def test_wait_hands_on_what_arrives() -> None:
    """A Wait hands on its input, narrowed by InputPath and OutputPath."""
    read = ("B", "Parameters.read.$", True)
    for fields, findings in (({}, set()), ({"InputPath": "$.wait"}, {read}), ({"OutputPath": "$.wait"}, {read})):
        states = {"A": {"Type": "Wait", "Seconds": 1, **fields, "Next": "B"}, "B": reading("$.name")}
        assert found(states, START) == findings


@pytest.mark.parametrize(
    ("fields", "findings"),
    [
        ({"TimeoutSecondsPath": "$.limit"}, set()),
        ({"HeartbeatSecondsPath": "$.limit"}, set()),
        ({"TimeoutSecondsPath": "$.wait"}, {("A", "TimeoutSecondsPath", True)}),
        ({"TimeoutSecondsPath": "$.limits"}, {("A", "TimeoutSecondsPath", True)}),
    ],
)
def test_time_limit_from_the_data(fields: State, findings: Found) -> None:
    """A time limit is at least a second."""
    start = closed({"wait": SECONDS, "limit": COUNT})
    assert found({"A": task(**fields)}, start, {"A": {"takes": {}, "gives": {"type": "null"}}}) == findings


def test_succeed_ends_its_own_branch() -> None:
    """A Succeed ends its machine with what its paths select."""
    for path, findings in (("$.name", set()), ("$.nmae", {("In", "OutputPath", True)})):
        inner = {"StartAt": "In", "States": {"In": {"Type": "Succeed", "OutputPath": path}}}
        assert (
            found({"A": {"Type": "Parallel", "Branches": [inner], "Next": "B"}, "B": reading("$[0]")}, START)
            == findings
        )


def polling(**ask: Any) -> dict[str, State]:
    """Return a machine that asks for a status until it is there."""
    ready = {"Variable": "$.job.status", "StringEquals": "DONE", "Next": "Read"}
    return {
        "Ask": task(ResultPath="$.job", Next="Ready", **ask),
        "Ready": {"Type": "Choice", "Choices": [ready], "Default": "Wait"},
        "Wait": {"Type": "Wait", "SecondsPath": "$.wait", "Next": "Ask"},
        "Read": reading("$.job.url"),
    }


def test_polling_loop_is_proved() -> None:
    """A loop that asks, waits and asks again is proved, since the payload of the second round has the same shape."""
    job = closed({"status": {"enum": ["DONE", "RUNNING"]}, "url": TEXT})
    assert found(polling(), START, {"Ask": {"takes": START, "gives": job}}) == {("Ask", "Parameters.job", True)}
    opened = {"type": "object", "properties": {"name": TEXT}, "required": ["name"]}
    assert found(polling(), START, {"Ask": {"takes": opened, "gives": job}}) == set()


def test_second_round_of_a_loop_is_proved() -> None:
    """A field that the loop removes is missing in its second round."""
    job = closed({"status": {"enum": ["DONE", "RUNNING"]}, "url": TEXT})
    states = polling(OutputPath="$.job")
    states["Ready"]["Choices"][0]["Variable"] = "$.status"
    states["Read"] = reading("$.url")
    assert found(states, START, {"Ask": {"takes": {}, "gives": job}}) == {("Wait", "SecondsPath", True)}


def test_payload_that_grows_in_each_round_is_undecided() -> None:
    """A loop that nests the payload deeper in each round is reported, and is not followed for ever."""
    states: dict[str, State] = {
        "Nest": {"Type": "Pass", "Parameters": {"inner.$": "$.inner"}, "ResultPath": "$.inner.inner", "Next": "Again"},
        "Again": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.go", "BooleanEquals": True, "Next": "Nest"}],
            "Default": "End",
        },
        "End": {"Type": "Succeed"},
    }
    findings = found(states, closed({"inner": closed({}), "go": {"type": "boolean"}}))
    assert ("Nest", "Next", False) in findings
    assert not any(decided for _, field, decided in findings if field == "Next")


def test_counter_in_a_loop_is_proved() -> None:
    """A loop that counts with States.MathAdd is proved."""
    states: dict[str, State] = {
        "Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "Enough"},
        "Enough": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericLessThan": 9, "Next": "Count"}],
            "Default": "End",
        },
        "End": {"Type": "Succeed"},
    }
    assert found(states, closed({"n": COUNT})) == set()
