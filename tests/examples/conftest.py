"""A copy of the repository to which an example has added a step, and what the template is there."""

import subprocess
import sys
from pathlib import Path

import pytest

from examples.added_step.__main__ import copy_with_step
from tests.local.shared import made_once

__all__ = ["made_once"]


@pytest.fixture(scope="session")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the repository with the step added."""
    folder = tmp_path_factory.mktemp("added-step") / "copy"
    copy_with_step(folder)
    return folder


@pytest.fixture(scope="session")
def template(changed: Path) -> str:
    """Give the template that the copy generates."""
    command = [sys.executable, "generate.py"]
    return subprocess.run(command, cwd=changed, capture_output=True, text=True, check=True).stdout
