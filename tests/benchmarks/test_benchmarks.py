"""The command line, as far as it goes without Node.js, and its messages about missing tools."""

import re

import pytest

from benchmarks import machine, settings, sharp_package
from benchmarks.command_line import main
from benchmarks.imports import TOUCH_NO_PICTURE, handler_modules, imports
from benchmarks.plan import IMPORTS, Plan
from benchmarks.sharp_package import OLDEST_NODE, MissingToolError, major, pinned, tool
from tests.effort import times
from tests.templates.emitted import template


@pytest.fixture(autouse=True)
def _own_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restore the variables that the command line sets for itself and its workers."""
    for name in ("POWERTOOLS_LOG_LEVEL", "POWERTOOLS_METRICS_DISABLED"):
        monkeypatch.setenv(name, "")


def test_without_node_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without Node.js, the message says so and names the version to install."""
    monkeypatch.setenv("PATH", "")
    assert main(["--quick"]) == 2
    assert re.fullmatch(rf"benchmarks: node is missing: .*Node\.js {OLDEST_NODE} .*\n", capsys.readouterr().err)


def test_an_old_node_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sharp's published build does not run on an older Node.js."""
    monkeypatch.setattr(sharp_package, "_node", lambda *_: "v18.20.4")
    with pytest.raises(MissingToolError, match=r"v18\.20\.4"):
        sharp_package.installed()


def test_a_tool_that_is_there_is_found() -> None:
    """The path of an installed tool is returned."""
    assert tool("sh").endswith("/sh")


@pytest.mark.parametrize(("version", "number"), [("v20.20.2", 20), ("8.18.7", 8)])
def test_major_version(version: str, number: int) -> None:
    """The major version is the first number, as an integer."""
    assert major(version) == number


def test_sharp_is_pinned_exactly() -> None:
    """Two runs measure the same sharp."""
    assert re.fullmatch(r"\d+\.\d+\.\d+", pinned())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--repetitions", "4"],
        ["--repetitions", "many"],
        ["--only", "bmp"],
        ["no-such-file.jpg"],
        ["--write", "--only", "png"],
        ["--write", __file__],
    ],
)
def test_invalid_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Medians want an odd number, pictures are files, and a page is written as a whole."""
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "error:" in capsys.readouterr().err


def test_settings_are_the_templates_defaults() -> None:
    """The measured settings are the template's defaults unless a variable sets others."""
    given = {name: str(one.get("Default")) for name, one in template()["Parameters"].items()}
    assert str(settings.limits().max_pixels) == given["MaxPixels"]
    assert ",".join(map(str, settings.resize().resize_edges)) == given["ResizeEdges"]
    assert str(settings.thumbnail().thumbnail_edge) == given["ThumbnailEdge"]


def test_a_plan_knows_how_much_there_is_to_do() -> None:
    """The progress bar ends when the work does."""
    assert len(Plan([], ["resize"], [IMPORTS], 1)) == len(handler_modules())


def test_every_function_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each module that Lambda calls is measured, the two that touch no picture among them."""
    modules = handler_modules()
    assert set(modules) > set(TOUCH_NO_PICTURE)
    some = modules[:: times(4, 1)]
    monkeypatch.setattr("benchmarks.imports.handler_modules", lambda: some)
    assert [each.module for each in imports(1)] == list(some)


def test_a_description_of_the_machine_has_no_host_name() -> None:
    """Processor, system and versions are listed; the machine's name is not."""
    import platform

    facts = machine.described({"node": "20.1.0", "sharp": "1.2.3", "vips": "8.0.0"})
    assert {"processor", "system", "Python", "Pillow", "pillow-heif", "Node.js", "sharp", "libvips"} <= set(facts)
    assert platform.node() not in facts.values()
