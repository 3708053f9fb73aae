"""The zips as Lambda unpacks them: each handler imports all it needs, and nothing that it does not bring along."""

import ast
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from generate import render
from local.layers import write_installed
from templates import assets
from workflow import contracts

# What Lambda's Python runtime brings along.
RUNTIME = ["boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3"]
ABSENT = ["stepfunctions", "troposphere", "awacs", "moto", "templates", "local", "tests", "setuptools", "yaml"]
FUNCTIONS: dict[str, dict[str, Any]] = {
    name: entry["Properties"]
    for name, entry in json.loads(render())["Resources"].items()
    if entry["Type"] == "AWS::Lambda::Function"
}
# Imports a handler, first as a cold start does and then with what it imports at its first call, and tells what it saw.
COLD_START = """
import importlib, importlib.util, json, os, sys

module, paths, late, absent = json.loads(sys.argv[1])
sys.path += paths
before = dict(os.environ)
handler = importlib.import_module(module).handler
started = sorted(sys.modules)
for statement in late:
    exec(statement, {})
contracts = importlib.import_module("workflow.contracts")
print(json.dumps({
    "callable": callable(handler),
    "started": started,
    "contracts": [name for name in contracts.names() if contracts.resolved(name)],
    "environment": dict(os.environ) == before,
    "found": [name for name in absent if importlib.util.find_spec(name)],
    "elsewhere": sorted({
        str(module.__file__) for module in list(sys.modules.values())
        if getattr(module, "__file__", None) and "site-packages" in str(module.__file__)
    }),
}))
"""


@dataclass(frozen=True)
class Unpacked:
    """Where the zips were unpacked, as Lambda does: code, the layers by logical ID, and the runtime's packages."""

    code: Path
    layers: dict[str, Path]
    runtime: Path

    def paths(self, function: str) -> list[str]:
        """Return what a function finds on its path beside the standard library."""
        layers = [self.layers[layer["Ref"]] / "python" for layer in FUNCTIONS[function]["Layers"]]
        return [str(path) for path in (self.code, *layers, self.runtime)]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Unpacked:
    """Make the zips, the layers from what is installed here, and unpack them."""
    folder = tmp_path_factory.mktemp("zips")
    layers = {layer.logical_id: _unpack(write_installed(layer, folder)) for layer in assets.LAYERS}
    return Unpacked(_unpack(assets.write_code(folder)), layers, _runtime(folder / "runtime"))


@pytest.fixture(scope="module")
def cold_start(unpacked: Unpacked) -> Callable[[str], dict[str, Any]]:
    """Give a function that imports a handler and returns what was seen, once a handler."""
    return cache(partial(_cold_start, unpacked, late=[]))


def _unpack(path: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(path.with_suffix(""))
    return path.with_suffix("")


def _runtime(folder: Path) -> Path:
    """Make a folder with the packages of Lambda's runtime, and no others."""
    folder.mkdir()
    for name in RUNTIME:
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        source = origin.parent if spec.submodule_search_locations else origin
        (folder / source.name).symlink_to(source)
    return folder


def _run(unpacked: Unpacked, function: str, late: list[str]) -> subprocess.CompletedProcess[str]:
    """Import a function's handler in a Python that has nothing else, then run the import statements in late."""
    module = FUNCTIONS[function]["Handler"].rpartition(".")[0]
    told = json.dumps([module, unpacked.paths(function), late, ABSENT])
    command = [sys.executable, "-I", "-S", "-B", "-W", "error", "-c", COLD_START, told]
    return subprocess.run(command, env={}, cwd=unpacked.code, capture_output=True, text=True, check=False)


def _cold_start(unpacked: Unpacked, function: str, late: list[str]) -> dict[str, Any]:
    """Do the same and return what was seen; nothing may go wrong."""
    found = _run(unpacked, function, late)
    assert (found.returncode, found.stderr) == (0, "")
    answer: dict[str, Any] = json.loads(found.stdout)
    return answer


def _late_imports(file: Path) -> Iterator[str]:
    """Yield the import statements that stand in functions of a module."""
    for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef):
            yield from (
                ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)
            )


