"""The zips: the same bytes for the same content, and another key for other content."""

import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath

import pytest

from templates import packaging
from templates.packaging import RUNNING, Entry, Layer, code_key, is_content, needed_layers, write_code, write_zip

Folder = Callable[[dict[str, str]], list[Entry]]


@pytest.fixture
def entries(tmp_path: Path) -> Folder:
    """Return a function that writes files with given contents and returns them as the entries of a zip."""

    def write(contents: dict[str, str]) -> list[Entry]:
        folder = tmp_path / f"files {len(list(tmp_path.iterdir()))}"
        for name, content in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return [(name, folder / name) for name in contents]

    return write


@pytest.fixture
def code(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[list[Entry]], str]]:
    """Return a function that returns the key of code made of other entries; the cached key is cleared before and after."""

    def key(found: list[Entry]) -> str:
        monkeypatch.setattr(packaging, "code_entries", lambda: found)
        code_key.cache_clear()
        return code_key()

    yield key
    code_key.cache_clear()


def test_code_is_reproducible(tmp_path: Path) -> None:
    """Writing the functions' code twice makes two identical zips under one key, bytecode included."""
    first, second = (write_code(tmp_path / name, RUNNING) for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()
    assert [path.relative_to(folder) for path, folder in ((first, tmp_path / "one"), (second, tmp_path / "two"))] == [
        Path(code_key())
    ] * 2


def test_zip_depends_on_names_and_contents_alone(tmp_path: Path, entries: Folder) -> None:
    """The bytes of a zip depend neither on the files' times and modes nor on their order."""
    first, second = entries({"a.py": "1", "b/c.py": "2"}), entries({"a.py": "1", "b/c.py": "2"})
    for _, path in second:
        os.utime(path, (1_000_000_000, 1_000_000_000))
        path.chmod(0o600)
    written = [write_zip(tmp_path / name, found) for name, found in (("1.zip", first), ("2.zip", second[::-1]))]
    assert written[0].read_bytes() == written[1].read_bytes()


def test_zip_holds_its_entries(tmp_path: Path, entries: Folder) -> None:
    """Every entry is in the zip under its name, readable by everybody, and nothing else is."""
    contents = {"lambdas/a.py": "x = 1\n", "lib/b.so": "elf"}
    with zipfile.ZipFile(write_zip(tmp_path / "new" / "one.zip", entries(contents))) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == contents
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
    assert modes == {"lambdas/a.py": 0o644, "lib/b.so": 0o755}


def test_same_content_has_the_same_key(entries: Folder, code: Callable[[list[Entry]], str]) -> None:
    """The place of the files does not change the key."""
    assert code(entries({"a.py": "x"})) == code(entries({"a.py": "x"}))


@pytest.mark.parametrize(
    "other",
    [{"a.py": "y", "b.py": "z"}, {"c.py": "x", "b.py": "z"}, {"a.py": "x"}, {"a.py": "xb.p", "y": "z"}],
    ids=["content", "name", "fewer", "shifted"],
)
def test_other_content_has_another_key(
    entries: Folder, code: Callable[[list[Entry]], str], other: dict[str, str]
) -> None:
    """A changed byte, a renamed file or a missing file makes another key."""
    assert code(entries({"a.py": "x", "b.py": "z"})) != code(entries(other))


def test_code_holds_what_functions_run() -> None:
    """The functions' zip has no authoring code and no lock of a layer; test_zip.py shows that it is complete."""
    names = [name for name, _ in packaging.code_entries()]
    others = [name for name in names if not name.startswith(("imaging/", "lambdas/", "workflow/contracts/", "web/"))]
    assert others == ["workflow/__init__.py"]
    assert {Path(name).suffix for name in names if not name.startswith("web/")} == {".py", ".json"}


def test_key_of_a_layer_depends_on_its_lock(tmp_path: Path) -> None:
    """A layer with another lock has another key; the place of the lock does not matter."""
    keys = []
    for folder, pins in (("one", "a==1"), ("two", "a==1"), ("three", "a==2")):
        lock = tmp_path / folder / "some.lock"
        lock.parent.mkdir()
        lock.write_text(pins, encoding="utf-8")
        keys.append(Layer("SomeLayer", lock).key)
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("formats", "heif"), [("", True), ("HEIF", True), ("JPEG,HEIF", True), ("JPEG", False), ("JPEG,PNG,AVIF", False)]
)
def test_the_layer_of_a_format_is_made_where_it_is_on(formats: str, *, heif: bool) -> None:
    """The layer of HEIF is written where that format is in the list, and all others always."""
    needed = {layer.logical_id for layer in needed_layers(formats)}
    assert needed == {layer.logical_id for layer in packaging.LAYERS if heif or layer.logical_id != "HeifLayer"}


def test_only_the_layer_of_heif_has_its_decoder() -> None:
    """The licenses of pillow-heif's wheel concern one layer alone."""
    found = {
        layer.logical_id for layer in packaging.LAYERS if "pillow-heif==" in layer.lock.read_text(encoding="utf-8")
    }
    assert found == {"HeifLayer"}


@pytest.mark.parametrize("fact", ["RUNTIME", "PLATFORMS"])
def test_key_of_a_layer_depends_on_its_platform(monkeypatch: pytest.MonkeyPatch, fact: str) -> None:
    """A layer for another Python or another C library has another key."""
    before = packaging.RUNTIME_LAYER.key
    monkeypatch.setattr(packaging, fact, "python9.99" if fact == "RUNTIME" else ["manylinux_9_99_x86_64"])
    assert packaging.RUNTIME_LAYER.key != before


@pytest.mark.parametrize("name", ["package/code.py", "package/lib.so", "package.dist-info/METADATA"])
def test_packages_files_are_content(name: str) -> None:
    """A package's modules, libraries and metadata are content of a layer."""
    assert is_content(PurePath(name))


@pytest.mark.parametrize(
    "name",
    [
        "package/__pycache__/code.pyc",
        "bin/tool",
        *(f"package.dist-info/{note}" for note in sorted(packaging.PIP_RECORDS)),
    ],
)
def test_bytecode_scripts_and_records_are_not_content(name: str) -> None:
    """Files that differ between installations are not."""
    assert not is_content(PurePath(name))
