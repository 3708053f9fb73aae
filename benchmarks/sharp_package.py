"""sharp itself: fetched by npm into the build folder, in the version that sharp/package.json pins."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from benchmarks.settings import BUILD

PACKAGE = Path(__file__).with_name("sharp") / "package.json"
OLDEST_NODE = 20
# A lock file would record where each package was downloaded from.
INSTALL = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
VERSIONS = "process.stdout.write(JSON.stringify({node: process.versions.node, ...require('sharp').versions}))"


class MissingToolError(Exception):
    """Node.js or npm is not there, or too old; the message says what to install."""


def installed() -> Path:
    """Return the node_modules folder with the pinned sharp; fetch it if it does not exist. Raises MissingToolError."""
    _check_node()
    folder = BUILD / "sharp"
    modules = folder / "node_modules"
    if _version(modules) != pinned():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(PACKAGE, folder)
        subprocess.run([tool("npm"), *INSTALL], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return modules


def pinned() -> str:
    """Return the version of sharp that package.json asks for."""
    return str(json.loads(PACKAGE.read_text(encoding="utf-8"))["dependencies"]["sharp"])


def versions(modules: Path) -> dict[str, str]:
    """Return the versions of Node.js, of sharp and of the libraries in it, by their names."""
    found: dict[str, str] = json.loads(_node("--eval", VERSIONS, NODE_PATH=str(modules)))
    return found


def tool(name: str) -> str:
    """Return the path of node or npm; raises MissingToolError."""
    found = shutil.which(name)
    if found is None:
        raise MissingToolError(f"{name} is missing: sharp needs Node.js {OLDEST_NODE} or newer, and npm")
    return found


def _node(*arguments: str, **environ: str) -> str:
    command, environ = [tool("node"), *arguments], {**os.environ, **environ}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout.strip()


def _version(modules: Path) -> str | None:
    found = modules / "sharp" / "package.json"
    return str(json.loads(found.read_text(encoding="utf-8"))["version"]) if found.is_file() else None


def _check_node() -> None:
    found = _node("--version")
    if major(found) < OLDEST_NODE:
        raise MissingToolError(f"Node.js is too old: sharp needs {OLDEST_NODE} or newer, and this is {found}")


def major(version: str) -> int:
    """Return the first number of a version."""
    return int(re.findall(r"\d+", version)[0])
