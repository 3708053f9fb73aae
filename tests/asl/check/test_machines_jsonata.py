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


def test_output_of_a_state() -> None:
    """The output is the input of the next state; without Output it is the result, or the input."""
    read = {"Type": "Pass", "Output": {"v": "{% $states.input.v %}"}, "End": True}
    assert found({"B": {"Type": "Pass", "Output": {"v": 1}, "Next": "A"}, "A": read}) == set()
    assert found({"B": {"Type": "Pass", "Output": {"w": 1}, "Next": "A"}, "A": read}) == {(*OUTPUT, True)}
    task = {"Type": "Task", "Resource": "arn:aws:lambda:::f", "Arguments": {"i": "{% $states.input.id %}"}, "Next": "A"}
    edges = {"B": {"takes": closed({"i": TEXT}), "gives": closed({"v": COUNT})}}
    assert found({"B": task, "A": read}, edges) == set()
    assert found({"B": {**task, "Output": "{% $states.input %}"}, "A": read}, edges) == {(*OUTPUT, True)}
    assert found({"B": {**task, "Output": {"v": "{% $states.result.v %}"}}, "A": read}, edges) == set()


def test_arguments_of_a_task() -> None:
    """The arguments are what the contract takes."""
    task = {"Type": "Task", "Resource": "arn:aws:lambda:::f", "Arguments": {"i": "{% $states.input.n %}"}, "End": True}
    edges = {"A": {"takes": closed({"i": TEXT}), "gives": COUNT}}
    assert found({"A": task}, edges) == {("A", "Arguments.i", True)}


def test_choice_and_catch() -> None:
    """A condition is a truth value that is always there, and narrows the input; a catcher has the error."""
    rule = {"Condition": "{% $exists($states.input.may) %}", "Next": "A", "Assign": {"x": 1}}
    choice: State = {"Type": "Choice", "Choices": [rule], "Default": "Z"}
    last: dict[str, State] = {
        "A": {"Type": "Pass", "Output": {"v": "{% $states.input.may %}"}, "End": True},
        "Z": {"Type": "Succeed"},
    }
    assert found({"C": choice, **last}) == set()
    unsure = {**choice, "Choices": [{**rule, "Condition": "{% $states.input.may = 'x' %}"}]}
    assert found({"C": unsure, **last}) == set()
    wrong = {**choice, "Choices": [{**rule, "Condition": "{% $states.input.id %}"}]}
    assert ("C", "Choices[0].Condition", True) in found({"C": wrong, **last})
    caught = {"ErrorEquals": ["States.ALL"], "Next": "A", "Output": {"v": "{% $states.errorOutput.Cause %}"}}
    task = {"Type": "Task", "Resource": "arn:aws:lambda:::f", "Catch": [caught], "End": True}
    last["A"] = {"Type": "Pass", "Output": {"v": "{% $states.input.v %}"}, "End": True}
    edges = {"T": {"takes": {}, "gives": COUNT}}
    assert found({"T": task, "A": last["A"]}, edges) == {("T", "Catch[0].Output.v", True)}


def test_choice_without_a_default() -> None:
    """A Choice that has no Default fails if its rules may all not match."""
    choice = {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.paid %}", "Next": "Z"}]}
    assert found({"C": choice, "Z": {"Type": "Succeed"}}) == {("C", "Choices", False)}
    assert found({"C": {**choice, "Default": "Z"}, "Z": {"Type": "Succeed"}}) == set()


def test_variables() -> None:
    """Variables are set by Assign and read as `$name`."""
    read = {"Type": "Pass", "Output": {"v": "{% $x.by %}"}, "End": True}
    first: State = {"Type": "Pass", "Assign": {"x": {"by": "{% $states.input.id %}"}}, "Next": "A"}
    assert found({"B": first, "A": read}) == set()
    assert found({"B": {**first, "Assign": {"y": 1}}, "A": read}) == {(*OUTPUT, True)}


def test_parallel_and_wait_and_fail() -> None:
    """A Parallel has the outputs of its branches as result; Wait and Fail evaluate their fields."""
    branch = {"StartAt": "In", "States": {"In": {"Type": "Pass", "Output": {"v": 1}, "End": True}}}
    state = {"Type": "Parallel", "Branches": [branch], "Output": {"v": "{% $states.result[0].v %}"}, "End": True}
    assert found({"A": state}) == set()
    assert found({"A": {**state, "Output": {"v": "{% $states.result[1].v %}"}}}) == {(*OUTPUT, True)}
    assert found({"A": {"Type": "Wait", "Seconds": "{% $states.input.n %}", "End": True}}) == set()
    assert found({"A": {"Type": "Wait", "Seconds": "{% $states.input.id %}", "End": True}}) == {("A", "Seconds", True)}
    assert found({"A": {"Type": "Fail", "Error": "{% $states.input.may %}"}}) == {("A", "Error", True)}


