"""States in JSONata: what expressions evaluate to, where they may evaluate to nothing, and what is undecided."""

from typing import Any

import pytest

from asl.check.json_schema import shape_of
from asl.check.mapping import Contract, Edges, Mapping
from asl.check.prover import prove
from tests.asl.check.test_machines import COUNT, TEXT, Found, State, array, closed

LINE = closed({"sku": TEXT, "pieces": COUNT}, {"note": TEXT})
START = closed(
    {
        "id": TEXT,
        "n": COUNT,
        "paid": {"type": "boolean"},
        "lines": array(LINE, 0, 5),
        "two": array(LINE, 2, 2),
        "any": {},
    },
    {"may": TEXT, "info": closed({"by": TEXT})},
)
OUTPUT = ("A", "Output.v")


def found(states: dict[str, State], edges: Any = None) -> Found:
    """Return the findings of a machine in JSONata."""
    by_state = {
        state: Edges(**{kind: Contract(kind, shape_of(schema)) for kind, schema in one.items()})
        for state, one in (edges or {}).items()
    }
    machine = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
    findings = prove(machine, Mapping(Contract("start", shape_of(START)), by_state), checks_sizes=False).findings
    return {(finding.state, finding.field, finding.decided) for finding in findings}


def making(expression: str) -> Found:
    """Return the findings of a state whose output has the value of an expression."""
    return found({"A": {"Type": "Pass", "Output": {"v": f"{{% {expression} %}}"}, "End": True}})


@pytest.mark.parametrize(
    "expression",
    [
        "$states.input.id",
        "$states.input.n + 1",
        "$states.input.missing & 'x'",
        "$exists($states.input.may) ? $states.input.may : 'none'",
        "$exists($states.input.missing) ? $states.input.missing : 'none'",
        "$not($exists($states.input.may)) ? 'none' : $states.input.may",
        "$states.input.may ? $states.input.may : 'none'",
        "$states.input.may ?: 'none'",
        "$states.input.may ?? 'none'",
        "$exists($states.input.may) and $states.input.may = 'x' ? $states.input.may : 1",
        "$states.input.may = 'x' ? $states.input.may : 1",
        "$states.input.info.by ?? 'none'",
        "$states.input.two.sku",
        "$states.input.two[0].sku",
        "$states.input.two[-1].sku",
        "$count($states.input.lines)",
        "$count($states.input.missing)",
        "$states.input.id ~> $uppercase",
        "$uppercase($states.input.id)",
        "($x := $states.input.n; $x * 2)",
        "{'a': $states.input.may, 'b': 1}",
        "['a', $states.input.n]",
        "$states.context.Execution.Id",
        "$states.context.Execution.Input.id",
        "-$states.input.n",
        "$uuid()",
        "null",
        "[1..3][2]",
        "[1..$states.input.n]",
        "$parse('{\"a\":1}').a",
        "$number('12')",
        "$sqrt($states.input.n)",
        "$exists($states.input.lines[0]) ? $states.input.lines[0] : 'none'",
        "$states.input.lines[0].sku ?? 'none'",
        "$trim($states.input.may) ?? ''",
        "$states.input.lines[sku = 'x'].pieces ?: 0",
        "$boolean($states.input.lines) ? $states.input.lines[0].sku : 'none'",
        "$toMillis('2026-01-01T00:00:00Z')",
        "$hash($states.input.id, 'MD5')",
        "$range(1, 9, 2)[4]",
        "$replace($states.input.id, ' ', '')",
        "$reduce($states.input.two.sku, function($all, $one) { $all & $one })",
    ],
)
def test_expression_with_a_value(expression: str) -> None:
    """An expression that always has a value is no finding."""
    assert making(expression) == set()


@pytest.mark.parametrize(
    "expression",
    [
        "$states.input.missing",
        "$states.input.may",
        "$states.input.info.by",
        "$states.result",
        "$states.input.lines.sku",
        "$states.input.lines[0].sku",
        "$states.input.two[2]",
        "$states.input.two[sku = 'x']",
        "$states.input.id.deeper",
        "$unset",
        "$states.input.may + 1",
        "$states.input.id + 1",
        "$uppercase($states.input.n)",
        "$uppercase($states.input.may)",
        "$states.input.paid ? 1",
        "$states.input.id < 5",
        "$states.input.paid < 5",
        "5 < $states.input.paid",
        "$replace($states.input.id, 'a', 5)",
        "['x'..3]",
        "[1..'x']",
        "$states.input.",
        "[1..3][3]",
        "$parse('{\"a\":1}').b",
        "$range(1, 9, 0)",
        "$range(1, 9, 2)[5]",
        "$replace($states.input.id, '', 'x')",
        "/a/",
    ],
)
def test_expression_that_may_fail(expression: str) -> None:
    """An expression that may evaluate to nothing, or of values of another type, is a finding."""
    assert {place[:2] for place in making(expression)} == {OUTPUT}


@pytest.mark.parametrize(
    "expression",
    [
        "$states.input.missing",
        "$states.input.may",
        "$states.input.id.deeper",
        "$unset",
        "1 +",
        "$number('x')",
        "$sqrt(-1)",
        "$hash('x', 'SHA256')",
        "$parse('{')",
    ],
)
def test_certain_failure(expression: str) -> None:
    """A path that is not there, or not always, is a certain finding; so is what is no JSONata."""
    assert making(expression) == {(*OUTPUT, True)}


@pytest.mark.parametrize(
    "expression",
    [
        "$states.input.**.sku",
        "$states.input.lines@$l.sku",
        "$states.input.lines#$i.sku",
        "$assert($states.input.paid)",
        "$number($states.input.id)",
        "$parse($states.input.id)",
        "$lookup($states.input, $states.input.id)",
        "$states.input.n / ($states.input.n - 1)",
        "$$.id",
        f"'{'x' * 10_000}'",
        "(" * 60 + "1" + ")" * 60,
    ],
)
def test_undecided_expression(expression: str) -> None:
    """What the checker does not know is undecided, not refused and not passed over."""
    assert making(expression) == {(*OUTPUT, False)}


@pytest.mark.parametrize("expression", ["$power(10, 400)", "1e308 * 10", "0 - 1e308 * 10", "[1..1e300]"])
def test_number_that_is_too_large(expression: str) -> None:
    """JSONata fails with a result that no double has, and with a range of more than ten million items."""
    assert making(expression) == {(*OUTPUT, True)}
    assert making("$power(2, $states.input.n)") == making("[1..9]") == set()


@pytest.mark.parametrize("alternatives", ["$states.input.any : 'x'", "'x' : $states.input.any"])
def test_error_of_one_alternative_is_certain(alternatives: str) -> None:
    """A value that may be a string is no number for certain, whatever is undecided of its other alternatives."""
    assert making(f"($states.input.paid ? {alternatives}) + 1") == {(*OUTPUT, True)}
