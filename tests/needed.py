"""What tests need beyond the installed packages: where it is missing they are skipped, and CI lets none be skipped."""

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest

EVERYTHING = "TESTS_NEED_EVERYTHING"  # the variable that CI sets: what is missing fails


def program(*names: str) -> str:
    """Return the path of the first of names that is installed; skips the test that asks where none is."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        missing(f"{names[0]} is not installed")
    return found


def web_tool(path: str) -> Path:
    """Return a file of the npm packages in .ci/web/package.json; skips the test that asks where they are not installed."""
    found = Path(sys.prefix) / "web-tools" / "node_modules" / path
    if not found.exists():
        missing(f"{path} is not installed, for which `make test` needs npm")
    return found


def missing(what: str) -> NoReturn:
    """Skip the test that asks, and say what it lacks; where everything has to be there, fail it."""
    if os.environ.get(EVERYTHING):
        pytest.fail(f"{what}, and {EVERYTHING} says that it has to be")
    pytest.skip(what)
