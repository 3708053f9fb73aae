"""Layers for the emulator, from installed packages, because it runs functions on this interpreter."""

import re
from collections.abc import Iterator
from functools import cache, partial
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from operations.cloudformation.artifacts import Packager
from operations.errors import OperationError
from templates import packaging
from templates.packaging import Entry, Layer, is_content, write_zip

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


class VersionMismatchError(OperationError):
    """An installed package has another version than the layer's lock pins."""


def write_installed(layer: Layer, folder: Path) -> Path:
    """Write the zip of a layer below folder, under the layer's key, from the installed packages that its lock pins.

    Packages that are not installed, because they have no wheel for this platform, are left out. Raises VersionMismatchError.
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
    """Return functions that write the zips for an emulator, which runs functions on this interpreter, once in each folder."""
    return Packager(cache(partial(packaging.write_code, runtime=packaging.RUNNING)), cache(write_installed))
