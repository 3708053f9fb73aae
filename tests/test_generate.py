"""`generate.py` prints the template and nothing else, the same everywhere and at any time."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest
import stepfunctions

import generate
from templates import packaging, stack
from templates.stack import build
from tests.effort import repetition

ROOT = Path(generate.__file__).parent
SCRIPT = str(ROOT / "generate.py")
NOWHERE = "http://127.0.0.1:9"
# Runs the script where every look at the network is an error, in a year long gone.
CUT_OFF = """
import os, runpy, sys, time

def refuse(event, arguments):
    if event.startswith("socket.") and event not in ("socket.gethostname", "socket.__new__"):
        raise OSError("no network here: " + event)

sys.addaudithook(refuse)
time.time = lambda: 0.0
sys.argv = sys.argv[1:]
sys.path.insert(0, os.path.dirname(sys.argv[0]))
runpy.run_path(sys.argv[0], run_name="__main__")
"""
# The installed SDK, with what AWS's own brings along.
TALKATIVE = """
import logging, sys

print("a line printed")
logger = logging.getLogger("sagemaker.config")
logger.setLevel(logging.INFO)
logger.addHandler(logging.StreamHandler(sys.stdout))
logger.info("Not applying SDK defaults from location: /etc/xdg/sagemaker/config.yaml")
__path__ = ["{real}"]
exec(compile(open("{real}/__init__.py").read(), "{real}/__init__.py", "exec"))
logger.info("Not applying SDK defaults from location: ~/.config/sagemaker/config.yaml")
"""
PLACES = {
    "another account": {"AWS_DEFAULT_REGION": "cn-north-1", "AWS_PROFILE": "nobody", "AWS_CONFIG_FILE": "/nowhere"},
    "another machine": {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LANG": "tr_TR.ISO-8859-9"},
    "no network": {"HTTP_PROXY": NOWHERE, "HTTPS_PROXY": NOWHERE, "ALL_PROXY": NOWHERE, "AWS_ENDPOINT_URL": NOWHERE},
}


def _run(*arguments: str, environment: Mapping[str, str] | None = None, folder: Path = ROOT) -> bytes:
    """Return the output of a Python with an almost empty environment, which has to print no error."""
    command = [sys.executable, "-B", "-W", "error", *arguments]
    found = subprocess.run(command, cwd=folder, env=dict(environment or {}), capture_output=True, check=False)
    assert (found.returncode, found.stderr.decode()) == (0, "")
    return found.stdout


@cache
def _template() -> bytes:
    """Return the template as it is printed."""
    return stack.render().encode()


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the building of the template fail."""

    def refuse() -> NoReturn:
        raise ValueError("no such bucket")

    monkeypatch.setattr(stack, "build", refuse)


def test_output_is_the_template_and_nothing_else() -> None:
    """Standard output is one JSON document that ends with a newline; standard error is silent."""
    printed = _run(SCRIPT)
    assert printed == _template()
    assert printed.endswith(b"}\n")
    assert json.loads(printed)["Resources"]


@repetition
@pytest.mark.parametrize("environment", PLACES.values(), ids=PLACES.keys())
def test_template_does_not_depend_on_the_machine(environment: Mapping[str, str]) -> None:
    """The template does not depend on region, profile, hash seed, time zone, locale or proxies, and HOME is not needed."""
    assert _run(SCRIPT, environment=environment) == _template()


def test_template_does_not_depend_on_clock_folder_or_network(tmp_path: Path) -> None:
    """The template depends neither on the clock nor on the folder, and the network is not used."""
    environment = {name: value for place in PLACES.values() for name, value in place.items()}
    assert _run("-c", CUT_OFF, SCRIPT, environment=environment, folder=tmp_path) == _template()


def test_file_holds_what_would_be_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """`--output` writes the same bytes, and prints nothing."""
    file = tmp_path / "template.json"
    assert generate.main(["--output", str(file)]) == 0
    assert file.read_bytes() == _template()
    assert capfd.readouterr() == ("", "")


@repetition
def test_output_is_the_template_alone_under_awss_own_sdk(tmp_path: Path) -> None:
    """AWS's own package of the SDK imports sagemaker, which logs to standard output at import: the output has none of it."""
    package = tmp_path / "stepfunctions"
    package.mkdir()
    (package / "__init__.py").write_text(TALKATIVE.format(real=Path(stepfunctions.__file__).parent), encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "-B", SCRIPT], cwd=ROOT, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, check=True
    )
    assert found.stdout == _template()
    assert b"Not applying SDK defaults" in found.stderr


