"""Imports have no side effects and are absolute; test_rooms.py has the table of who may import whom."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.effort import repetition
from tests.sources import CI, ROOT, files, folders, imports_of, module_of

FOLDERS = [folder for folder in folders() if folder not in (CI, "examples")]
# Imports each module of a folder and complains, by its name, as soon as one has done more than define things.
QUIETLY = """
import importlib, logging, os, sys

def seen():
    root = logging.getLogger()
    return dict(os.environ), root.level, list(root.handlers), list(root.filters), root.disabled, sys.stdout

before = seen()
for name in sys.argv[1:]:
    importlib.import_module(name)
    assert seen() == before, name
"""


def test_imports_are_absolute() -> None:
    """No import is relative."""
    assert [found for file in files() for found in imports_of(file) if found.name.startswith(".")] == []


def test_each_test_file_has_a_name_of_its_own() -> None:
    """Every test file has a unique name, since the folders of tests are no packages."""
    names = Counter(file.name for file in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, number in names.items() if number > 1] == []


def test_workflow_package_is_empty() -> None:
    """`workflow/__init__.py`, which is in the functions' zip for the contracts, imports nothing."""
    assert (ROOT / "workflow/__init__.py").read_text(encoding="utf-8") == ""


@pytest.mark.share(4)
@pytest.mark.parametrize(
    "tops", [pytest.param(FOLDERS, id="all"), *(pytest.param([name], id=name, marks=repetition) for name in FOLDERS)]
)
def test_importing_does_nothing(tops: list[str], tmp_path: Path) -> None:
    """An import changes neither environment nor logging, prints nothing, and creates no file."""
    modules = [name for name in map(module_of, files()) if name.partition(".")[0] in tops]
    command = [sys.executable, "-B", "-W", "error", "-c", QUIETLY, *modules]
    found = subprocess.run(
        command, env={"PYTHONPATH": str(ROOT)}, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
