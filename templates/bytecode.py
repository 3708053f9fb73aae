"""Bytecode for the zips: Lambda mounts them read-only, so that without it each cold start compiles what it imports."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path, PurePosixPath

# Compiles each file and prints whether that worked; a package may hold a file that is for another Python. The hash is not
# checked against the source at import: a source in a zip never changes. A fresh interpreter makes the same bytes each time.
COMPILE = """
import json, py_compile, sys

def compiles(name, source, target):
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    try:
        return bool(py_compile.compile(source, target, name, doraise=True, invalidation_mode=mode))
    except py_compile.PyCompileError:
        return False

print(json.dumps([compiles(*one) for one in json.load(sys.stdin)]))
"""
# A pre-release may have bytecode that the release does not read.
FACTS = "import sys; print(sys.implementation.cache_tag, sys.version_info.releaselevel)"


def bytecode(entries: Sequence[tuple[str, Path]], runtime: str, folder: Path) -> list[tuple[str, Path]]:
    """Compile the Python files among entries for runtime, such as python3.13, into folder; return the files for the zip.

    Only an interpreter of that version can do it. Where there is none, nothing is returned and a line on standard error says
    so, once. The bytes depend on names, contents and the interpreter's release alone.
    """
    interpreter = find_interpreter(runtime)
    if interpreter is None:
        return []
    todo = [
        (name, path, folder / f"{number}.pyc") for number, (name, path) in enumerate(entries) if name.endswith(".py")
    ]
    command = [interpreter, "-I", "-S", "-B", "-W", "ignore", "-c", COMPILE]
    given = json.dumps([[name, str(source), str(target)] for name, source, target in todo])
    compiled = json.loads(subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout)
    return [(_name(name, runtime), target) for (name, _, target), ok in zip(todo, compiled, strict=True) if ok]


@cache
def find_interpreter(runtime: str) -> str | None:
    """Return the path of an interpreter whose bytecode runtime reads: this one, or one on the PATH; else None."""
    for found in (sys.executable, shutil.which(runtime)):
        if found and _facts(found) == [cache_tag(runtime), "final"]:
            return found
    print(
        f"no {runtime} found on the PATH: the zips hold no bytecode, and cold starts take about twice the processor time",
        file=sys.stderr,
    )
    return None


def cache_tag(runtime: str) -> str:
    """Return the tag of runtime in names of bytecode files: cpython-313 for python3.13. Other versions ignore such files."""
    return f"cpython-{runtime.removeprefix('python').replace('.', '')}"


def _facts(interpreter: str) -> list[str]:
    asked = subprocess.run([interpreter, "-I", "-S", "-c", FACTS], capture_output=True, text=True, check=False)
    return asked.stdout.split()


def _name(source: str, runtime: str) -> str:
    """Return where Python looks for the bytecode of source."""
    path = PurePosixPath(source)
    return str(path.parent / "__pycache__" / f"{path.stem}.{cache_tag(runtime)}.pyc")
