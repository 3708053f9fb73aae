"""The template is rendered once for the same sources, and again when anything has changed that it depends on."""

import subprocess
import sys
from collections.abc import Callable
from importlib.util import source_from_cache
from pathlib import Path

import pytest

from local import template_cache
from local.template_cache import ROOT, cached_template, source_files
from templates import stack

OPENED = """
import sys
opened = set()
sys.addaudithook(lambda event, given: opened.add(str(given[0])) if event == "open" else None)
from templates.stack import render
render()
print(*sorted(opened), sep="\\n")
"""


@pytest.fixture
def rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Make sources of a project, whose template is their text; return the templates that are rendered."""
    made: list[str] = []

    def render() -> str:
        made.append("\n".join(f"{path.name} {path.read_text(encoding='utf-8')}" for path in source_files()))
        return made[-1]

    for name in ("pyproject.toml", "templates/stack.py", "workflow/contracts/one.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    monkeypatch.setattr(template_cache, "ROOT", tmp_path)
    monkeypatch.setattr(template_cache, "FILE", tmp_path / "build" / "template.json")
    monkeypatch.setattr(stack, "render", render)
    return made


def test_the_same_sources_are_rendered_once(rendered: list[str], tmp_path: Path) -> None:
    """A second call returns what the first one has rendered, and leaves one file."""
    assert [cached_template(), cached_template()] == rendered * 2
    assert [path.name for path in (tmp_path / "build").rglob("*")] == ["template.json"]


def _change(root: Path) -> None:
    (root / "workflow/contracts/one.json").write_text("changed", encoding="utf-8")


def _add(root: Path) -> None:
    (root / "lambdas").mkdir()
    (root / "lambdas/new.lock").write_text("", encoding="utf-8")


def _rename(root: Path) -> None:
    (root / "templates/stack.py").rename(root / "templates/stacks.py")


def _release(root: Path) -> None:
    (root / "pyproject.toml").write_text("another version", encoding="utf-8")


@pytest.mark.parametrize("change", [_change, _add, _rename, _release])
def test_changed_sources_are_rendered_again(
    change: Callable[[Path], None], rendered: list[str], tmp_path: Path
) -> None:
    """A file that is changed, added or renamed changes what is returned."""
    first = cached_template()
    change(tmp_path)
    assert cached_template() == rendered[1] != first


def test_installed_packages_count(rendered: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is installed renders the template again."""
    cached_template()
    (tmp_path / "site" / "troposphere-5.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    cached_template()
    assert len(rendered) == 2


def test_a_damaged_file_is_not_used(rendered: list[str]) -> None:
    """A file that has lost its end, or all of it, is replaced."""
    for size in (70, 0):
        whole = cached_template()
        with template_cache.FILE.open("r+", encoding="utf-8") as file:
            file.truncate(size)
        assert cached_template() == whole
    assert len(rendered) == 3


def test_sources_that_change_meanwhile_are_not_kept(
    rendered: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is rendered while a source changes is returned, and rendered again for the next one."""
    render = stack.render

    def changing() -> str:
        (tmp_path / "pyproject.toml").write_text(f"{len(rendered)}", encoding="utf-8")
        return render()

    monkeypatch.setattr(stack, "render", changing)
    cached_template()
    assert not template_cache.FILE.exists()


def test_nothing_needs_to_be_written(rendered: list[str], tmp_path: Path) -> None:
    """Where the file cannot be written, the template is rendered each time."""
    (tmp_path / "build").write_text("no folder", encoding="utf-8")
    assert [cached_template(), cached_template()] == rendered
    assert len(rendered) == 2


def test_everything_that_is_read_counts() -> None:
    """Each file of the project that is opened to render the template, and the source of byte code, is among its sources."""
    done = subprocess.run([sys.executable, "-c", OPENED], cwd=ROOT, capture_output=True, text=True, check=True)
    opened = (source_from_cache(name) if name.endswith(".pyc") else name for name in done.stdout.splitlines())
    paths = {Path(ROOT, name) for name in opened}
    own = {path for path in paths if path.is_relative_to(ROOT) and "site-packages" not in path.parts}
    assert own > {ROOT / "templates/parameters.py", ROOT / "pyproject.toml"}
    assert own <= set(source_files())
