"""`python -m workflow.compat [BASE]`: the contracts that changed since BASE, and which of the changes are breaking.

BASE is a released version (the newest by default) or a git revision.
Exit code 0: no change is breaking, or the project's version allows it. 1: one is breaking. 2: BASE cannot be read.
"""

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("compat", "workflow.compat"))

import subprocess
import sys
import tempfile
from pathlib import Path

from asl.check.compat import Change, Usage, as_json, as_text, changes
from asl.check.json_schema import UnsupportedSchemaError
from asl.command import Parser
from asl.printable import printable
from workflow import contracts, releases
from workflow.mapping import DEFINITIONS, STARTS_WITH

# The input of an execution is closed, but read by all states; records outlive deployments.
USAGE = Usage(
    definitions=frozenset({DEFINITIONS}), read=frozenset({STARTS_WITH}), stored=frozenset({"metadata-record"})
)


def at_revision(revision: str, folder: Path) -> Path:
    """Write the contracts as they were at a git revision to folder, and return it; raises CalledProcessError for an unknown one."""
    commit = _git("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").strip()
    place = contracts.FOLDER.relative_to(_git("rev-parse", "--show-toplevel").strip()).as_posix()
    for file in _git("ls-tree", "--name-only", "--full-tree", commit, f"{place}/").split():
        if file.endswith(".json"):
            (folder / Path(file).name).write_text(_git("show", f"{commit}:{file}"), encoding="utf-8")
    return folder


def base_folder(base: str, folder: Path) -> Path:
    """Return the folder with the contracts of base: of a release, or folder, to which those of a git revision are written."""
    known = releases.FOLDER / base.removeprefix("v")
    return known if base.removeprefix("v") in releases.released() else at_revision(base, folder)


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(contracts.FOLDER), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = Parser(prog="python -m workflow.compat", description=__doc__)
    parser.add_argument("base", nargs="?", metavar="BASE", help="a released version, or a git revision to compare with")
    parser.add_argument("--json", action="store_true", help="print the result for tools")
    options = parser.parse_args(arguments)
    base = options.base or releases.released()[-1]
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = list(changes(base_folder(base, Path(folder)), contracts.FOLDER, USAGE))
        except (subprocess.CalledProcessError, FileNotFoundError):  # the latter of git itself
            known = ", ".join(releases.released())
            print(f"compat: {printable(base)} is no release ({known}), and no revision that git knows", file=sys.stderr)
            return 2
        except UnsupportedSchemaError as error:
            print(f"compat: {printable(str(error))}", file=sys.stderr)
            return 2
    print(as_json(found) if options.json else as_text(found) or printable(f"no contract has changed since {base}"))
    return _verdict(base, found)


def _verdict(base: str, found: list[Change]) -> int:
    """Return the exit code; print a line if the version allows breaking changes since base."""
    if not any(change.breaking for change in found):
        return 0
    version = releases.project_version()
    if base.removeprefix("v") not in releases.released() or not releases.may_break(base, version):
        return 1
    print(printable(f"compat: version {version} may have breaking changes since {base}"), file=sys.stderr)
    return 0
