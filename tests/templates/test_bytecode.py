"""Bytecode for the zips: made by the right interpreter or not at all, and the same bytes each time."""

import importlib.util
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from templates.bytecode import bytecode, cache_tag, find_interpreter
from templates.packaging import RUNNING, Entry

Interpreter = Callable[[str], Path]
Sources = Callable[[dict[str, str]], list[Entry]]


@pytest.fixture(autouse=True)
def _nothing_found_yet() -> Iterator[None]:
    """Clear the cache of interpreters, before and after."""
    find_interpreter.cache_clear()
    yield
    find_interpreter.cache_clear()


@pytest.fixture
def interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Interpreter:
    """Return a function that puts a python9.99 on the PATH, which prints the given facts."""

    def put(facts: str) -> Path:
        program = tmp_path / "bin" / "python9.99"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\necho {facts}\n", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent))
        return program

    return put


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """Return a function that writes sources and returns them as the entries of a zip."""

    def write(contents: dict[str, str]) -> list[Entry]:
        entries = [(name, tmp_path / "sources" / name) for name in contents]
        for name, path in entries:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(contents[name], encoding="utf-8")
        return entries

    return write


def test_this_interpreter_compiles_for_its_own_version() -> None:
    """A runtime of the running version needs no other interpreter."""
    assert find_interpreter(RUNNING) == sys.executable


def test_interpreter_on_the_path_is_found(interpreter: Interpreter) -> None:
    """The interpreter for a runtime of another version is the one with its name on the PATH."""
    program = interpreter("cpython-999 final")
    assert find_interpreter("python9.99") == str(program)


@pytest.mark.parametrize("facts", ["cpython-311 final", "pypy-999 final", "cpython-999 candidate", ""])
def test_interpreter_with_other_bytecode_is_not_used(interpreter: Interpreter, facts: str) -> None:
    """Another version, another implementation and a pre-release make bytecode that Lambda's Python may not read."""
    interpreter(facts)
    assert find_interpreter("python9.99") is None


def test_missing_interpreter_is_reported_once(
    tmp_path: Path, sources: Sources, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an interpreter of the runtime's version there is no bytecode, and one line on standard error says so."""
    entries = sources({"a.py": "x = 1"})
    assert bytecode(entries, "python9.99", tmp_path) == bytecode(entries, "python9.99", tmp_path) == []
    assert capsys.readouterr() == (
        "",
        "no python9.99 found on the PATH: the zips hold no bytecode, and cold starts take about twice the processor time\n",
    )


def test_bytecode_is_where_python_looks_for_it(tmp_path: Path, sources: Sources) -> None:
    """Each source has its bytecode in __pycache__ beside it, named for the version that it is for; other files have none."""
    entries = sources({"a.py": "", "b/__init__.py": "", "b/c.json": "{}"})
    names = [name for name, _ in bytecode(entries, RUNNING, tmp_path)]
    assert names == [importlib.util.cache_from_source(name) for name in ("a.py", "b/__init__.py")]


def test_import_takes_the_bytecode(tmp_path: Path, sources: Sources) -> None:
    """Python imports the bytecode without reading the source, even if the source has changed."""
    entries = sources({"answer.py": "print(42)"})
    for name, compiled in bytecode(entries, RUNNING, tmp_path):
        place = entries[0][1].parent / name
        place.parent.mkdir()
        compiled.rename(place)
    entries[0][1].write_text("print('compiled anew')", encoding="utf-8")
    command = [sys.executable, "-B", "-c", "import answer"]
    assert subprocess.run(command, cwd=entries[0][1].parent, capture_output=True, check=True).stdout == b"42\n"


def test_source_for_another_python_is_left_out(tmp_path: Path, sources: Sources) -> None:
    """A package may hold a file that does not compile; the other files get their bytecode."""
    entries = sources({"old.py": "print 'two'", "new.py": "print('three')"})
    assert [name for name, _ in bytecode(entries, RUNNING, tmp_path)] == [importlib.util.cache_from_source("new.py")]


def test_bytes_depend_on_names_and_contents_alone(
    tmp_path: Path, sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the order, the other files, the folders, nor the environment leave a trace in the bytecode."""
    texts = {f"{name}.py": f"def {name}(): return {{'{name}', 'b', 3}}\nclass C: x = 'same text'" for name in "abc"}
    entries = sources(texts)
    first = {name: path.read_bytes() for name, path in bytecode(entries, RUNNING, tmp_path)}
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    (other := tmp_path / "elsewhere").mkdir()
    second = {name: path.read_bytes() for name, path in bytecode(entries[:0:-1], RUNNING, other)}
    assert second
    assert second == {name: first[name] for name in second}
    assert str(tmp_path).encode() not in b"".join(first.values())


def test_cache_tag_is_pythons_own() -> None:
    """The tag in the names is the one that the interpreter itself uses."""
    assert cache_tag(RUNNING) == sys.implementation.cache_tag
