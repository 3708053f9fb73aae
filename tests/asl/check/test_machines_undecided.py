"""Small machines that are undecided: the proof reports it and continues, and a mapping may accept it."""

import pytest

from asl.check.json_schema import shape_of
from asl.check.mapping import Contract, Edges, InvalidMappingError, Mapping
from asl.check.prover import prove
from asl.check.shapes import NULL
from tests.asl.check.test_machines import COUNT, START, TEXT, Found, State, closed, found, proof_of, reading, task

READ = ("B", "Parameters.read.$", True)


@pytest.mark.parametrize(
    ("state", "field"),
    [
        ({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $assert(true) %}"}, "Output"),
        ({"Type": "Pass", "Parameters": {"a.$": "$['order','lines']"}}, "Parameters.a.$"),
        ({"Type": "Pass", "Parameters": {"a.$": "$.lines.length()"}}, "Parameters.a.$"),
        ({"Type": "Pass", "Parameters": {"a.$": "$..[0]"}}, "Parameters.a.$"),
        ({"Type": "Teleport"}, "Type"),
    ],
)
def test_undecided_construct(state: State, field: str) -> None:
    """JSONata, functions in paths and unknown types are undecided, not refused and not passed over."""
    assert found({"A": {**state, "End": True}}) == {("A", field, False)}


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"Variable": "$.lines.length()", "IsNull": True}, "Choices[0].Variable"),
        ({"Condition": "{% $states.input.paid %}"}, "QueryLanguage"),
    ],
)
def test_undecided_rule(rule: State, field: str) -> None:
    """An undecided rule is reported, and the payload is followed as if it matched and as if it did not."""
    states: dict[str, State] = {
        "A": {"Type": "Choice", "Choices": [{**rule, "Next": "B"}], "Default": "C"},
        "B": {"Type": "Pass", "Next": "C"},
        "C": {"Type": "Succeed"},
    }
    proof = proof_of(states)
    assert [(finding.state, finding.field, finding.decided) for finding in proof.findings] == [("A", field, False)]
    assert set(proof.inputs) == {"A", "B", "C"}


def teleport(**fields: object) -> State:
    """Return a state of a type that the checker does not know, with a machine in it."""
    inner = {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": True}}}
    return {"Type": "Teleport", "ItemProcessor": inner, **fields}


def test_language_of_the_whole_machine() -> None:
    """A machine in JSONata has states in JSONata only: Step Functions refuses one in JSONPath."""
    states: dict[str, State] = {
        "A": {"Type": "Pass", "Output": {"x": "{% $eval('1') %}"}, "Next": "B"},
        "B": {**reading("$.x"), "QueryLanguage": "JSONPath"},
    }
    machine = {"QueryLanguage": "JSONata", "StartAt": "A", "States": states}
    findings = prove(machine, Mapping(Contract("start", shape_of(START)))).findings
    assert [(finding.state, finding.field) for finding in findings] == [("B", "QueryLanguage"), ("A", "Output.x")]


def test_states_after_an_undecided_state() -> None:
    """After an undecided state nothing is known and nothing is a finding, unless a contract says what the state leaves."""
    states: dict[str, State] = {"A": teleport(Next="B"), "B": reading("$.x")}
    unknown = ("A", "Type", False)
    assert found(states) == {unknown}
    assert found(states, edges={"A": {"leaves": closed({"x": TEXT})}}) == {unknown}
    assert found(states, edges={"A": {"leaves": closed({"y": TEXT})}}) == {unknown, READ}


def test_all_transitions_of_an_undecided_state_are_followed() -> None:
    """Rules, catchers, branches and iterations of an undecided state are still followed."""
    states: dict[str, State] = {
        "A": teleport(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "C"}], Next="B"),
        "B": {"Type": "Teleport", "Next": "D"},
        "C": {"Type": "Succeed"},
        "D": {"Type": "Succeed"},
    }
    assert set(proof_of(states).inputs) == {"A", "In", "B", "C", "D"}


