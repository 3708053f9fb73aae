"""The proof has no false errors: every machine that it refuses fails in some run."""

import copy
from functools import cache
from itertools import chain
from typing import Any

import pytest
from botocore.exceptions import ClientError

from asl.check.prover import prove
from tests.asl.check.mutants_of_flow import FLOW
from tests.asl.check.mutants_of_parameters import PARAMETERS
from tests.asl.check.mutation import Mutant
from tests.effort import is_thorough, times
from tests.fake_aws.resources import Resources
from tests.workflow.pipeline_graph import DEFINITION
from tests.workflow.proof.deployed_machine import deployed
from tests.workflow.proof.scenarios import largest_scripts, plain_scripts, scripts_without_json_cause
from tests.workflow.proof.violations import violations
from workflow.proof import mapping

pytestmark = pytest.mark.heavy

# Defects that the interpreter accepts and Step Functions does not, so that no run shows them.
LAXER = {
    "payload literal where a path was meant": "the text `$$.Execution.Name` is a name that the contract allows; only its meaning is wrong",
    "Choice on a misspelt path": "if a variable is missing, moto takes the default and Step Functions fails",
    "DynamoDB number that is no string": "moto's table takes a number as it is; DynamoDB asks for a string",
    "SNS attribute that is a number": "moto's topic takes a number for a string; SNS does not",
}


@cache
def mutated(mutant: Mutant) -> dict[str, Any]:
    """Return the real machine with the defect."""
    machine = copy.deepcopy(DEFINITION)
    mutant.change(machine)
    return machine


@pytest.mark.share(2)
@pytest.mark.parametrize("mutant", [*PARAMETERS, *FLOW][times(1, 0) :: times(16, 1)], ids=str)
def test_a_defect_that_is_refused_fails_some_run(resources: Resources, mutant: Mutant) -> None:  # noqa: ARG001 - they must be there
    """A machine with a defect cannot be created, or some run has an error, a contract violation or too much data."""
    shown = sorted(dict.fromkeys(_faults(mutant)))
    assert bool(shown) is (mutant.name not in LAXER), shown


def test_error_kept_twice_exceeds_the_payload_limit(resources: Resources) -> None:  # noqa: ARG001 - they must be there
    """The defect that keeps an error twice makes a payload above the limit of Step Functions."""
    (mutant,) = (one for one in [*PARAMETERS, *FLOW] if one.name == "every error kept twice")
    with deployed(mutated(mutant)) as stage:
        found = (fault for script in largest_scripts("\u0000") for fault in violations(stage.play(script), script))
        assert any(fault.startswith(f"{mutant.state}: {mutant.field} of more than") for fault in found)


def _faults(mutant: Mutant) -> list[str]:
    machine = mutated(mutant)
    is_blind = (
        mutant.name in LAXER and not is_thorough()
    )  # no run shows it: a share of the runs is enough to check that
    try:
        with deployed(machine) as stage:
            for script in chain(
                plain_scripts(), scripts_without_json_cause(machine), [] if is_blind else largest_scripts('"')
            ):
                if found := violations(stage.play(script), script):
                    return found
    except ClientError as error:
        return [str(error)]
    return []


def test_defects_that_no_run_shows_are_refused() -> None:
    """The table names existing defects, and the proof refuses each of them."""
    blind = [mutant for mutant in [*PARAMETERS, *FLOW] if mutant.name in LAXER]
    assert {mutant.name for mutant in blind} == set(LAXER)
    assert all(prove(mutated(mutant), mapping()).open_findings for mutant in blind)
