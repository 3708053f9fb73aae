"""The project's version, and the contracts and the definition of each release.

They are in a folder of their own, so that the Lambda zip does not contain them. `python -m workflow.releases` stores the
current ones as those of the version in pyproject.toml.
"""

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("release", "workflow.releases"))

import json
import shutil
import sys
import tomllib
from pathlib import Path

from asl.command import Parser
from asl.printable import printable
from workflow import contracts

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
FOLDER = Path(__file__).parent / "released"  # a folder a version
DEFINITION = "pipeline.asl"  # executions that a release has started continue under it after a deployment


def project_version() -> str:
    """Return the version of the project, as pyproject.toml states it."""
    return str(tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"])


def released(folder: Path = FOLDER) -> list[str]:
    """Return the released versions, oldest first."""
    return sorted((path.name for path in folder.iterdir() if path.is_dir()), key=numbers)


def numbers(version: str) -> tuple[int, int, int]:
    """Return the three numbers of a version such as 1.2.3, 1.2.3.dev0 or v1.2.3."""
    major, minor, patch, *_ = version.removeprefix("v").split(".")
    return int(major), int(minor), int(patch)


def may_break(since: str, version: str) -> bool:
    """Return whether the contracts of version may break users of since: the major version differs or, before 1.0, the minor."""
    old, new = numbers(since), numbers(version)
    return new[0] > old[0] or (new[0] == old[0] == 0 and new[1] > old[1])


def keep(version: str, folder: Path = FOLDER) -> Path:
    """Store the current contracts and definition as those of version, and return their folder.

    Raises ValueError if version is no release or is released already.
    """
    if "dev" in version:
        raise ValueError(f"{version} is under development: give pyproject.toml the version to release")
    if version in released(folder):
        raise ValueError(f"{version} is released already: give pyproject.toml the next version")
    from workflow.definition import states_language  # here, because operations read the version and need no SDK

    kept = folder / version
    shutil.copytree(contracts.FOLDER, kept, ignore=lambda _, names: _no_contracts(names))
    (kept / DEFINITION).write_text(json.dumps(states_language(), indent=2) + "\n", encoding="utf-8")
    return kept


def _no_contracts(names: list[str]) -> list[str]:
    return [name for name in names if not name.endswith(".json")]


def main(arguments: list[str] | None = None) -> int:
    """Store contracts and definition, and return the exit code."""
    Parser(prog="python -m workflow.releases", description=__doc__).parse_args(arguments)
    try:
        print(f"kept in {keep(project_version())}")
    except ValueError as error:
        print(f"release: {printable(str(error))}", file=sys.stderr)
        return 1
    return 0