def test_rendering_is_repeatable() -> None:
    """A second rendering gives the same text."""
    assert stack.render() == stack.render()


def test_each_resource_is_on_a_line_of_its_own() -> None:
    """A change of one resource changes one line, for readable differences."""
    lines = _template().decode().splitlines()
    for name, resource in json.loads(_template())["Resources"].items():
        (line,) = (line for line in lines if line.startswith(f'  "{name}": {{"') and '"Type":"AWS::' in line)
        assert json.loads("{" + line.rstrip(",") + "}") == {name: resource}


def test_sections_come_in_the_usual_order() -> None:
    """Parameters come before resources, and outputs after them."""
    sections = list(json.loads(_template()))
    assert sections[0] == "AWSTemplateFormatVersion"
    assert sections.index("Parameters") < sections.index("Resources") < sections.index("Outputs")


@pytest.mark.usefixtures("broken")
def test_error_is_reported_without_output(capsys: pytest.CaptureFixture[str]) -> None:
    """If the template cannot be built, the exit code is 1, standard error has one line, and standard output is empty."""
    assert generate.main([]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "generate.py: ValueError: no such bucket\n"


@pytest.mark.usefixtures("broken")
def test_error_leaves_files_as_they_were(tmp_path: Path) -> None:
    """An error creates no file, and leaves an existing one unchanged."""
    new, old = tmp_path / "new.json", tmp_path / "old.json"
    old.write_text("old", encoding="utf-8")
    assert [generate.main(["--output", str(file)]) for file in (new, old)] == [1, 1]
    assert not new.exists()
    assert old.read_text(encoding="utf-8") == "old"


def test_template_that_aws_would_refuse_is_not_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For a null, which emulators accept, the exit code is 1, standard error has its path, and standard output is empty."""
    template = build()
    template.resources["UserPool"].UserPoolTags = {"Project": None}
    monkeypatch.setattr(stack, "build", lambda: template)
    assert generate.main([]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "$.Resources.UserPool.Properties.UserPoolTags.Project: null is not allowed" in printed.err
    assert len(printed.err.splitlines()) == 1


def test_unwritable_file_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """If the file cannot be written, the exit code is 1, and the error names the file and the reason."""
    file = tmp_path / "missing" / "template.json"
    assert generate.main(["--output", str(file)]) == 1
    assert capsys.readouterr() == ("", f"generate.py: {file}: No such file or directory\n")


def test_failed_assets_leave_no_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The template is not written if its zips could not be made."""

    def refuse(folder: Path, _: str) -> NoReturn:
        raise subprocess.CalledProcessError(1, ["pip", str(folder)])

    monkeypatch.setattr(packaging, "write_all", refuse)
    file = tmp_path / "template.json"
    assert generate.main(["--assets", str(tmp_path), "--output", str(file)]) == 1
    assert not file.exists()
    assert "CalledProcessError" in capsys.readouterr().err


def test_assets_are_written_beside_the_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--assets` writes the zips under the template's keys, lists them on standard error, and prints the template."""
    monkeypatch.setattr(packaging, "LAYERS", ())  # they need a package index
    assert generate.main(["--assets", str(tmp_path)]) == 0
    printed = capsys.readouterr()
    assert printed.out == stack.render()
    (written,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert (
        printed.err.splitlines()[-1] == f"wrote {written}"
    )  # after the message about a missing python of Lambda's version
    assert f'"S3Key":"{written.relative_to(tmp_path).as_posix()}"' in printed.out


def test_an_unknown_format_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--formats` with a name that no format has writes neither zips nor template, and lists the names."""
    file = tmp_path / "template.json"
    assert generate.main(["--assets", str(tmp_path), "--formats", "JPEG,HEIC", "--output", str(file)]) == 1
    assert "the names are JPEG, PNG, " in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_formats_without_assets_are_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """`--formats` alone would do nothing: the template is the same for all formats."""
    with pytest.raises(SystemExit, match="2"):
        generate.main(["--formats", "JPEG"])
    assert "--assets" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--ouput", "x"], ["template.json"]])
def test_unknown_argument_is_an_error(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown argument prints the usage on standard error, and no template."""
    with pytest.raises(SystemExit, match="2"):
        generate.main(arguments)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "usage: generate.py" in printed.err


def test_environment_is_not_changed(capsys: pytest.CaptureFixture[str]) -> None:
    """Generating changes no environment variable, although the SDK looks for a region."""
    before = dict(os.environ)
    assert generate.main([]) == 0
    assert capsys.readouterr().out
    assert dict(os.environ) == before
