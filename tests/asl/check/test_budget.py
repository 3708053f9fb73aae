"""The budget: each input ends in a bounded number of steps, as undecided or as one line, and never as proved by giving up."""

import json
from pathlib import Path
from typing import Any

import pytest

from asl.check import budget
from asl.check.cli import main
from asl.documents import MAX_DEPTH, parse_json
from tests.effort import times

SHARE = times(10, 1)  # how much less a proof may spend in `make test`: the places where it stops are the same
DEEP_LEVELS = times(8, 9)
LONG = times(1000, 3000)


@pytest.fixture(autouse=True)
def budget_of_the_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a proof spend a share of its steps."""
    monkeypatch.setattr(budget, "PART", budget.PART // SHARE)


TASK = {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:1:function:f"}
SMALL = {"type": "string", "maxLength": 5}


def closed(**properties: Any) -> dict[str, Any]:
    """Return the contract of an object with these properties."""
    return {"type": "object", "properties": properties, "required": sorted(properties), "additionalProperties": False}


def run(folder: Path, states: Any, accepted: Any = None, **contracts: Any) -> int:
    """Write a machine that starts with the first of states, and its contracts; return the exit code of the checker."""
    mapped = {"A": {"takes": "taken", "gives": "given"}} if "taken" in contracts else {}
    mapping = {"startsWith": "given", "states": mapped, "accepted": accepted or {}}
    for name, content in {**contracts, "mapping": mapping}.items():
        (folder / f"{name}.json").write_text(content if isinstance(content, str) else json.dumps(content))
    machine = {"StartAt": next(iter(states)), "States": states} if isinstance(states, dict) else states
    file = folder / "machine"
    file.write_text(machine if isinstance(machine, str) else json.dumps(machine))
    return main([str(file), "--contracts", str(folder)])


def nested(levels: int, width: int) -> dict[str, Any]:
    """Return a contract of alternatives in alternatives, which are as many as width to the power of levels."""
    if not levels:
        return {"type": "string", "maxLength": width}
    inner = nested(levels - 1, width)
    return {"anyOf": [{"type": "array", "maxItems": most, "items": inner} for most in (2, 3, 4)]}


def test_nested_alternatives_are_undecided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The comparison of alternatives in alternatives takes exponentially many steps: it is undecided in its field."""
    contracts = {"given": closed(x=nested(DEEP_LEVELS, 5)), "taken": closed(x=nested(DEEP_LEVELS, 6))}
    assert run(tmp_path, {"A": {**TASK, "End": True}}, **contracts) == 1
    printed = capsys.readouterr().out
    assert "undecided: A, Parameters" in printed
    assert "stopped" not in printed  # the rest of the machine is followed


def test_combinations_of_rules_are_undecided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rule that divides a payload into exponentially many parts is undecided, and names its place."""
    names = [f"p{number}" for number in range(24)]
    either = [{"Or": [{"Variable": f"$.{name}", "StringEquals": one} for one in "ab"]} for name in names]
    states = {
        "C": {"Type": "Choice", "Choices": [{"And": either, "Next": "E"}], "Default": "E"},
        "E": {"Type": "Succeed"},
    }
    assert run(tmp_path, states, given=closed(**dict.fromkeys(names, SMALL))) == 1
    assert "undecided: C, Choices[0]" in capsys.readouterr().out


def test_long_machine_is_proved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Thousands of states are no reason to give up, and the path of a finding is abbreviated."""
    states: dict[str, Any] = {f"S{number}": {"Type": "Pass", "Next": f"S{number + 1}"} for number in range(LONG)}
    assert run(tmp_path, {**states, f"S{LONG}": {"Type": "Succeed"}}, given=closed(x=SMALL)) == 0
    last = {"Type": "Pass", "InputPath": "$.y", "End": True}
    assert run(tmp_path, states | {f"S{LONG}": last}, given=closed(x=SMALL)) == 1
    assert f"path        ({LONG - 50:,} states) > S{LONG - 50} > S{LONG - 49}" in capsys.readouterr().out


def test_states_that_divide_paths_are_proved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where each of many states doubles the paths, their payloads are joined, and the proof ends."""
    states: dict[str, Any] = {"C60": {"Type": "Succeed"}}
    for number in reversed(range(60)):
        rule = {"Variable": "$.y", "NumericEquals": number, "Next": f"P{number}"}
        ahead = f"C{number + 1}"
        states |= {f"P{number}": {"Type": "Pass", "Result": 1, "ResultPath": f"$.r{number}", "Next": ahead}}
        states |= {f"C{number}": {"Type": "Choice", "Choices": [rule], "Default": ahead}}
    contract = closed(y={"type": "integer", "minimum": 0, "maximum": 99})
    assert run(tmp_path, {"C0": states.pop("C0"), **states}, given=contract) == 0
    assert "proved: " in capsys.readouterr().out


def test_proof_that_stops_is_not_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the budget of the whole proof is spent, the place cannot be accepted: what comes after it is unknown."""
    monkeypatch.setattr(budget, "PROOF", 200)
    states: dict[str, Any] = {f"S{number}": {"Type": "Pass", "Next": f"S{number + 1}"} for number in range(100)}
    states["S100"] = {"Type": "Pass", "InputPath": "$.none", "End": True}
    accepted = {
        f"S{number}.{field}": "why not"
        for number in range(101)
        for field in ("Type", "InputPath", "OutputPath", "ResultPath")
    }
    assert run(tmp_path, states, accepted, given=closed(x=SMALL)) == 1
    assert "not proved: the proof stopped at S" in capsys.readouterr().out


