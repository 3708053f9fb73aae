"""What tests need beyond the installed packages: where it is missing they are skipped, and CI lets none be skipped."""

import os
import shutil
from typing import NoReturn

import pytest

EVERYTHING = "TESTS_NEED_EVERYTHING"  # the variable that CI sets: what is missing fails


def program(*names: str) -> str:
    """Return the path of the first of names that is installed; skips the test that asks where none is."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        missing(f"{names[0]} is not installed")
    return found


def missing(what: str) -> NoReturn:
    """Skip the test that asks, and say what it lacks; where everything has to be there, fail it."""
    if os.environ.get(EVERYTHING):
        pytest.fail(f"{what}, and {EVERYTHING} says that it has to be")
    pytest.skip(what)
