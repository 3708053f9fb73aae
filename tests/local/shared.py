"""The template, the zips of the layers and their content, which all stacks of a test process share."""

from collections.abc import Iterator
from functools import cache
from os import link
from pathlib import Path

import pytest

from local import layers, stack
from local.emulator import process
from local.emulator.zips import FOLDER
from templates.packaging import Layer
from templates.stack import render


@pytest.fixture(scope="session", autouse=True)
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let deployments in this process share template and zips; other processes make their own."""
    folder, write = tmp_path_factory.mktemp("layers"), cache(layers.write_installed)

    def linked(layer: Layer, target: Path) -> Path:
        made = write(layer, folder)
        place = target / layer.key
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():  # two layers with the same lock have the same key
            link(made, place)
        return place

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layers, "write_installed", linked)
        patch.setattr(stack, "cached_template", cache(render))
        # Extracting and compiling it takes an emulator a second.
        environment = process._environment  # noqa: SLF001 - there is no public way to add a variable
        shared = {FOLDER: str(tmp_path_factory.mktemp("unpacked"))}
        patch.setattr(process, "_environment", lambda *given: environment(*given) | shared)
        yield
