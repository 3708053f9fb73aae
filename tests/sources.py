"""The source files of the project, and what each imports."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = "tests"
MADE = {"build", "output"}  # folders that the Makefile's commands make
CI = ".ci"  # of those whose names begin with a dot, the one with code of this project
# A file of these belongs into a copy of the repository.
ELSEWHERE = "examples/added_step/new/"


@dataclass(frozen=True)
class Import:
    """An import statement's one name, in full, and where it stands."""

    place: str  # file and line
    name: str
    for_types: bool  # under `if TYPE_CHECKING:`

    def is_of(self, names: set[str]) -> bool:
        """Return whether it is one of names, or below one."""
        return any(f"{self.name}.".startswith(f"{name}.") for name in names)


def folders() -> list[str]:
    """Return the folders at the top that hold Python code, without the tests."""
    found = [path for path in ROOT.iterdir() if path.is_dir() and (path.name == CI or not path.name.startswith("."))]
    return sorted(path.name for path in found if path.name not in {TESTS, *MADE} and any(path.rglob("*.py")))


def files() -> list[Path]:
    """Return every file of Python code but the tests, sorted."""
    found = [*ROOT.glob("*.py"), *(file for folder in folders() for file in (ROOT / folder).rglob("*.py"))]
    return sorted(file for file in found if not path_of(file).startswith(ELSEWHERE))


def path_of(file: Path) -> str:
    """Return the path of file below the repository."""
    return file.relative_to(ROOT).as_posix()


def module_of(file: Path) -> str:
    """Return the name under which file is imported."""
    return path_of(file).removesuffix(".py").replace("/", ".").removesuffix(".__init__")


@cache
def imports_of(file: Path) -> list[Import]:
    """Return everything that file imports, in functions and for types too."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for_types = {id(node) for branch in ast.walk(tree) if _is_for_types(branch) for node in ast.walk(branch)}
    return [
        Import(f"{path_of(file)}:{line}", name, id(node) in for_types)
        for node in ast.walk(tree)
        for line, name in _names(node)
    ]


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _names(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Import(names=names):
            yield from ((node.lineno, alias.name) for alias in names)
        case ast.ImportFrom(module=base, names=names, level=level):
            yield from ((node.lineno, f"{'.' * level}{base or ''}.{alias.name}") for alias in names)
