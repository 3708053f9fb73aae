"""The worked example of docs/development.md: applied as it stands there, it is proved, generated and run."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.effort import is_thorough
from tests.needed import program

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "development.md"
COPIED = ("workflow", "lambdas", "templates", "tests", "generate.py", "pyproject.toml", "requirements.lock")
NEW = re.compile(r"`([\w/.-]+)` is new:\n\n```\w+\n(.*?)```", re.DOTALL)
CHANGES = re.compile(r"```diff\n(.*?)```", re.DOTALL)

SOME = () if is_thorough() else ("-k", "describe or a_sound or success")  # of the pipeline's tests


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the repository with the example applied."""
    folder = tmp_path_factory.mktemp("example")
    for name in COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    page = PAGE.read_text(encoding="utf-8")
    for name, content in NEW.findall(page):
        assert not (folder / name).exists()
        (folder / name).write_text(content, encoding="utf-8")
    changes = "".join(CHANGES.findall(page))
    apply = [program("git"), "apply", "-p0", "--unidiff-zero", "-"]
    subprocess.run(apply, cwd=folder, input=changes, text=True, check=True, capture_output=True)
    return folder


def ran(folder: Path, *arguments: str) -> str:
    """Run Python in folder with arguments and return what it printed; it has to succeed."""
    done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_example_is_proved(changed: Path) -> None:
    """The data flow with the new step is proved."""
    told = ran(changed, "-m", "workflow.check")
    assert "DescribeImage" in told
    assert "\nproved: " in told


def test_example_is_in_the_template(changed: Path) -> None:
    """The template has the new function, and the pipeline may run it."""
    template = ran(changed, "generate.py")
    assert '"DescribeFunction"' in template
    assert '"DescribeFunctionRole"' in template


def test_example_runs(changed: Path) -> None:
    """The step's own test passes, and so do those of the pipeline, with the new step in it."""
    tests = ("tests/lambdas/test_describe.py", "tests/workflow/test_pipeline.py")
    told = ran(changed, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *SOME, *tests)
    (passed,) = re.findall(r"(\d+) passed", told)
    assert int(passed) > 3, "none but the step's own"
