"""Machines of which AWS's own answer is recorded in LocalStack's test suite: what succeeded there is no certain error here."""

from typing import Any

from asl.check.mapping import NO_MAPPING
from asl.check.prover import prove
from tests.asl.check.test_machines import State, ending

INNER = {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": True}}}
MAP: State = {"Type": "Map", "ItemsPath": "$.l", "ItemProcessor": INNER}


def verdict(*states: State, **machine: Any) -> str:
    """Return what the checker says of a machine without contracts, whose states follow each other."""
    named = {name: {**one, "Next": after} for name, one, after in zip("ABC", states[:-1], "BCD", strict=False)}
    named |= {"ABC"[len(states) - 1]: ending(states[-1])["A"]}
    findings = prove({"StartAt": "A", "States": named, **machine}, NO_MAPPING).findings
    return "refused" if any(one.decided for one in findings) else "undecided" if findings else "no finding"


def reading(call: str) -> State:
    """Return a state that evaluates a call."""
    return {"Type": "Pass", "Parameters": {"v.$": call}}


def test_what_succeeded() -> None:
    """Executions that succeeded on AWS: an object in States.Format, limits as strings, the first part of a name."""
    assert verdict(reading("States.Format('{}', $$.StateMachine)")) == "undecided"
    assert verdict(reading("States.ArrayGetItem(States.StringSplit($$.StateMachine.Name, '-'), 0)")) == "undecided"
    assert verdict(reading("""States.StringToJson('{"a": 1}')""")) == "no finding"
    start: State = {"Type": "Pass", "Assign": {"most": "1"}, "Result": {"l": [1, 2, 3]}}
    assert verdict(start, {**MAP, "MaxConcurrencyPath": "$most"}) == "no finding"
    inner = {"Sum": {**reading("States.MathAdd($[0], $bias)"), "End": True}}
    sums = {"StartAt": "Sum", "States": inner}
    rows: State = {"Type": "Pass", "Assign": {"bias": 4.3}, "Result": [[9], [82]]}
    assert verdict(rows, {"Type": "Map", "ItemProcessor": sums}) == "no finding"


def test_name_that_a_catch_of_the_state_around_assigns_too() -> None:
    """A branch may assign a variable that only the Catch of its Parallel assigns as well."""
    branch = {"StartAt": "In", "States": {"In": {"Type": "Task", "Resource": "f", "Assign": {"v": 1}, "End": True}}}
    catch = [{"ErrorEquals": ["States.ALL"], "Assign": {"v": 2}, "Next": "B"}]
    both: State = {"Type": "Parallel", "Branches": [branch], "Catch": catch}
    assert verdict(both, reading("$$.State.Name")) == "no finding"
    assert verdict({"Type": "Pass", "Assign": {"v": 0}}, both, reading("$v")) == "refused"


def test_what_failed() -> None:
    """Executions that failed on AWS, and definitions that it refused."""
    assert verdict(reading("""States.StringToJson('{"a": "b" c"}')""")) == "refused"
    assert verdict({"Type": "Wait", "Timestamp": "2016-13-05T21:29:29Z"}) == "refused"
    undefined: State = {"Type": "Pass", "Output": "{% $doesNotExist %}"}
    assert verdict(undefined, QueryLanguage="JSONata") == "refused"
    seeded: State = {"Type": "Pass", "Output": "{% $randomSeeded(1) %}"}
    assert verdict(seeded, QueryLanguage="JSONata") == "refused"
    query: State = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:query", "Parameters": {"TableName": "t"}}
    assert verdict(query) == "refused"