@pytest.mark.parametrize(
    "fields",
    [{"Assign": {"v.$": "$.n"}}, {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B", "Assign": {"v.$": "$.n"}}]}],
)
def test_variable_that_an_undecided_state_assigns(fields: State) -> None:
    """Nothing is known of a variable that an undecided state may have assigned; any other is what it was."""
    states: dict[str, State] = {"V": {"Type": "Pass", "Assign": {"v": "text"}, "Next": "A"}, "A": teleport(Next="B")}
    states["B"] = reading("States.MathAdd($v, 1)")
    assert found(states) == {("A", "Type", False), READ}
    assert found(states | {"A": teleport(Next="B", **fields)}) == {("A", "Type", False)}


def test_distributed_machine_in_an_undecided_state() -> None:
    """What a machine in an undecided state reads of its execution's input is that of the whole machine, unless it is distributed."""
    reads = {"Type": "Pass", "Parameters": {"read.$": "$$.Execution.Input.nothing"}, "End": True}
    inner = {"StartAt": "B", "States": {"B": reads}}
    for mode, findings in (("INLINE", [READ]), ("DISTRIBUTED", [])):
        processor = {"ProcessorConfig": {"Mode": mode, "ExecutionType": "STANDARD"}, **inner}
        assert found({"A": teleport(ItemProcessor=processor, End=True)}) == {("A", "Type", False), *findings}


def accepting(states: dict[str, State], place: str) -> Found:
    """Return the findings that are left open where place is accepted."""
    proof = proof_of(states, accepted={place: "we have looked at it"})
    return {(finding.state, finding.field, finding.decided) for finding in proof.open_findings}


def test_accepted_field() -> None:
    """A mapping accepts what is undecided at one field of one state, and nowhere else."""
    filtered = {"Type": "Pass", "Parameters": {"a.$": "$.lines.length()", "b.$": "$.lines.length()"}, "End": True}
    assert accepting({"A": filtered}, "A.Parameters.a.$") == {("A", "Parameters.b.$", False)}
    assert accepting({"A 1.2": filtered}, "A 1.2.Parameters.a.$") == {("A 1.2", "Parameters.b.$", False)}


def test_error_cannot_be_accepted() -> None:
    """A certain finding stays a finding, also at a field where something undecided is accepted."""
    assert accepting({"A": reading("$.nothing")}, "A.Parameters.read.$") == {("A", "Parameters.read.$", True)}
    paid = {"Variable": "$.order.paid", "BooleanEquals": True, "Next": "Unknown"}
    states: dict[str, State] = {
        "Ask": {"Type": "Choice", "Choices": [paid], "Default": "Wrong"},
        "Unknown": {"Type": "Pass", "Parameters": {"form.$": "$.order.id"}, "Next": "T"},
        "Wrong": {"Type": "Pass", "Parameters": {"form": "no place"}, "Next": "T"},
        "T": {"Type": "Pass", "Parameters": {"w.$": "States.Format($.form, 1)"}, "End": True},
    }
    assert [finding.decided for finding in proof_of(states).findings] == [False, True]
    assert accepting(states, "T.Parameters.w.$") == {("T", "Parameters.w.$", True)}


def test_pattern_that_cannot_be_compared() -> None:
    """Patterns that are not anchored, or that no automaton knows, are undecided unless they are the same."""
    start = closed({"id": {"type": "string", "maxLength": 9, "pattern": "a+"}, "n": COUNT})
    state = task(InputPath="$.id")
    edges = {"A": {"takes": {"type": "string", "pattern": "^[a-z]+$"}, "gives": {"type": "null"}}}
    assert found({"A": state}, start, edges) == {("A", "Parameters", False)}
    edges["A"]["takes"] = {"type": "string", "pattern": "a+"}
    assert found({"A": state}, start, edges) == set()


INNER: State = {"StartAt": "In", "States": {"In": {"Type": "Succeed"}}}


@pytest.mark.parametrize(
    ("state", "has_result"),
    [
        ({"Type": "Pass", "End": True}, True),
        ({"Type": "Parallel", "Branches": [INNER], "End": True}, True),
        ({"Type": "Map", "ItemProcessor": INNER, "End": True}, True),
        ({"Type": "Choice", "Choices": [{"Variable": "$", "IsNull": True, "Next": "A"}]}, False),
        ({"Type": "Wait", "Seconds": 1, "End": True}, False),
        ({"Type": "Succeed"}, False),
        ({"Type": "Fail"}, False),
    ],
)
def test_contract_that_would_not_be_compared(state: State, has_result: bool) -> None:
    """A contract on an edge that states of a type do not have is refused, since nothing would be compared with it."""
    for edge in ("takes", "gives", "raises", "says", *(() if has_result else ("leaves",))):
        mapping = Mapping(Contract("start", NULL), {"A": Edges(**{edge: Contract("c", NULL)})})
        with pytest.raises(
            InvalidMappingError, match=f"A: the mapping says what it {edge}, which no {state['Type']} does"
        ):
            prove({"StartAt": "A", "States": {"A": state}}, mapping)
