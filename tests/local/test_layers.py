"""Layers from what is installed here: what is in them, and that nothing else decides their bytes."""

import re
import sys
import zipfile
from email import message_from_string
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from local.layers import VersionMismatchError, write_installed
from templates.packaging import LAYERS, PIP_RECORDS, Layer

PINNED = re.compile(r"^([a-z0-9-]+)==(\S+) ", re.MULTILINE)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a package `example` 1.0 with a script, byte code and all of pip's notes, and give where."""
    return _install(tmp_path / "site", monkeypatch)


def _install(site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the package in a folder, as pip does, and put the folder on the path."""
    notes = [f"example-1.0.dist-info/{name}" for name in sorted(PIP_RECORDS)]
    package = ["example/__init__.py", "example/data.txt", "example/__pycache__/__init__.cpython-311.pyc"]
    files = [*package, "example-1.0.dist-info/METADATA", *notes, "../bin/example", "../share/example.1"]
    for name in files:
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Metadata-Version: 2.1\nName: example\nVersion: 1.0\n", encoding="utf-8")
    record = site / "example-1.0.dist-info/RECORD"
    record.write_text("".join(f"{name},,\n" for name in files), encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(site), *sys.path])
    return site


def _layer(folder: Path, pins: str) -> Layer:
    """Return a layer whose lock has the given pins, with hashes and comments as in a real one."""
    lock = folder / "example.lock"
    lock.write_text(f"# a lock\n{pins} \\\n    --hash=sha256:0123 \\\n    --hash=sha256:4567\n", encoding="utf-8")
    return Layer("ExampleLayer", lock)


def _names(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


@pytest.mark.usefixtures("installed")
def test_layer_holds_the_package_and_no_notes(tmp_path: Path) -> None:
    """A layer has a package's files and metadata; scripts, byte code and pip's notes stay behind."""
    written = write_installed(_layer(tmp_path, "example==1.0"), tmp_path)
    package = {"example/__init__.py", "example/data.txt", "example-1.0.dist-info/METADATA"}
    assert _names(written) == {f"python/{name}" for name in package}


@pytest.mark.usefixtures("installed")
def test_layer_has_its_own_key(tmp_path: Path) -> None:
    """The zip is where the template looks for the layer, from any builder."""
    layer = _layer(tmp_path, "example==1.0")
    assert write_installed(layer, tmp_path / "build") == tmp_path / "build" / layer.key


def test_layer_does_not_depend_on_the_folder_of_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A layer from an environment below a folder called `bin` has all its packages."""
    _install(tmp_path / "bin" / "site", monkeypatch)
    assert _names(write_installed(_layer(tmp_path, "example==1.0"), tmp_path))


@pytest.mark.usefixtures("installed")
def test_other_version_is_refused(tmp_path: Path) -> None:
    """A package in another version than the lock's is an error that names both, and no zip is left."""
    layer = _layer(tmp_path, "example==1.1")
    with pytest.raises(VersionMismatchError, match=r"example 1\.0 is installed, example\.lock pins 1\.1"):
        write_installed(layer, tmp_path / "build")
    assert not list(tmp_path.rglob("*.zip"))


@pytest.mark.usefixtures("installed")
def test_package_without_a_wheel_here_is_left_out(tmp_path: Path) -> None:
    """A package without a wheel is not in the layer; the others are."""
    layer = _layer(tmp_path, "unheard-of==1.0 \\\n    --hash=sha256:89ab\nexample==1.0")
    assert "python/example/__init__.py" in _names(write_installed(layer, tmp_path))


@pytest.mark.share(1)
@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.logical_id)
def test_layer_is_written_alike_twice(layer: Layer, tmp_path: Path) -> None:
    """Writing a real layer twice makes the same bytes."""
    first, second = (write_installed(layer, tmp_path / name) for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.logical_id)
def test_layer_holds_what_its_lock_pins(layer: Layer, tmp_path: Path) -> None:
    """The packages in a real layer are those of its lock that are installed, in the lock's versions, and no others."""
    found = _packages(write_installed(layer, tmp_path))
    pinned = dict(PINNED.findall(layer.lock.read_text(encoding="utf-8")))
    assert found.items() <= pinned.items()
    assert not [name for name in pinned.keys() - found.keys() if list(Distribution.discover(name=name))]


def _packages(path: Path) -> dict[str, str]:
    """Return the packages in a zip with their versions, from their metadata."""
    with zipfile.ZipFile(path) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    metadata = [message_from_string(text) for text in texts]
    return {re.sub("[-_.]+", "-", found["Name"]).lower(): found["Version"] for found in metadata}


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.logical_id)
def test_layer_has_no_notes_of_pip(layer: Layer, tmp_path: Path) -> None:
    """A real layer has no trace of the time, the tool or the source of its installation."""
    assert not {Path(name).name for name in _names(write_installed(layer, tmp_path))} & PIP_RECORDS
