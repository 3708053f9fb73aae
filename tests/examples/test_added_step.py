"""The example of an added step: applied to a copy of the repository, it is proved, generated and run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from examples.added_step import __main__ as added_step
from examples.added_step.__main__ import main
from tests.effort import repetition

pytestmark = pytest.mark.heavy


def ran(folder: Path, *arguments: str) -> str:
    """Run Python in folder with arguments and return what it printed; it has to succeed."""
    done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_example_is_proved(changed: Path) -> None:
    """The data flow with the new step is proved."""
    output = ran(changed, "-m", "workflow.proof")
    assert "DescribeImage" in output
    assert "\nproved: " in output


def test_example_is_in_the_template(template: str) -> None:
    """The template has the new function, and the pipeline may run it."""
    assert '"DescribeFunction"' in template
    assert '"DescribeFunctionRole"' in template


@repetition
def test_example_runs(changed: Path) -> None:
    """The step's own test passes, and so do those of the pipeline, with the new step in it."""
    tests = ("tests/lambdas/test_describe.py", "tests/workflow/test_pipeline.py")
    output = ran(changed, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests)
    (passed,) = re.findall(r"(\d+) passed", output)
    assert int(passed) > 3, "none but the step's own"


def test_existing_folder_is_left_alone(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that exists is left as it is: exit code 1, and a line that names it."""
    before = sorted(changed.rglob("*"))
    assert main([str(changed)]) == 1
    assert capsys.readouterr() == ("", f"added_step: {changed} exists: name a folder that does not\n")
    assert sorted(changed.rglob("*")) == before


def test_patches_that_do_not_fit_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the repository has changed so that a patch does not fit, the error names its file."""
    root = tmp_path / "repository"
    for folder in ("workflow/contracts", "lambdas", "tests/lambdas", "templates"):
        (root / folder).mkdir(parents=True)
    monkeypatch.setattr(added_step, "ROOT", root)
    assert main([str(tmp_path / "copy")]) == 1
    assert "workflow/definition.py: No such file" in capsys.readouterr().err