@pytest.mark.parametrize(
    ("items", "selector", "expression", "findings"),
    [
        ("$states.input.two", None, "$states.input.sku", set()),
        ("$states.input.two", None, "$states.input.note", {("In", "Output.v", True)}),
        ("$states.input.id", None, "$states.input", {("M", "Items", True)}),
        ("$states.input.missing", None, "$states.input", {("M", "Items", True)}),
        ("$states.input.two", {"s": "{% $states.context.Map.Item.Value.sku %}"}, "$states.input.s", set()),
        ("$states.input.two", {"s": "{% $states.input.id %}"}, "$states.input.sku", {("In", "Output.v", True)}),
    ],
)
def test_map(items: str, selector: Any, expression: str, findings: Found) -> None:
    """A Map runs over the items of an array, and each iteration gets its item, or what ItemSelector makes of it."""
    inner = {"In": {"Type": "Pass", "Output": {"v": f"{{% {expression} %}}"}, "End": True}}
    state: State = {"Type": "Map", "Items": f"{{% {items} %}}", "ItemProcessor": {"StartAt": "In", "States": inner}}
    more = {"ItemSelector": selector} if selector else {}
    read = {"Type": "Pass", "Output": {"v": "{% $states.input[0].v %}"}, "End": True}
    assert found({"M": {**state, **more, "Next": "A"}, "A": read}) == findings


def test_numbers_of_a_map() -> None:
    """MaxConcurrency and tolerated failures are numbers."""
    inner = {"StartAt": "In", "States": {"In": {"Type": "Succeed"}}}
    state = {"Type": "Map", "Items": [1, 2], "ItemProcessor": inner, "End": True}
    assert found({"M": {**state, "MaxConcurrency": "{% $states.input.n %}"}}) == set()
    assert found({"M": {**state, "MaxConcurrency": "{% $states.input.id %}"}}) == {("M", "MaxConcurrency", True)}


@pytest.mark.parametrize(
    ("output", "field"),
    [
        ("$states.input.id", "Output"),
        ({"v": "$uppercase('x')"}, "Output.v"),
        ({"v": "id: {% $states.input.id %}"}, "Output.v"),
        ({"v": " {% $states.input.id %}"}, "Output.v"),
        ({"v.$": "$.id"}, "Output.v.$"),
    ],
)
def test_expression_that_is_sent_as_text(output: Any, field: str) -> None:
    """A text that looks like an expression and is none, and a name with `.$`, are undecided."""
    assert found({"A": {"Type": "Pass", "Output": output, "End": True}}) == {("A", field, False)}
    assert found({"A": {"Type": "Pass", "Output": {"v": "$5 {or} 6%"}, "End": True}}) == set()


def test_expression_that_is_not_closed() -> None:
    """Step Functions refuses an expression that begins and does not end."""
    assert found({"A": {"Type": "Pass", "Output": {"v": "{% $states.input.id"}, "End": True}}) == {
        ("A", "Output.v", True)
    }


def test_timeout_of_a_task() -> None:
    """A timeout is a second at least."""
    task = {"Type": "Task", "Resource": "arn:aws:lambda:::f", "TimeoutSeconds": "{% 0 %}", "End": True}
    edges = {"A": {"takes": {}, "gives": COUNT}}
    assert found({"A": task}, edges) == {("A", "TimeoutSeconds", True)}
    assert found({"A": {**task, "TimeoutSeconds": "{% $states.input.n %}"}}, edges) == set()


@pytest.mark.parametrize("expression", ["$power(10, 400)", "1e308 * 10", "0 - 1e308 * 10", "[1..1e300]"])
def test_number_that_is_too_large(expression: str) -> None:
    """JSONata fails with a result that no double has, and with a range of more than ten million items."""
    assert making(expression) == {(*OUTPUT, True)}
    assert making("$power(2, $states.input.n)") == making("[1..9]") == set()


@pytest.mark.parametrize("alternatives", ["$states.input.any : 'x'", "'x' : $states.input.any"])
def test_error_of_one_alternative_is_certain(alternatives: str) -> None:
    """A value that may be a string is no number for certain, whatever is undecided of its other alternatives."""
    assert making(f"($states.input.paid ? {alternatives}) + 1") == {(*OUTPUT, True)}


@pytest.mark.parametrize(("first", "decided"), [("'many'", True), ("$states.input.id & 'x'", False)])
def test_text_that_is_no_number(first: str, decided: bool) -> None:
    """A number of items that may be a known text without digits is wrong for certain, also if it may be a computed one."""
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "In",
        "States": {"In": {"Type": "Succeed"}},
    }
    most = f"{{% $states.input.paid ? {first} : $states.input.id & '12' %}}"
    items = "{% $states.input.two %}"
    state = {"Type": "Map", "Items": items, "ItemProcessor": processor, "ItemBatcher": {"MaxItemsPerBatch": most}}
    assert found({"A": {**state, "End": True}}) == {("A", "ItemBatcher.MaxItemsPerBatch", decided)}
