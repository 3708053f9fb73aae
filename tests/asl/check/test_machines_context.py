"""Small machines that read the context object, and small machines whose payloads are too large."""

import pytest

from asl.check.sizes import LIMIT
from tests.asl.check.test_machines import (
    COUNT,
    FUNCTION,
    TEXT,
    Found,
    Schema,
    State,
    array,
    closed,
    found,
    proof_of,
    reading,
    task,
)

START = closed({"id": TEXT}, {"may": TEXT})


@pytest.mark.parametrize(
    ("path", "finding"),
    [
        ("$$.Execution.Id", False),
        ("$$.Execution.Name", False),
        ("$$.Execution.StartTime", False),
        ("$$.Execution.Input.id", False),
        ("$$.Execution.Input.may", True),
        ("$$.Execution.Input.nr", True),
        ("$$.Execution.Nmae", True),
        ("$$.State.Name", False),
        ("$$.State.EnteredTime", False),
        ("$$.State.RetryCount", False),
        ("$$.StateMachine.Id", False),
        ("$$.Sate.Name", True),
        ("$$.Task.Token", True),
        ("$$.Map.Item.Value", True),
        ("$$['Execution']['Name']", False),
        ("States.Format('{}/{}', $$.StateMachine.Name, $$.Execution.Name)", False),
        ("States.Format('{}', $$.Execution.Nmae)", True),
    ],
)
def test_fields_of_the_context_object(path: str, finding: bool) -> None:
    """A path into the context object finds what Step Functions puts there, and the execution's own input."""
    assert found({"B": reading(path)}, START) == ({("B", "Parameters.read.$", True)} if finding else set())


def test_input_of_the_execution_outlives_a_lost_payload() -> None:
    """The execution's input stays in the context object after a ResultPath replaces the payload."""
    states: dict[str, State] = {"A": {"Type": "Pass", "Result": {}, "Next": "B"}, "B": reading("$$.Execution.Input.id")}
    assert found(states, START) == set()
    assert found({**states, "A": {"Type": "Pass", "InputPath": "$$.Execution.Input", "Next": "B"}}, START) == set()


