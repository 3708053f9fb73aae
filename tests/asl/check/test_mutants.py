"""The proof sees every single defect of the real machine and its contracts, and nothing where there is none."""

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from asl.check.findings import Gap
from asl.check.prover import prove
from tests.asl.check.mutants_of_contracts import CONTRACTS
from tests.asl.check.mutants_of_flow import FLOW
from tests.asl.check.mutants_of_parameters import PARAMETERS
from tests.asl.check.mutation import Mutant
from workflow import contracts
from workflow.definition import states_language
from workflow.proof import mapping


@pytest.fixture(scope="module")
def machine() -> dict[str, Any]:
    """Give the real machine."""
    return states_language()


def _found(gaps: list[Gap], mutant: Mutant) -> list[Gap]:
    return [gap for gap in gaps if (gap.state, gap.field) == (mutant.state, mutant.field)]


def _told(gaps: list[Gap]) -> str:
    return "\n".join(f"{gap.state} {gap.field}: {gap.promised} | {gap.needed} | {gap.mend}" for gap in gaps)


def test_the_real_machine_is_proved_without_noise(machine: dict[str, Any]) -> None:
    """The machine as it stands has no gap, nothing undecided, and nothing that had to be accepted."""
    assert _told(prove(machine, mapping()).gaps) == ""


@pytest.mark.parametrize("mutant", [*PARAMETERS, *FLOW], ids=str)
def test_defect_of_the_machine_is_seen(machine: dict[str, Any], mutant: Mutant) -> None:
    """A defect of the machine is told at the state and field where it bites, with what would mend it."""
    changed = copy.deepcopy(machine)
    mutant.change(changed)
    gaps = prove(changed, mapping()).gaps
    found = _found(gaps, mutant)
    assert found, _told(gaps)
    assert mutant.words in f"{found[0].promised} {found[0].needed} {found[0].mend}"


@pytest.mark.parametrize("mutant", CONTRACTS, ids=str)
def test_defect_of_a_contract_is_seen(machine: dict[str, Any], mutant: Mutant, tmp_path: Path) -> None:
    """A contract that no longer fits its neighbours is told at the state and field where they meet."""
    folder = shutil.copytree(contracts.FOLDER, tmp_path / "contracts")
    file = folder / f"{mutant.contract}.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    mutant.change(schema)
    file.write_text(json.dumps(schema), encoding="utf-8")
    gaps = prove(machine, mapping(folder)).gaps
    found = _found(gaps, mutant)
    assert found, _told(gaps)
    assert mutant.words in f"{found[0].promised} {found[0].needed} {found[0].mend}"
