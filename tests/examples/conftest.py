"""The copy of the repository to which an example has added a step."""

from pathlib import Path

import pytest

from examples.added_step.__main__ import copy_with_step


@pytest.fixture(scope="session")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the repository with the step added."""
    folder = tmp_path_factory.mktemp("added-step") / "copy"
    copy_with_step(folder)
    return folder
