"""The wheel of asl: both commands run outside of the checkout."""

import configparser
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.effort import times
from tests.sources import files, imports_of

ROOT = Path(__file__).parents[2]
ASL = ROOT / "asl"
ORDERS = ROOT / "docs/examples/orders"
MADE = ("__pycache__", "build", "*.egg-info")  # by Python, and in a checkout by `pip install ./asl`
NOT_INSTALLED = ("pyproject.toml", "action.yml", "README.md")
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-index", "--no-deps"]
MODULES = {"pyyaml": "yaml", "jsonata-python": "jsonata"}  # of packages of another name
# What a console script does; nothing but the wheel and what it needs is on the path.
SCRIPT = "import sys; from importlib import import_module; sys.exit(getattr(import_module('{}'), '{}')())"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the unpacked wheel, built from a copy of asl and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    source = Path(shutil.copytree(ASL, folder / "asl", ignore=shutil.ignore_patterns(*MADE)))
    command = [*PIP, "--no-build-isolation", "--wheel-dir", str(folder), str(source)]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def run(installed: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the console script called name, as the wheel declares it, in the folder where the wheel was unpacked."""
    (declared,) = installed.glob("*.dist-info/entry_points.txt")
    scripts = configparser.ConfigParser()
    scripts.read(declared)
    code = SCRIPT.format(*scripts["console_scripts"][name].split(":"))
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=installed, capture_output=True, text=True, check=False
    )


def test_wheel_has_every_file(installed: Path) -> None:
    """All of asl's files are in the wheel, drawings' styles and the viewer too."""
    assert contents(installed / "asl") == contents(ASL) - {Path(name) for name in NOT_INSTALLED}


def contents(folder: Path) -> set[Path]:
    """Return the files in folder that nothing has generated there."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path for path in found if not any(fnmatch(part, made) for part in path.parts for made in MADE)}


def test_check_runs_alone(installed: Path) -> None:
    """`asl-check` proves the example, and prints what the checkout's command prints."""
    arguments = [str(ORDERS / "machine.json"), "--contracts", str(ORDERS / "contracts")]
    done = run(installed, "asl-check", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    here = [sys.executable, "-m", "asl.check", *arguments]
    assert done.stdout == subprocess.run(here, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_examples_of_its_readme(installed: Path) -> None:
    """Each command of the README prints what the README says that it prints."""
    page = (ASL / "README.md").read_text(encoding="utf-8")
    (machine,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    (installed / "order.asl.json").write_text(machine, encoding="utf-8")
    examples = re.findall(r"```console\n\$ (\S+) (.*?)\n(.*?)```", page, re.DOTALL)
    printed = {name: run(installed, name, *arguments.split()).stdout for name, arguments, _ in examples}
    assert printed == {name: output for name, _, output in examples}
    assert printed.keys() == {"asl-check", "asl-graph"}


@pytest.mark.parametrize("form", ["svg", "mermaid", "html"][:: times(3, 1)])
def test_graph_runs_alone(installed: Path, form: str) -> None:
    """`asl-graph` draws the example, on a page too."""
    done = run(installed, "asl-graph", "--format", form, str(ORDERS / "machine.json"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "CheckOrder" in done.stdout


def _declared() -> set[str]:
    own = tomllib.loads((ASL / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = own["optional-dependencies"]
    return {*own["dependencies"], *extras["aws"], *extras["graph"]}


def test_every_import_is_declared() -> None:
    """The wheel requires each package that asl imports, and no other; botocore comes with boto3."""
    imported = {found.name.partition(".")[0] for file in files() if ASL in file.parents for found in imports_of(file)}
    named = {re.split("[<>=]", requirement)[0].lower() for requirement in _declared()}
    named = {MODULES.get(name, name) for name in named}
    assert imported - sys.stdlib_module_names - {"asl", "botocore"} == named


def test_requirements_have_the_project_s_bounds() -> None:
    """The wheel requires the versions that the project requires."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    known = [*project["project"]["dependencies"], *project["dependency-groups"]["local"]]
    assert [one for one in _declared() if one not in known] == []