def test_token_is_there_in_a_task_that_waits_for_it() -> None:
    """The task token is there in a task that waits for it, and in no other."""
    fields = {"Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}}
    edges = {"A": {"takes": {}, "gives": COUNT}}
    waiting = task(**fields, Resource="arn:aws:states:::lambda:invoke.waitForTaskToken")
    assert found({"A": waiting}, START, edges) == set()
    waiting["Resource"] = "arn:aws:states:::lambda:invoke"
    assert found({"A": waiting}, START, edges) == {("A", "Parameters.Payload.token.$", True)}


def text(characters: int) -> Schema:
    """Return the schema of a string of at most so many plain characters."""
    return {"type": "string", "pattern": "^[a-z]*$", "maxLength": characters}


def sized(start: Schema, state: State) -> Found:
    """Return the findings of a machine of one state."""
    return found({"A": {**state, "End": True}}, start)


@pytest.mark.parametrize(
    ("schema", "finding"),
    [
        (text(LIMIT - 20), False),
        (text(LIMIT), True),
        ({"type": "string", "maxLength": LIMIT // 6 - 9}, False),
        ({"type": "string", "maxLength": LIMIT // 6}, True),
        (array(text(100), high=2500), False),
        (array(text(100), high=2600), True),
        ({"type": "object", "maxProperties": 9, "propertyNames": text(9), "additionalProperties": COUNT}, False),
        ({"type": "number", "minimum": 0, "maximum": 1}, False),
    ],
)
def test_size_of_a_result(schema: Schema, finding: bool) -> None:
    """A payload that may exceed the limit is a finding in every state that gets it."""
    edges = {"A": {"takes": {}, "gives": closed({"v": schema})}}
    everywhere = {("A", "result", True), ("A", "output", True), ("B", "input", True), ("B", "output", True)}
    states = {"A": task(Next="B"), "B": {"Type": "Wait", "Seconds": 1, "End": True}}
    assert found(states, START, edges) == (everywhere if finding else set())


UNBOUNDED: list[Schema] = [
    {"type": "string"},
    {"type": "number"},
    {"type": "array", "items": COUNT},
    {"type": "object", "maxProperties": 9, "additionalProperties": COUNT},
    {"type": "object"},
    {},
]


@pytest.mark.parametrize("schema", [*UNBOUNDED, text(LIMIT)])
def test_input_without_a_bound_below_the_limit(schema: Schema) -> None:
    """Step Functions starts no execution with an input over the limit, so that a part of it is below the limit too."""
    start = closed({"v": schema})
    assert sized(start, {"Type": "Wait", "Seconds": 1}) == set()
    assert sized(start, {"Type": "Pass", "Parameters": {"v.$": "$.v"}}) == set()
    longer = {"Type": "Pass", "Parameters": {"longer.$": "$.v"}}
    assert sized(start, longer) == {("A", kind, False) for kind in ("parameters", "result", "output")}


@pytest.mark.parametrize("schema", UNBOUNDED)
def test_result_without_a_bound(schema: Schema) -> None:
    """A result without a bound is a finding in each state that gets it, as it may exceed the limit."""
    edges = {"A": {"takes": {}, "gives": closed({"v": schema})}}
    assert found({"A": task()}, START, edges) == {("A", kind, True) for kind in ("result", "output")}


def test_size_of_each_payload_of_a_state() -> None:
    """Parameters, results and outputs are measured separately."""
    half = closed({"v": text(LIMIT // 2)})
    twice = {"Type": "Pass", "Parameters": {"a.$": "$.v", "b.$": "$.v"}, "ResultPath": None}
    assert sized(half, twice) == {("A", "parameters", True), ("A", "result", True)}
    kept = {"Type": "Pass", "Parameters": {"a.$": "$.v"}, "ResultPath": "$.kept"}
    assert sized(half, kept) == {("A", "output", True)}
    escaped = {"Type": "Pass", "Parameters": {"a.$": "States.JsonToString($)"}}
    assert sized(half, escaped) == set()
    assert sized(closed({"v": {"type": "string", "maxLength": LIMIT // 7}}), escaped) != set()


def test_size_of_results() -> None:
    """The results of tasks, branches and iterations are measured, and so is the output of a Catch."""
    big = {"takes": {}, "gives": closed({"v": text(LIMIT - 1000)})}
    branches = [{"StartAt": f"T{n}", "States": {f"T{n}": task()}} for n in (1, 2)]
    edges = {"T1": big, "T2": big}
    assert found({"A": {"Type": "Parallel", "Branches": branches, "ResultPath": None, "End": True}}, START, edges) == {
        ("A", "result", True)
    }
    caught = task(Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "B"}], Resource=FUNCTION)
    near = closed({"v": text(LIMIT - 1000)})
    findings = found({"A": caught, "B": {"Type": "Succeed"}}, near, {"A": {"takes": {}, "gives": COUNT}})
    assert findings == {("A", "caught", True), ("B", "input", True), ("B", "output", True)}


def test_sizes_are_given_for_each_state() -> None:
    """The proof has the largest size of each payload of each state, in UTF-8, and none of payloads that a state does not have."""
    state = {"Type": "Pass", "Result": {"a": "é"}, "ResultPath": "$.b", "End": True}
    sizes = proof_of({"A": state}, closed({"v": {"enum": ["é", "eee"]}})).sizes["A"]
    assert len('{"v":"eee"}') <= (sizes["input"] or 0) <= len('{"v":"eee"},')
    assert len('{"a":"é"}'.encode()) <= (sizes["result"] or 0) <= len('{"a":"é"},'.encode())
    assert (sizes["output"] or 0) > (sizes["result"] or 0)
    assert set(sizes) == {"input", "parameters", "result", "output"}