DEEP = "[" * 5000 + "]" * 5000
LAUGHS = {
    f"r{number}": closed(x={"$ref": f"r{number + 1}.json"}, y={"$ref": f"r{number + 1}.json"}) for number in range(30)
}
UNUSABLE: dict[str, tuple[Any, dict[str, Any], str]] = {
    "machine": (DEEP, {"given": closed()}, "machine cannot be read: it is nested more than 128 levels deep"),
    "contract": ({"A": {"Type": "Succeed"}}, {"given": DEEP}, "given.json cannot be read: it is nested more than 128"),
    "references": (
        {"A": {"Type": "Succeed"}},
        {"given": {"$ref": "r0.json"}, **LAUGHS, "r30": SMALL},
        "more than 200,000 parts",
    ),
    "cycle": ({"A": {"Type": "Succeed"}}, {"given": closed(x={"$ref": "given.json"})}, "it refers to itself"),
    "repetition": ({"A": {"Type": "Succeed"}}, {"given": {"type": "string", "pattern": "a{99999999999}"}}, "too large"),
    "infinity": (
        {"A": {"Type": "Succeed"}},
        {"given": '{"type": "number", "maximum": Infinity}'},
        "Infinity is no JSON",
    ),
    "number": ({"A": {"Type": "Succeed"}}, {"given": '{"type": "number", "maximum": 1e999}'}, "is too large"),
}


@pytest.mark.share(3)
@pytest.mark.parametrize("kind", UNUSABLE)
def test_unusable_input_is_one_line(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is too deep or too large to be read is one line on standard error, and exit code 2."""
    states, contracts, message = UNUSABLE[kind]
    assert run(tmp_path, states, **contracts) == 2
    (line, end) = capsys.readouterr().err.split("\n")
    assert message in line
    assert end == ""


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"z.$": "States.Array(" * 1000 + "$.x" + ")" * 1000}, "undecided: A, Parameters.z.$"),
        ({"z.$": "$" + ".x" * 50_000}, "undecided: A, Parameters.z.$"),
    ],
)
def test_long_expressions_are_undecided(
    given: dict[str, str], place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Calls in calls and paths of any length end as undecided in their field."""
    assert run(tmp_path, {"A": {"Type": "Pass", "Parameters": given, "End": True}}, given=closed(x=SMALL)) == 1
    printed = capsys.readouterr().out
    assert place in printed
    assert max(map(len, printed.split("\n"))) < 1000


@pytest.mark.parametrize(
    ("start", "double", "code"),
    [("'ab'", "$a & $a", 1), ("9", "$a * $a", 1), ("1", "[$a, $a]", 1), ("1", "{'x': $a, 'y': $a}", 1)],
)
def test_values_that_double_end(start: str, double: str, code: int, tmp_path: Path) -> None:
    """A value that is in the next one twice, forty times, is not made, and equal ones are compared once for each step."""
    made = {"v": f"{{% ($a := {start}; {f'$a := {double}; ' * 40}$a) %}}"}
    state = {"Type": "Pass", "QueryLanguage": "JSONata", "Output": made}
    assert run(tmp_path, {"A": {**state, "Next": "B"}, "B": {**state, "End": True}}, given=closed(x=SMALL)) == code


def test_strings_in_strings_take_no_memory(tmp_path: Path) -> None:
    """JSON in sixty strings would double a backslash sixty times: its size is no number of bytes, and a finding."""
    content: dict[str, Any] = {"const": '"\\'}
    for _ in range(60):
        content = {"type": "string", "contentMediaType": "application/json", "contentSchema": content, "maxLength": 10}
    assert run(
        tmp_path,
        {"A": {"Type": "Pass", "Parameters": {"s.$": "States.JsonToString($)"}, "End": True}},
        given=closed(x=content),
    ) in (0, 1)


def test_resource_that_matches_no_integration_ends(tmp_path: Path) -> None:
    """A Resource of many placeholders is read once, and not in each of the ways in which one could be."""
    task = {"Type": "Task", "Resource": "arn:" + "${a}" * 60 + "!:x", "End": True}
    assert run(tmp_path, {"A": task}, given=closed(x=SMALL), taken=closed(x=SMALL)) == 0


def test_depth_up_to_the_limit_is_proved(tmp_path: Path) -> None:
    """The deepest JSON that is read is also proved, so that the limit and not the recursion decides."""
    levels = MAX_DEPTH - 4  # below the machine, its states, the state and Parameters
    deep = json.loads('{"a":' * levels + "1" + "}" * levels)
    assert run(tmp_path, {"A": {"Type": "Pass", "Parameters": deep, "End": True}}, given=closed(x=SMALL)) == 0
    with pytest.raises(ValueError, match="128 levels deep, at "):
        parse_json("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2))