def _late_imports_of(started: list[str], code: Path) -> list[str]:
    """Return the import statements in functions of those of our modules that were started."""
    paths = [code / name.replace(".", "/") for name in started if name.startswith("lambdas.")]
    ours = [path / "__init__.py" if path.is_dir() else path.with_suffix(".py") for path in paths]
    return sorted({statement for file in ours for statement in _late_imports(file)})


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_finds_all_that_it_imports(
    unpacked: Unpacked, cold_start: Callable[[str], dict[str, Any]], function: str
) -> None:
    """A handler, and what it imports at its first call, is there with the layers that its template entry lists."""
    late = _late_imports_of(cold_start(function)["started"], unpacked.code)
    assert any("aws_lambda_powertools" in statement for statement in late)
    seen = _cold_start(unpacked, function, late)
    assert seen["callable"]
    assert seen["found"] == seen["elsewhere"] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_cold_start_makes_no_client(cold_start: Callable[[str], dict[str, Any]], function: str) -> None:
    """Importing a handler needs no environment, changes none, and does not even load the AWS SDK or Powertools."""
    assert cold_start(function)["environment"]
    assert not {"boto3", "botocore", "aws_lambda_powertools"} & set(cold_start(function)["started"])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_finds_every_contract(cold_start: Callable[[str], dict[str, Any]], function: str) -> None:
    """A function can check every contract there is: the schemas are in the zip, and what checks them is in a layer."""
    assert cold_start(function)["contracts"] == contracts.names()


def test_imports_in_functions_are_seen(unpacked: Unpacked) -> None:
    """What these tests try for a module is what its functions import: the clients' SDK, for example."""
    assert set(_late_imports(unpacked.code / "lambdas/clients.py")) == {
        "import boto3",
        "from botocore.config import Config",
    }


def test_missing_package_would_be_seen(unpacked: Unpacked) -> None:
    """A function without the imaging layer finds no Pillow: nothing of this machine leaks into these tests."""
    bare = replace(unpacked, layers=dict.fromkeys(unpacked.layers, unpacked.layers["RuntimeLayer"]))
    found = _run(bare, "ResizeFunction", late=[])
    assert found.returncode != 0
    assert re.search("No module named '(PIL|pillow_heif)'", found.stderr)


def test_layer_brings_a_libwebp_that_is_found(unpacked: Unpacked) -> None:
    """In the layer that is built, the libwebp of Pillow's wheel is where the code looks for it, and works."""
    script = "import sys; sys.path += sys.argv[1:]; from lambdas.imaging import libwebp; print(libwebp.is_found())"
    command = [sys.executable, "-I", "-S", "-B", "-W", "error", "-c", script, *unpacked.paths("ValidateFunction")]
    found = subprocess.run(command, env={}, cwd=unpacked.code, capture_output=True, text=True, check=False)
    assert (found.stdout, found.stderr) == ("True\n", "")


def test_zips_hold_no_byte_code(unpacked: Unpacked) -> None:
    """No `__pycache__`, whose content differs from one machine to the next."""
    names = [path for top in (unpacked.code, *unpacked.layers.values()) for path in top.rglob("*")]
    assert not [path for path in names if path.name == "__pycache__" or path.suffix == ".pyc"]


def test_zips_hold_no_authoring_code(unpacked: Unpacked) -> None:
    """None of the packages that only build, deploy or test the template."""
    tops = [unpacked.code, *(layer / "python" for layer in unpacked.layers.values())]
    assert not {path.name for top in tops for path in top.iterdir()} & set(ABSENT)


def test_layers_hold_no_package_twice(unpacked: Unpacked) -> None:
    """What one layer brings, the other does not: the two lie on one path, where the first would hide the second."""
    tops = [{path.name for path in (layer / "python").iterdir()} for layer in unpacked.layers.values()]
    assert not set.intersection(*tops)


def test_layers_bring_no_sdk(unpacked: Unpacked) -> None:
    """No layer brings an AWS SDK of its own: the runtime's is patched by AWS."""
    brought = {path.name for layer in unpacked.layers.values() for path in (layer / "python").iterdir()}
    assert not brought & {"boto3", "botocore", "s3transfer", "urllib3"}
