"""Variables and distributed Maps: machines that Hypothesis makes, run on moto's interpreter, end as the checker says, in both directions."""

import json
import logging
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from jsonata.jsonata import Jsonata
from moto.stepfunctions.parser.asl.jsonata import jsonata

from asl.check.mapping import Contract, Mapping
from asl.check.prover import prove
from asl.check.shapes import constant
from asl.language import is_distributed
from tests.asl.check.schemas import examples
from tests.fake_aws import interpreter_cache
from tests.fake_aws.account import REGION, create_state_machine, fake_account
from tests.fake_aws.interpreter import MOTO, Interpreter

State = dict[str, Any]
Run = Callable[[State, Any], bool]
VARIABLES = ("a", "b")
DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
NUMBERS = count()

variables = st.sampled_from(VARIABLES)
# What is read: a variable, a part of one that may be no object, the payload, or the input of the execution.
read = st.one_of(
    variables.map(lambda name: f"${name}"),
    variables.map(lambda name: f"${name}.x"),
    st.sampled_from(["$.x", "$.missing", "$$.Execution.Input.x"]),
)
assigned = st.dictionaries(variables, st.one_of(st.just(1), st.just({"x": 1})), min_size=1, max_size=2)


def making(path: str) -> State:
    """Return a state that makes something of path, and keeps its input."""
    return {"Type": "Pass", "Parameters": {"v.$": path}, "ResultPath": "$.read"}


def setting(values: State) -> State:
    """Return a state that sets variables."""
    return {"Type": "Pass", "Assign": values}


def around(state: State) -> State:
    """Return a machine of one state."""
    name = f"In{next(NUMBERS)}"
    return {"StartAt": name, "States": {name: {**state, "End": True}}}


simple = st.one_of(read.map(making), assigned.map(setting))


def mapped(inner: State, selected: str | None, *, distributed: bool) -> State:
    """Return a Map over two items, which discards its result."""
    processor = {**(DISTRIBUTED if distributed else {}), **around(inner)}
    selector = {} if selected is None else {"ItemSelector": {"x.$": selected}}
    return {"Type": "Map", "ItemsPath": "$.l", "ItemProcessor": processor, **selector, "ResultPath": None}


steps = st.one_of(
    simple,
    st.builds(mapped, simple, st.none() | read, distributed=st.booleans()),
    st.lists(simple, min_size=1, max_size=2).map(
        lambda inner: {"Type": "Parallel", "Branches": [around(one) for one in inner], "ResultPath": None}
    ),
    assigned.map(
        lambda values: (values,)
    ),  # a Choice, of which one way sets variables; moto ignores the Assign of a rule
)


def chained(parts: list[Any]) -> State:
    """Return the machine of steps in a row, with a last state."""
    states: dict[str, State] = {}
    for number, part in enumerate(parts):
        after = f"S{number + 1}"
        if isinstance(part, dict):
            states[f"S{number}"] = {**part, "Next": after}
            continue
        rule = {"Variable": "$.flag", "BooleanEquals": True, "Next": f"Way{number}"}
        states[f"S{number}"] = {"Type": "Choice", "Choices": [rule], "Default": after}
        states[f"Way{number}"] = {**setting(part[0]), "Next": after}
    return {"StartAt": "S0", "States": {**states, f"S{len(parts)}": {"Type": "Succeed"}}}


def evaluated(expression: str) -> Any:
    """Evaluate an expression in JSONata, by which moto reads variables and for which it has no evaluator; raises for nothing."""
    found = Jsonata(expression).evaluate(None)
    if found is None:
        raise jsonata.JSONataException("UNDEFINED", expression)
    return found


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Give a function that runs a machine with a payload, and returns whether it succeeded."""
    logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        interpreter_cache.install(patch)
        patch.setattr(jsonata, "_eval_jsonata", evaluated)
        with fake_account(patch, MOTO):

            def execute(machine: State, payload: Any) -> bool:
                with pytest.MonkeyPatch.context() as inner:
                    interpreter = Interpreter(create_state_machine(f"m{next(NUMBERS)}", machine), {})
                    interpreter.install(inner)
                    return interpreter.run(payload, "one").status == "SUCCEEDED"

            yield execute


@examples(120, shrink=False)
@given(parts=st.lists(steps, min_size=2, max_size=5), flag=st.booleans())
def test_variables_are_as_the_checker_says(run: Run, parts: list[Any], flag: bool) -> None:
    """With an input that is known, a machine without findings succeeds, and one with a certain finding fails."""
    machine = chained(parts)
    payload = {"x": {"x": 1}, "flag": flag, "l": [{"x": {"x": 1}}, {"x": {"x": 2}}]}
    findings = prove(machine, Mapping(Contract("start", constant(payload)))).findings
    unseen = {name for one in machine["States"].values() if is_distributed(one) for name in _within(machine, one)}
    event("refused" if findings else "proved")
    assert all(finding.decided for finding in findings)
    if not {finding.state for finding in findings} & unseen:
        assert run(machine, payload) is not bool(findings), (json.dumps(machine), findings)


def _within(machine: State, state: State) -> list[str]:
    """Return the names of a state and of those in it: moto's distributed Map succeeds where its ItemSelector or an item fails."""
    inner = state["ItemProcessor"]["States"]
    return [*inner, *(name for name, one in machine["States"].items() if one is state)]
