"""Placeholders: nothing is known of what replaces them, neither its length nor its value."""

import pytest

from tests.asl.check.test_machines import (
    COUNT,
    TEXT,
    Found,
    State,
    array,
    closed,
    ending,
    found,
    proof_of,
    reading,
    task,
)

START = closed({"mode": {"enum": ["full", "small"]}, "id": TEXT}, {"extra": TEXT})
SMALL = {"type": "string", "maxLength": 12}


def taking(schema: State, value: str) -> Found:
    """Return the findings of a task that hands value to a function that takes schema."""
    edges = {"A": {"takes": closed({"v": schema}), "gives": COUNT}}
    return found({"A": task(Parameters={"v": value})}, START, edges)


@pytest.mark.parametrize(
    ("schema", "value", "findings"),
    [
        (SMALL, "${Mode}", {("A", "Parameters.v", False)}),
        ({"const": "${Mode}"}, "${Mode}", {("A", "Parameters.v", False)}),
        (SMALL, "more than 12 ${Mode}", {("A", "Parameters.v", True)}),
        ({"type": "integer"}, "${Mode}", {("A", "Parameters.v", True)}),
        ({"type": "string"}, "${Mode}", set()),
        ({}, "x-${Mode}", set()),
    ],
)
def test_placeholder_that_a_function_gets(schema: State, value: str, findings: Found) -> None:
    """A text with a placeholder is undecided where the contract limits it, and wrong where no text would do."""
    assert taking(schema, value) == findings


def test_placeholder_that_a_service_gets() -> None:
    """The name of a resource is taken for what the service requires: the deployment checks it."""
    publish = {"TopicArn": "arn:${AWS::Partition}:sns:${Topic}", "Message.$": "$.id"}
    assert (
        found(ending({"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": publish}), START)
        == set()
    )


@pytest.mark.parametrize("operator", ["StringEquals", "StringMatches", "StringLessThan"])
def test_choice_by_a_placeholder_goes_both_ways(operator: str) -> None:
    """A comparison with a placeholder may match any payload and may match none."""
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.mode", operator: "${Mode}", "Next": "M"}], "Default": "O"}
    states = {"A": choice, "M": reading("$.extra"), "O": reading("$.extra")}
    assert found(states, START) == {(name, "Parameters.read.$", True) for name in "MO"}


def test_payload_of_a_placeholder_takes_both_ways() -> None:
    """A payload with a placeholder in it may have the value that a rule compares with."""
    choice = {"Type": "Choice", "Choices": [{"Variable": "$", "StringEquals": "x", "Next": "M"}], "Default": "O"}
    states: dict[str, State] = {"A": {"Type": "Pass", "Result": "${X}", "Next": "C"}, "C": choice}
    assert set(proof_of({**states, "M": {"Type": "Succeed"}, "O": {"Type": "Succeed"}}, START).inputs) == set("ACMO")


def test_path_with_a_placeholder() -> None:
    """What a path with a placeholder selects is undecided."""
    assert found(ending({"Type": "Pass", "Parameters": {"v.$": "$.${Name}"}}), START) == {
        ("A", "Parameters.v.$", False)
    }


def test_resource_that_is_a_placeholder_may_wait_for_its_token() -> None:
    """Nothing says whether such a task waits for its token, so that the token may be there."""
    state = task(Resource="${SendAndWait}", Parameters={"token.$": "$$.Task.Token"})
    assert found({"A": state}, START, {"A": {"takes": {}, "gives": COUNT}}) == set()


def test_template_of_format_with_a_placeholder() -> None:
    """A placeholder in a template of States.Format is text, and its braces are no place."""
    made = {"v.$": "States.Format('${Stage}-{}', $.id)"}
    edges = {"A": {"takes": closed({"v": {"type": "string", "maxLength": 5000}}), "gives": COUNT}}
    assert found({"A": task(Parameters=made)}, START, edges) == {("A", "Parameters.v.$", False)}
    edges = {"A": {"takes": closed({"v": {"type": "string"}}), "gives": COUNT}}
    assert found({"A": task(Parameters=made)}, START, edges) == set()


def test_size_with_placeholders_is_not_certain() -> None:
    """Many texts with placeholders may exceed the limit, which is undecided."""
    state = {"Type": "Pass", "Result": [f"${{P{number}}}" for number in range(20)]}
    edges: dict[str, dict[str, State]] = {}
    findings = found(ending(state), closed({"l": array(TEXT)}), edges)
    assert findings == {("A", kind, False) for kind in ("result", "output")}
