"""Who may import whom, and that importing does nothing."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.effort import repetition

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ["asl", "pages", "workflow", "imaging", "lambdas", "templates", "pages", "local", "operations", "benchmarks"]
# The standard library may be imported everywhere; a name stands for all that is below it.
ALLOWED = {
    # `referencing` is the part of jsonschema that resolves references.
    "workflow/contracts": {"workflow.contracts", "jsonschema", "referencing"},
    # boto3 asks for executions; of our own states the template knows the permissions.
    "asl": {"asl", "workflow", "interegular", "pygraphviz", "boto3", "botocore", "pages.permissions"},
    "pages": {"pages", "asl", "workflow"},
    "workflow": {"workflow", "asl", "stepfunctions"},
    "lambdas": {
        "lambdas",
        "workflow.contracts",
        "imaging",
        "boto3",
        "botocore",
        "aws_lambda_powertools",
    },
    "imaging": {
        "imaging",
        "lambdas.runtime.settings",
        "workflow.contracts",
        "PIL",
        "cykooz_resizer",
        "pillow_heif",
    },
    # Of the functions, what they declare: environments, metrics, headers, attributes, and the prefixes they read and write.
    "templates": {
        "templates",
        "asl",
        "workflow",
        "lambdas.runtime.cors",
        "lambdas.runtime.settings",
        "lambdas.runtime.metrics",
        "lambdas.domain.record",
        "lambdas.domain.objects",
        "troposphere",
        "awacs",
    },
    "generate.py": {"templates", "asl.command", "asl.printable"},
    # Somebody else's program has no more of us than the contracts.
    "examples": {"workflow.contracts", "boto3", "botocore", "urllib3"},
}
FORBIDDEN = {"tests", "conftest", "pytest", "setuptools", "pkg_resources"}
# Imports each module of a folder and complains, by its name, as soon as one has done more than define things.
QUIETLY = """
import importlib, logging, os, sys

def seen():
    root = logging.getLogger()
    return dict(os.environ), root.level, list(root.handlers), list(root.filters), root.disabled, sys.stdout

before = seen()
for name in sys.argv[1:]:
    importlib.import_module(name)
    assert seen() == before, name
"""


@dataclass(frozen=True)
class Import:
    """An import statement's one name, in full."""

    file: str
    line: int
    name: str
    for_types: bool  # under `if TYPE_CHECKING:`

    def is_of(self, names: set[str]) -> bool:
        """Tell whether it is one of names, or below one."""
        return any(f"{self.name}.".startswith(f"{name}.") for name in names)

    @property
    def is_standard(self) -> bool:
        """Whether it is of the standard library."""
        return self.name.partition(".")[0] in sys.stdlib_module_names


def _files(folder: str) -> list[Path]:
    top = ROOT / folder
    return sorted(top.rglob("*.py")) if top.is_dir() else [top]


@cache
def _imports(file: Path) -> list[Import]:
    """Return everything that a file imports, in functions too."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    only_types = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.unparse(branch.test)
        for statement in branch.body
        for node in ast.walk(statement)
    }
    path = file.relative_to(ROOT).as_posix()
    return [Import(path, line, name, id(node) in only_types) for node in ast.walk(tree) for line, name in _names(node)]


def _names(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Import(names=names):
            yield from ((node.lineno, alias.name) for alias in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            yield from ((node.lineno, f"{'.' * level}{module or ''}.{alias.name}") for alias in names)


def _rule(file: Path) -> set[str] | None:
    """Return what the closest folder of a file allows, None for anything."""
    path = file.relative_to(ROOT).as_posix()
    rules = [names for folder, names in ALLOWED.items() if f"{path}/".startswith(f"{folder}/")]
    return rules[0] if rules else None


def _modules(folder: str) -> list[str]:
    names = (file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for file in _files(folder))
    return [name.removesuffix(".__init__") for name in names]


EXAMPLES = ["examples/added_step/__main__.py", "examples/client.py", "examples/subscriber.py"]
FILES = [file for folder in (*FOLDERS, "generate.py", *EXAMPLES) for file in _files(folder)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_imports_keep_to_the_table(file: Path) -> None:
    """A file imports the standard library and what the table allows its folder; for types, a function's may more."""
    rule = _rule(file)
    imports = [found for found in _imports(file) if not found.is_standard]
    if ROOT / "lambdas" in file.parents:
        imports = [found for found in imports if not found.for_types]
    assert [found for found in imports if found.is_of(FORBIDDEN)] == []
    assert rule is None or [found for found in imports if not found.is_of(rule)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_imports_are_absolute(file: Path) -> None:
    """An import reads the same wherever it stands."""
    assert [found for found in _imports(file) if found.name.startswith(".")] == []


def test_table_is_applied_by_the_closest_folder() -> None:
    """The contracts, which run in Lambda, have a stricter rule than the workflow around them."""
    assert _rule(ROOT / "workflow/contracts/__init__.py") == ALLOWED["workflow/contracts"]
    assert _rule(ROOT / "workflow/steps.py") == ALLOWED["workflow"]
    assert _rule(ROOT / "operations/cloudformation/deploy.py") is None


def test_imports_are_seen_wherever_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Imports in functions count, those for types are told apart, and a name is not taken for a longer one."""
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    file = tmp_path / "example.py"
    file.write_text("if TYPE_CHECKING:\n    import a\ndef f():\n    from workflow import contracts, contractsy\n")
    found = _imports(file)
    assert {(each.name, each.for_types) for each in found} == {
        ("a", True),
        ("workflow.contracts", False),
        ("workflow.contractsy", False),
    }
    assert [each.name for each in found if each.is_of({"workflow.contracts"})] == ["workflow.contracts"]


def test_each_test_file_has_a_name_of_its_own() -> None:
    """Folders of tests are no packages, so that pytest knows a file by its name alone."""
    names = Counter(file.name for file in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, number in names.items() if number > 1] == []


def test_workflow_package_is_empty() -> None:
    """The functions' zip holds `workflow/__init__.py` for the contracts' sake; it imports nothing that is not there."""
    assert (ROOT / "workflow/__init__.py").read_text(encoding="utf-8") == ""


@pytest.mark.parametrize(
    "folders", [pytest.param(FOLDERS, id="all"), *(pytest.param([name], id=name, marks=repetition) for name in FOLDERS)]
)
def test_importing_does_nothing(folders: list[str], tmp_path: Path) -> None:
    """Importing changes no environment variable and no logging, prints nothing, and leaves no file behind."""
    modules = [name for folder in folders for name in _modules(folder)]
    command = [sys.executable, "-B", "-W", "error", "-c", QUIETLY, *modules]
    found = subprocess.run(
        command, env={"PYTHONPATH": str(ROOT)}, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
