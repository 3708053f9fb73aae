"""`python -m workflow.proof`: the pipeline is proved, as it is and from a file."""

import json
import shutil
from pathlib import Path

import pytest

from asl.check.cli import main as check
from workflow import contracts
from workflow.definition import states_language
from workflow.mapping import PIPELINE_MAPPING
from workflow.proof import main


@pytest.mark.share(1)
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_pipeline_in_a_file_gives_the_same_proof(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    """The pipeline is proved, and asl-check prints the same of its definition, contracts and mapping in files."""
    assert main(options) == 0
    own = capsys.readouterr().out
    machine, folder = tmp_path / "machine.json", tmp_path / "contracts"
    machine.write_text(json.dumps(states_language()), encoding="utf-8")
    shutil.copytree(contracts.FOLDER, folder)
    (folder / "mapping.json").write_text(json.dumps(PIPELINE_MAPPING), encoding="utf-8")
    assert check([str(machine), "--contracts", str(folder), *options]) == 0
    if not options:
        lines = capsys.readouterr().out.splitlines(keepends=True)
        assert "".join(line for line in lines if not line.startswith("  at  ")) == own
        return
    printed = json.loads(capsys.readouterr().out)
    for warning in printed["warnings"]:
        del warning["file"], warning["line"], warning["column"]
    assert printed == json.loads(own)
