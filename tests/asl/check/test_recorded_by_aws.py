"""Machines of which AWS's own answer is recorded in LocalStack's test suite: what succeeded there is no certain error here."""

from typing import Any

from asl.check.mapping import NO_MAPPING
from asl.check.prover import prove
from tests.asl.check.test_machines import FUNCTION, State, ending

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
    branch = {
        "StartAt": "In",
        "States": {"In": {"Type": "Task", "Resource": FUNCTION, "Assign": {"v": 1}, "End": True}},
    }
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


def test_empty_text_is_the_json_of_null() -> None:
    """States.StringToJson of an empty or a blank text succeeded, and returned null."""
    assert verdict(reading("States.StringToJson('')")) == verdict(reading("States.StringToJson(' ')")) == "no finding"


def test_escapes_in_a_name_in_quotes() -> None:
    """A backslash before a double quote, in a name in single quotes, is a part of the name."""
    start: State = {"Type": "Pass", "Result": {'Test\\""Name"': 1, "it's": 2}}
    assert verdict(start, reading('$[\'Test\\""Name"\']')) == "no finding"
    assert verdict(start, reading(r"$['it\'s']")) == "no finding"
    assert verdict(start, reading("$['TestName']")) == "refused"


def test_items_of_a_map_in_jsonata() -> None:
    """An inline Map over an object failed: its input has to be an array."""
    items: State = {"Type": "Map", "ItemProcessor": INNER, "Items": "{% $states.input %}", "QueryLanguage": "JSONata"}
    assert verdict({"Type": "Pass", "Result": {"foo": "bar"}}, items) == "refused"
    assert verdict({"Type": "Pass", "Result": [1]}, items) == "no finding"


def test_entries_of_events() -> None:
    """Events without a source, and those whose detail is no object, failed with EventBridge.FailedEntry."""
    event = {"Detail": {"a": 1}, "DetailType": "t", "Source": "s"}
    texts = {'"text"': "refused", "text": "refused", '{"a": 1}': "no finding", "${Detail}": "no finding"}
    entries = {**{text: {**event, "Detail": text} for text in texts}, "": event}
    entries |= {name: {key: value for key, value in event.items() if key != name} for name in event}
    for name, entry in entries.items():
        state = {"Type": "Task", "Resource": "arn:aws:states:::events:putEvents", "Parameters": {"Entries": [entry]}}
        assert verdict(state) == {**texts, "": "no finding"}.get(name, "refused")
