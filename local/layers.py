"""Layers for the emulator: it runs functions on this very interpreter, so they are made from what is installed here."""

import re
from collections.abc import Iterator
from functools import partial
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from operations.cloudformation.artifacts import Packager
from operations.errors import OperationError
from templates import packaging
from templates.packaging import Entry, Layer, is_content, write_zip

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


class VersionMismatchError(OperationError):
    """What is installed here is not what the layer's lock pins."""


def write_installed(layer: Layer, folder: Path) -> Path:
    """Zip the installed distributions that layer's lock pins, below folder under the layer's own key.

    A package with no wheel for this platform is left out, as it is where the project is installed; raises
    VersionMismatchError for one in another version than the lock's.
    """
    return write_zip(folder / layer.key, [entry for found in _installed(layer) for entry in _entries(found)])


def _installed(layer: Layer) -> Iterator[Distribution]:
    for name, version in _PINNED.findall(layer.lock.read_text(encoding="utf-8")):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        if found.version != version:
            raise VersionMismatchError(f"{name} {found.version} is installed, {layer.lock.name} pins {version}")
        yield found


def _entries(found: Distribution) -> Iterator[Entry]:
    for file in found.files or []:
        if ".." not in file.parts and is_content(file):
            yield f"python/{file.as_posix()}", Path(str(found.locate_file(file)))


def packager() -> Packager:
    """Return how zips are written for an emulator that runs functions on this interpreter."""
    return Packager(partial(packaging.write_code, runtime=packaging.RUNNING), write_installed)
