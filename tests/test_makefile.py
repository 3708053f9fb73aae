"""The Makefile refuses a command that lacks a name, before it does anything else."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.needed import program

MAKEFILE = Path(__file__).parents[1] / "Makefile"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["deploy"], "say where to: make deploy STACK=name ARTIFACTS=bucket"),
        (["deploy", "STACK=pictures"], "say where to: make deploy STACK=name ARTIFACTS=bucket"),
        (["destroy"], "say what: make destroy STACK=name"),
        (["mutants"], 'say what: make mutants M=module T="tests of it"'),
        (["mutants", "M=lambdas/sweep.py"], 'say what: make mutants M=module T="tests of it"'),
    ],
)
def test_missing_name_is_refused_before_anything_is_installed(tmp_path: Path, command: list[str], said: str) -> None:
    """In a new checkout, a command without a name that it needs says so at once, and makes no virtual environment."""
    shutil.copy(MAKEFILE, tmp_path)
    (tmp_path / "requirements.lock").touch()
    make = [program("make"), *command, "PYTHON=echo installs"]
    done = subprocess.run(make, cwd=tmp_path, env=_outside_of_make(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def _outside_of_make() -> dict[str, str]:
    """Return the environment without what `make test` hands to the commands that it runs: a make inside make prints more."""
    return {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
