"""The steps: name, function and contracts of each belong together, and its input and output fields are derived."""

import pytest

from tests.workflow.pipeline_graph import tasks
from workflow import contracts
from workflow.steps import STEPS, Step

each_step = pytest.mark.parametrize("step", STEPS, ids=[step.state for step in STEPS])


@each_step
def test_a_step_has_both_contracts(step: Step) -> None:
    """Each step has a contract for its input and one for its output, named after its state."""
    assert {f"{step.contract}.input", f"{step.contract}.output"} <= set(contracts.names())
    assert step.contract.title().replace("-", "") == step.state


@each_step
def test_graph_passes_the_input_and_keeps_the_output_of_a_step(step: Step) -> None:
    """A step's state sends its function every field of the input contract and selects the required fields of its output."""
    state = tasks()[step.state]
    named = list(contracts.schema(f"{step.contract}.input")["properties"])
    promised = contracts.schema(f"{step.contract}.output")["required"]
    assert state["Parameters"]["FunctionName"] == f"${{{step.function}}}"
    assert [name.removesuffix(".$") for name in state["Parameters"]["Payload"]] == named
    assert [name.removesuffix(".$") for name in state["ResultSelector"]] == promised


def test_steps_share_no_names() -> None:
    """Each step has a state, a function and contracts of its own, and a time limit Lambda allows."""
    for shared in ("state", "function", "contract"):
        assert len({getattr(step, shared) for step in STEPS}) == len(STEPS)
    assert all(0 < step.timeout <= 15 * 60 for step in STEPS)
