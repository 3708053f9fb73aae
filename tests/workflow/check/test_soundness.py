"""What the proof accepts never fails for a path, a contract or a size: the real machine, run with whatever is allowed."""

import logging
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import event, given

from tests.workflow.asl import DEFINITION
from tests.workflow.check.membership import compact, is_member
from tests.workflow.check.schemas import examples
from tests.workflow.check.scripts import scripts, told
from tests.workflow.check.stage import Run, Script, Stage
from tests.workflow.resources import Resources
from workflow import contracts
from workflow.check import ours
from workflow.check.proof import Proof
from workflow.check.proving import prove
from workflow.contracts.errors import ImageRejected
from workflow.steps import STEPS

CONTRACTS = {step.state: f"{step.contract}.input" for step in STEPS}


@pytest.fixture(scope="module")
def stage(resources: Resources) -> Iterator[Stage]:  # noqa: ARG001 - the services must be there
    """Give the real machine, ready to be run."""
    logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)  # it logs its program with each error
    with pytest.MonkeyPatch.context() as patch:
        yield Stage(DEFINITION, patch)
    logging.getLogger("moto.stepfunctions").setLevel(logging.NOTSET)


@cache
def proof() -> Proof:
    """Return the proof of the real machine."""
    return prove(DEFINITION, ours.mapping())


@examples(150, shrink=False)
@given(script=scripts())
def test_what_is_proved_never_fails_of_itself(stage: Stage, script: Script) -> None:
    """Every run meets only the errors that its stand-ins raise, and every payload in it is what the proof says."""
    assert not proof().gaps
    run = stage.play(script)
    event(f"{run.execution.status} through {sorted({*script.errors} & {sight.state for sight in run.sights})}")
    assert_only_scripted_errors(run, script)
    assert_contracts_are_kept(run)
    assert_as_proved(run)


def assert_only_scripted_errors(run: Run, script: Script) -> None:
    """Assert that no error is in the history but those that the stand-ins raised, and those that the machine tells."""
    scripted = {(error["Error"], error.get("Cause", "")) for error in script.errors.values()}
    rejected = any(isinstance(answer, ImageRejected) for answer in script.answers.values())
    for error, cause in run.errors:
        assert (error, cause) in scripted or error in told() or (rejected and error == ImageRejected.__name__)
    assert run.execution.status == "SUCCEEDED" or run.execution.error in told()


def assert_contracts_are_kept(run: Run) -> None:
    """Assert that each function got what its contract takes, and that each message is what its contract says."""
    for state, payload in run.received:
        contracts.check(CONTRACTS[state], payload)
    for sight in run.sights:
        if sight.kind == "parameters" and sight.state in ours.PUBLISHED:
            contracts.check(ours.PUBLISHED[sight.state], sight.payload["Message"])


def assert_as_proved(run: Run) -> None:
    """Assert that every payload is of the shapes and within the bound that the proof states for its state."""
    shapes = {"input": proof().arrivals, "output": proof().leavings}
    for sight in run.sights:
        sizes = proof().sizes[sight.state]
        # What a Catch sends on leaves the state too.
        bounds = [sizes.get(sight.kind), sizes.get("caught") if sight.kind == "output" else None]
        assert len(compact(sight.payload)) <= max(bound for bound in bounds if bound is not None), sight.state
        if sight.kind in shapes:
            assert any(is_member(sight.payload, shape) for shape in shapes[sight.kind][sight.state]), sight.state
