"""How ministack is patched: exactly what was expected is replaced, and each patch documents itself."""

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest

from local.emulator import patches
from local.emulator.patch import (
    PINNED,
    Patch,
    SourcePatch,
    UnexpectedSourceError,
    ValuePatch,
    apply_patches,
    find_patches,
)
from local.emulator.patches import enforcement

TARGET = """
import functools

GREETING = "hello"
LIMIT = 3

def greet(name):
    return f"{GREETING} {name}"

class Door:
    def open(self):
        return "open"

def wrapped(function):
    return functools.wraps(function)(lambda: function())

@wrapped
def closed():
    return 1
"""
FILES = sorted({file for package in (patches, enforcement) for file, _ in find_patches(package)})


def shout(text: str) -> str:
    """Return the text in capital letters."""
    return text.upper()


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Import a module that can be patched, from a folder that may hold example_patches too."""
    (tmp_path / "patch_target.py").write_text(TARGET, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield import_module("patch_target")
    for name in [name for name in sys.modules if name.partition(".")[0] in {"patch_target", "example_patches"}]:
        del sys.modules[name]


def test_texts_of_functions_methods_and_strings_are_replaced(target: ModuleType) -> None:
    """A patch changes a function, a method and a string; a second patch changes what the first one made."""
    for name, found, replacement in (
        ("greet", "{name}", "dear {name}"),
        ("greet", "dear", "my dear"),
        ("Door.open", '"open"', '"ajar"'),
        ("GREETING", "ello", "i"),
    ):
        SourcePatch("patch_target", name, found, replacement).apply("a.py")
    assert target.greet("Ada") == "hi my dear Ada"
    assert target.Door().open() == "ajar"


def test_functions_are_replaced_in_tables_too(target: ModuleType) -> None:
    """A function that was put into a table before is replaced there as well; one with a closure is replaced by its name."""
    table = {"greet": target.greet, "closed": target.closed}
    for name, found, replacement in (("greet", "{name}", "dear {name}"), ("closed", "return 1", "return 2")):
        SourcePatch("patch_target", name, found, replacement).apply("a.py")
    assert table["greet"]("Ada") == target.greet("Ada") == "hello dear Ada"
    assert (table["closed"](), target.closed()) == (1, 2)


def test_replacements_call_helpers(target: ModuleType) -> None:
    """A replacement calls a helper of the patch by its name."""
    SourcePatch("patch_target", "greet", 'f"{GREETING}', 'shout(GREETING) + f"', (shout,)).apply("a.py")
    assert target.greet("Ada") == "HELLO Ada"


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param(SourcePatch("patch_target", "greet", "not there", ""), id="text that is missing"),
        pytest.param(SourcePatch("patch_target", "greet", "name", ""), id="text that occurs twice"),
        pytest.param(SourcePatch("patch_target", "absent", "x", ""), id="function that is missing"),
        pytest.param(SourcePatch("patch_target", "LIMIT", "3", ""), id="neither function nor string"),
        pytest.param(
            SourcePatch("patch_target", "greet", "return", "return", (import_module,)), id="helper whose name is taken"
        ),
        pytest.param(ValuePatch("patch_target", "LIMIT", lambda value: value == 4, 5), id="another value"),
        pytest.param(ValuePatch("patch_target", "absent", lambda _: True, 5), id="variable that is missing"),
    ],
)
def test_unexpected_source_is_not_patched(target: ModuleType, patch: Patch) -> None:
    """If the code to replace is missing, ambiguous or different, the error names the place, the pinned version and the patch's file."""
    vars(target)["import_module"] = None  # the name of a helper
    before = dict(vars(target))
    with pytest.raises(UnexpectedSourceError, match=rf"^patch_target\.\w+ .* ministack=={PINNED}, .* a\.py$"):
        patch.apply("a.py")
    assert vars(target) == before


def test_a_value_is_replaced(target: ModuleType) -> None:
    """A variable that has the expected value gets another one."""
    ValuePatch("patch_target", "LIMIT", lambda value: value == 3, 5).apply("a.py")
    assert target.LIMIT == 5


@pytest.mark.usefixtures("target")
def test_patches_of_a_package_are_found(tmp_path: Path) -> None:
    """A file in the package is found without being listed, applied in the order of names, and named by its errors."""
    package = tmp_path / "example_patches"
    (package / "others").mkdir(parents=True)
    for name in ("__init__.py", "others/__init__.py"):
        (package / name).touch()
    make = "from local.emulator.patch import SourcePatch\nPATCHES = (SourcePatch('patch_target', {!r}, {!r}, {!r}),)"
    (package / "b.py").write_text(make.format("GREETING", "first", "second"), encoding="utf-8")
    (package / "a.py").write_text(make.format("GREETING", "hello", "first"), encoding="utf-8")
    apply_patches(found := import_module("example_patches"))
    assert import_module("patch_target").GREETING == "second"
    with pytest.raises(UnexpectedSourceError, match=r"review the patch in example_patches/a\.py"):
        apply_patches(found)


@pytest.mark.parametrize("file", FILES)
def test_a_patch_documents_itself(file: str) -> None:
    """A patch's docstring says what AWS and ministack do, what is patched, and what is known upstream, in this order."""
    text = import_module(file.removesuffix(".py").replace("/", ".")).__doc__ or ""
    labels = re.findall(r"^(AWS|ministack|Patched|Upstream): \S", text, re.MULTILINE)
    assert labels == ["AWS", "ministack", "Patched", "Upstream"]
    upstream = text.partition("\nUpstream: ")[2]
    assert "No report found" in upstream or "https://github.com/ministackorg/ministack/" in upstream


def test_no_file_of_patches_is_empty() -> None:
    """Each file in the folders of patches has a patch."""
    folder = Path(patches.__path__[0])
    assert len(FILES) == len([path for path in folder.rglob("*.py") if path.name != "__init__.py"])


def test_patches_are_for_the_installed_version() -> None:
    """The version that the errors name is the one installed."""
    assert version("ministack") == PINNED
