"""The proof sees every single defect of the real machine and its contracts, and nothing where there is none."""

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from asl.check.findings import Finding
from asl.check.prover import prove
from tests.asl.check.mutants_of_contracts import CONTRACTS
from tests.asl.check.mutants_of_flow import FLOW
from tests.asl.check.mutants_of_parameters import PARAMETERS
from tests.asl.check.mutation import Mutant
from tests.effort import times
from workflow import contracts
from workflow.definition import states_language
from workflow.proof import mapping


@pytest.fixture(scope="module")
def machine() -> dict[str, Any]:
    """Give the real machine."""
    return states_language()


def _found(findings: list[Finding], mutant: Mutant) -> list[Finding]:
    return [finding for finding in findings if (finding.state, finding.field) == (mutant.state, mutant.field)]


def _listed(findings: list[Finding]) -> str:
    return "\n".join(
        f"{finding.state} {finding.field}: {finding.provided} | {finding.required} | {finding.suggestion}"
        for finding in findings
    )


def test_real_machine_is_proved_without_findings(machine: dict[str, Any]) -> None:
    """The machine as it stands has no finding, nothing undecided, and nothing that had to be accepted."""
    assert _listed(prove(machine, mapping()).findings) == ""


@pytest.mark.share(5)
@pytest.mark.parametrize("mutant", [*PARAMETERS, *FLOW][:: times(4, 1)], ids=str)
def test_defect_of_the_machine_is_seen(machine: dict[str, Any], mutant: Mutant) -> None:
    """A defect of the machine is reported for the state and field where it has an effect, with a suggestion."""
    changed = copy.deepcopy(machine)
    mutant.change(changed)
    findings = prove(changed, mapping()).findings
    found = _found(findings, mutant)
    assert found, _listed(findings)
    assert mutant.words in f"{found[0].provided} {found[0].required} {found[0].suggestion}"


@pytest.mark.share(3)
@pytest.mark.parametrize("mutant", CONTRACTS[:: times(2, 1)], ids=str)
def test_defect_of_a_contract_is_seen(machine: dict[str, Any], mutant: Mutant, tmp_path: Path) -> None:
    """A contract that no longer fits its neighbours is reported for the state and field where they meet."""
    folder = shutil.copytree(contracts.FOLDER, tmp_path / "contracts")
    file = folder / f"{mutant.contract}.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    mutant.change(schema)
    file.write_text(json.dumps(schema), encoding="utf-8")
    findings = prove(machine, mapping(folder)).findings
    found = _found(findings, mutant)
    assert found, _listed(findings)
    assert mutant.words in f"{found[0].provided} {found[0].required} {found[0].suggestion}"
