"""`python -m asl.check.compat [BASE]`: which contracts changed since BASE, and whom that breaks.

BASE is a released version, the newest if none is named, or a git revision. A contract that is read may come to accept more:
payloads on their way were made by the old one. A contract that is made may come to give more: executions in flight,
consumers of notifications and readers of records go by the old one.
Exit code 0: nothing breaks, or the project's version says that it may. 1: something does. 2: BASE cannot be read.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from asl.check.compare import Mismatch, mismatches
from asl.check.dialect import UnsupportedSchema, shape_of
from asl.check.shapes import Anything, Array, Field, Object, Shape, Text, Union, union
from asl.command import run_command
from asl.printable import printable
from workflow import contracts, mapping, releases

SHARED = "common"  # definitions, no payload
KEPT = "metadata-record"  # outlives deployments: the next version reads what this one wrote, and the other way round


@dataclass(frozen=True)
class Change:
    """A contract that is not what it was: where it breaks somebody, if it does."""

    name: str
    what: str  # added, removed or changed
    breaks: tuple[Mismatch, ...] = ()

    @property
    def breaking(self) -> bool:
        """Whether anybody is broken."""
        return self.what == "removed" or bool(self.breaks)

    def to_json(self) -> dict[str, Any]:
        """Return the change for tools."""
        breaks = [{"path": f"${one.path}", "promised": one.promised, "needed": one.needed} for one in self.breaks]
        return {"contract": self.name, "what": self.what, "breaking": self.breaking, "breaks": breaks}


def changes(old: Path, new: Path = contracts.FOLDER) -> Iterator[Change]:
    """Yield every contract that differs between the folders old and new."""
    before, after = (set(contracts.names(folder)) - {SHARED} for folder in (old, new))
    for name in sorted(before | after):
        if name not in before:
            yield Change(name, "added")
        elif name not in after:
            yield Change(name, "removed")
        elif contracts.resolved(name, old) != contracts.resolved(name, new):
            was, now = (shape_of(contracts.resolved(name, folder), name) for folder in (old, new))
            yield Change(name, "changed", tuple(_breaks(name, was, now)))


def _breaks(name: str, was: Shape, now: Shape) -> list[Mismatch]:
    pairs = [(was, now)] if is_read(name, now) else [(now, was)]
    if name == KEPT:
        pairs.append((was, now))
    return [found for made, read in pairs for found in mismatches(as_made(made), as_read(read))]


def is_read(name: str, shape: Shape) -> bool:
    """Tell whether the deployed code reads such payloads, rather than makes them for others.

    What it makes is closed, and what it reads is open, as a tolerant reader has it. An execution's input is both: made
    once, by what starts the execution, and read all the time.
    """
    is_open = isinstance(shape, Object) and shape.rest == Anything()
    return is_open or name == mapping.STARTS_WITH


def as_made(shape: Shape) -> Shape:
    """Return shape without properties that it does not name, as whoever makes such a payload goes by it."""
    return _with_rest(shape, lambda rest: None if rest == Anything() else rest)


def as_read(shape: Shape) -> Shape:
    """Return shape with every object open to properties that it does not name, as a tolerant reader takes it."""
    return _with_rest(shape, lambda rest: Anything() if rest is None else rest)


def _with_rest(shape: Shape, change: Callable[[Shape | None], Shape | None]) -> Shape:
    match shape:
        case Object():
            fields = tuple((name, Field(_with_rest(one.shape, change), one.required)) for name, one in shape.fields)
            return replace(shape, fields=fields, rest=change(shape.rest))
        case Array():
            items = None if shape.items is None else _with_rest(shape.items, change)
            return replace(shape, prefix=tuple(_with_rest(one, change) for one in shape.prefix), items=items)
        case Text(content=Shape() as content):
            return replace(shape, content=_with_rest(content, change))
        case Union():
            return union(*(_with_rest(member, change) for member in shape.members))
    return shape


def at_revision(revision: str, folder: Path) -> Path:
    """Write the contracts as they were at a git revision to folder, and return it; raises CalledProcessError for an unknown one."""
    commit = _git("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").strip()
    place = contracts.FOLDER.relative_to(_git("rev-parse", "--show-toplevel").strip()).as_posix()
    for file in _git("ls-tree", "--name-only", "--full-tree", commit, f"{place}/").split():
        if file.endswith(".json"):
            (folder / Path(file).name).write_text(_git("show", f"{commit}:{file}"), encoding="utf-8")
    return folder


def base_folder(base: str, folder: Path) -> Path:
    """Return where the contracts of base lie: kept as a release, or written to folder from git's history."""
    known = releases.FOLDER / base.removeprefix("v")
    return known if base.removeprefix("v") in releases.released() else at_revision(base, folder)


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(contracts.FOLDER), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def told(change: Change) -> str:
    """Return a change in a line, and a line for each place where it breaks somebody."""
    verdict = "breaking" if change.breaking else "compatible"
    where = [f"              ${one.path}: {one.promised}, where {one.needed} is relied on" for one in change.breaks]
    return "\n".join(map(printable, [f"{verdict:<12}{change.what:<10}{change.name}", *where]))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m asl.check.compat", description=__doc__)
    parser.add_argument("base", nargs="?", metavar="BASE", help="a released version, or a git revision to compare with")
    parser.add_argument("--json", action="store_true", help="print the result for tools")
    options = parser.parse_args(arguments)
    base = options.base or releases.released()[-1]
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = list(changes(base_folder(base, Path(folder)), contracts.FOLDER))
        except (subprocess.CalledProcessError, FileNotFoundError):  # the latter of git itself
            known = ", ".join(releases.released())
            print(f"compat: {printable(base)} is no release ({known}), and no revision that git knows", file=sys.stderr)
            return 2
        except UnsupportedSchema as error:
            print(f"compat: {printable(str(error))}", file=sys.stderr)
            return 2
    if options.json:
        print(json.dumps([change.to_json() for change in found], indent=2))
    else:
        print("\n".join(map(told, found)) or f"no contract has changed since {base}")
    return _verdict(base, found)


def _verdict(base: str, found: list[Change]) -> int:
    """Return the exit code; a version that may break those who go by base is said to be one."""
    if not any(change.breaking for change in found):
        return 0
    version = releases.project_version()
    if base.removeprefix("v") not in releases.released() or not releases.may_break(base, version):
        return 1
    print(f"compat: version {version} may break what goes by {base}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(run_command("compat", main))
