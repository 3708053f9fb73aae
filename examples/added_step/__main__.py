"""Add a step to a copy of this repository: `python -m examples.added_step FOLDER`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from asl.command import Parser

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NEW = HERE / "new"  # the new files, at their places in the repository
PATCHES = [HERE / f"{name}.patch" for name in ("graph", "template", "tests")]
GENERATED = {"build", "output"}  # at the top of the repository; what begins with a dot is left out too


class StepError(Exception):
    """The step could not be added; the message says why."""


def copy_with_step(target: Path) -> None:
    """Copy the repository to target, which must not exist, and add the step there; raises StepError."""
    if target.exists():
        raise StepError(f"{target} exists: name a folder that does not")
    shutil.copytree(ROOT, target, ignore=_left_out(target))
    if (ROOT / ".venv").exists():  # then `make` works in the copy too
        (target / ".venv").symlink_to((ROOT / ".venv").resolve())
    _add_new_files(target)
    _apply_patches(target)


def _left_out(target: Path) -> Callable[[str, list[str]], set[str]]:
    """Return what copytree asks: which names in a folder are not copied."""

    def ignore(folder: str, names: list[str]) -> set[str]:
        top = {name for name in names if name.startswith(".") or name in GENERATED} if Path(folder) == ROOT else set()
        itself = {name for name in names if Path(folder, name) == target.resolve()}
        return top | itself | {"__pycache__"}

    return ignore


def _add_new_files(target: Path) -> None:
    for file in (file for file in NEW.rglob("*.*") if file.suffix != ".pyc"):
        place = target / file.relative_to(NEW)
        if place.exists():
            raise StepError(f"{place} exists: the repository has a file of that name by now")
        shutil.copy(file, place)


def _apply_patches(target: Path) -> None:
    git = shutil.which("git")
    if git is None:
        raise StepError("git is not installed; it applies the patches")
    command = [git, "apply", "-p0", "--unidiff-zero", *map(str, PATCHES)]
    # Inside of another repository git would take the paths for that one's.
    environment = os.environ | {"GIT_CEILING_DIRECTORIES": str(target.resolve().parent)}
    done = subprocess.run(command, cwd=target, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StepError(f"the patches do not fit the repository:\n{done.stderr.strip()}")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = Parser(prog="python -m examples.added_step", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the copy goes; it must not exist")
    folder = parser.parse_args(arguments).folder
    try:
        copy_with_step(folder)
    except (StepError, OSError) as error:
        print(f"added_step: {error}", file=sys.stderr)
        return 1
    print(f"{folder} is a copy of the repository with the step DescribeImage in it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
