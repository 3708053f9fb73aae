"""The proof is sound: the pipeline, run with any payloads that the contracts allow, has no error that the proof excludes."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import event, given

from asl.check.proof_result import Proof
from asl.check.prover import prove
from tests.asl.check.membership import is_member
from tests.asl.check.schemas import examples
from tests.effort import times
from tests.fake_aws.resources import Resources
from tests.workflow.pipeline_graph import DEFINITION
from tests.workflow.proof.deployed_machine import DeployedMachine, Run, Script, deployed
from tests.workflow.proof.scenarios import largest_scripts
from tests.workflow.proof.scripts import scripts
from tests.workflow.proof.violations import violations
from workflow.proof import mapping
from workflow.steps import RESIZE, THUMBNAIL

pytestmark = pytest.mark.heavy

LONGEST = "\u0000"  # no character takes more bytes of JSON
CHARACTERS = ("\U0001f600", '"', "\\", "é")
# States that no run reaches: moto gives every error a cause, if only an empty one, and no notification fails here.
UNSEEN = {"SuccessNotPublished", *(f"Rethrow{step.state}ErrorWithoutCause" for step in (RESIZE, THUMBNAIL))}
# The inputs of these states hold JSON in a string, or were read from one. The proof counts six bytes for each character, as in
# any string; but JSON holds no control character, which alone would take as many.
JSON_CAUSE = {"ParseError", "ParseRejection", *(f"Rethrow{step.state}Rejection" for step in (RESIZE, THUMBNAIL))}


@pytest.fixture(scope="module")
def stage(resources: Resources) -> Iterator[DeployedMachine]:  # noqa: ARG001 - the services must be there
    """Give the real machine, ready to be run."""
    with deployed(DEFINITION) as ready:
        yield ready


@cache
def proof() -> Proof:
    """Return the proof of the real machine."""
    return prove(DEFINITION, mapping())


def bound(state: str, kind: str) -> int:
    """Return the proved bound in bytes of a kind of payload at state; the output of a Catch counts as an output."""
    sizes = proof().sizes[state]
    return max(sizes.get(kind) or 0, (sizes.get("caught") or 0) if kind == "output" else 0)


def assert_as_proved(run: Run, script: Script) -> None:
    """Assert that no error occurred but those of the script, and that each payload has the proved shapes and size."""
    assert not violations(run, script)
    shapes = {"input": proof().inputs, "output": proof().outputs}
    for sight in run.sights:
        assert sight.size <= bound(sight.state, sight.kind), sight.state
        known = shapes.get(sight.kind)
        assert known is None or any(is_member(sight.payload, shape) for shape in known[sight.state]), sight.state


@examples(180, shrink=False)
@given(script=scripts())
def test_proved_machine_has_no_errors_of_its_own(stage: DeployedMachine, script: Script) -> None:
    """Every run has only the errors that its stubs raise, and every payload has the proved shape and size."""
    assert not proof().findings
    run = stage.play(script)
    event(f"{run.execution.status} through {sorted({*script.errors} & {sight.state for sight in run.sights})}")
    assert_as_proved(run, script)


@pytest.mark.parametrize("letter", CHARACTERS[: times(1, len(CHARACTERS))], ids=ascii)
def test_largest_payloads_are_within_the_bounds(stage: DeployedMachine, letter: str) -> None:
    """On every path, the largest payloads are within the limit and within the proved bounds."""
    for script in largest_scripts(letter):
        assert_as_proved(stage.play(script), script)


def test_bounds_are_tight(stage: DeployedMachine) -> None:
    """On some path, the input of a state has at least 0.9 of its proved bound; on no path it exceeds the bound."""
    largest: dict[str, int] = defaultdict(int)
    for script in largest_scripts(LONGEST):
        run = stage.play(script)
        assert_as_proved(run, script)
        for sight in run.sights:
            if sight.kind == "input":
                largest[sight.state] = max(largest[sight.state], sight.size)
    loose = {state for state in proof().sizes if largest[state] < 0.9 * bound(state, "input")}
    assert loose == JSON_CAUSE | UNSEEN
