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
from importlib.util import find_spec, source_from_cache
from pathlib import Path
from typing import Any

import pytest

from local.layers import write_installed
from templates import packaging
from templates.packaging import RUNNING, Layer, write_code, write_compiled_zip
from templates.stack import render
from workflow import contracts

# What Lambda's Python runtime brings along.
RUNTIME = ["boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3"]
ABSENT = ["stepfunctions", "troposphere", "awacs", "moto", "templates", "pages", "local", "tests", "setuptools", "yaml"]
FUNCTIONS: dict[str, dict[str, Any]] = {
    name: entry["Properties"]
    for name, entry in json.loads(render())["Resources"].items()
    if entry["Type"] == "AWS::Lambda::Function"
}
# Imports a handler as a cold start does, and prints what it saw; then it runs the import statements that it reads, those
# of a first call, and prints what it saw then.
COLD_START = """
import importlib, importlib.machinery, importlib.util, json, os, sys

compiled = []
compile_source = importlib.machinery.SourceFileLoader.source_to_code

def source_to_code(loader, source, path, **options):
    compiled.append(path)
    return compile_source(loader, source, path, **options)

importlib.machinery.SourceFileLoader.source_to_code = source_to_code
module, paths, absent = json.loads(sys.argv[1])
sys.path += paths
before = dict(os.environ)
handler = importlib.import_module(module).handler
cold = {
    "callable": callable(handler),
    "modules": sorted(sys.modules),
    "environment": dict(os.environ) == before,
}
print(json.dumps(cold), flush=True)
for statement in json.loads(sys.stdin.readline()):
    exec(statement, {})
contracts = importlib.import_module("workflow.contracts")
print(json.dumps({
    "contracts": [name for name in contracts.names() if contracts.resolved(name)],
    "compiled": compiled,
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

    def tops(self) -> list[Path]:
        """Return every folder of the zips that is on some function's path."""
        return [self.code, *(layer / "python" for layer in self.layers.values())]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Unpacked:
    """Make the zips, the layers from what is installed here, with bytecode for this interpreter, and unpack them."""
    folder = tmp_path_factory.mktemp("zips")
    layers = {layer.logical_id: _layer(layer, folder) for layer in packaging.LAYERS}
    return Unpacked(_unpack(write_code(folder, RUNNING)), layers, _runtime(folder / "runtime"))


@dataclass(frozen=True)
class Started:
    """What was seen of a function at its cold start, and after what it imports at its first call, which was late."""

    cold: dict[str, Any]
    late: list[str]
    warm: dict[str, Any]


@pytest.fixture(scope="module")
def start(unpacked: Unpacked) -> Callable[[str], Started]:
    """Give a function that starts a function, once each; nothing may go wrong."""
    return cache(partial(_start, unpacked))


def _layer(layer: Layer, folder: Path) -> Path:
    """Make and unpack the zip of a layer, as it is made for Lambda: with bytecode."""
    installed = _unpack(write_installed(layer, folder / "installed"))
    entries = [(path.relative_to(installed).as_posix(), path) for path in installed.rglob("*") if path.is_file()]
    return _unpack(write_compiled_zip(folder / layer.key, entries, RUNNING))


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


def _python(unpacked: Unpacked, function: str) -> subprocess.Popen[str]:
    """Import a function's handler in a Python that has nothing else."""
    module = FUNCTIONS[function]["Handler"].rpartition(".")[0]
    told = json.dumps([module, unpacked.paths(function), ABSENT])
    command = [sys.executable, "-I", "-S", "-B", "-W", "error", "-c", COLD_START, told]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env={}, cwd=unpacked.code, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def _start(unpacked: Unpacked, function: str) -> Started:
    """Do the same, then what the function imports at its first call, and return what was seen."""
    with _python(unpacked, function) as python:
        assert python.stdout
        cold = json.loads(python.stdout.readline() or "{}")
        late = _late_imports_of(cold.get("modules", []), unpacked.code)
        printed, complaint = python.communicate(json.dumps(late) + "\n")
    assert (python.returncode, complaint) == (0, "")
    return Started(cold, late, json.loads(printed))


def _late_imports(file: Path) -> Iterator[str]:
    """Yield the import statements that stand in functions of a module."""
    for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef):
            yield from (
                ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)
            )


def _late_imports_of(started: list[str], code: Path) -> list[str]:
    """Return the import statements in functions of those of our modules that were started."""
    paths = [code / name.replace(".", "/") for name in started if name.startswith(("imaging.", "lambdas."))]
    ours = [path / "__init__.py" if path.is_dir() else path.with_suffix(".py") for path in paths]
    return sorted({statement for file in ours for statement in _late_imports(file)})


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_finds_all_that_it_imports(start: Callable[[str], Started], function: str) -> None:
    """A handler, and what it imports at its first call, is there with the layers that its template entry lists."""
    seen = start(function)
    assert any("aws_lambda_powertools" in statement for statement in seen.late)
    assert seen.cold["callable"]
    assert seen.warm["found"] == seen.warm["elsewhere"] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_cold_start_makes_no_client(start: Callable[[str], Started], function: str) -> None:
    """Importing a handler needs no environment, changes none, and does not even load the AWS SDK or Powertools."""
    cold = start(function).cold
    assert cold["environment"]
    assert not {"boto3", "botocore", "aws_lambda_powertools"} & set(cold["modules"])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_finds_every_contract(start: Callable[[str], Started], function: str) -> None:
    """A function can check every contract there is: the schemas are in the zip, and what checks them is in a layer."""
    assert start(function).warm["contracts"] == contracts.names()


def test_imports_in_functions_are_seen(unpacked: Unpacked) -> None:
    """What these tests try for a module is what its functions import: the clients' SDK, for example."""
    assert set(_late_imports(unpacked.code / "lambdas/runtime/clients.py")) == {
        "import boto3",
        "from botocore.config import Config",
    }


def test_missing_package_would_be_seen(unpacked: Unpacked) -> None:
    """A function without the imaging layer finds no Pillow: nothing of this machine leaks into these tests."""
    bare = replace(unpacked, layers=dict.fromkeys(unpacked.layers, unpacked.layers["RuntimeLayer"]))
    with _python(bare, "ResizeFunction") as python:
        _, complaint = python.communicate("[]\n")
    assert python.returncode != 0
    assert re.search("No module named '(PIL|pillow_heif)'", complaint)


def test_layer_brings_a_libwebp_that_is_found(unpacked: Unpacked) -> None:
    """In the layer that is built, the libwebp of Pillow's wheel is where the code looks for it, and works."""
    script = "import sys; sys.path += sys.argv[1:]; from imaging.decoding import libwebp; print(libwebp.is_available())"
    command = [sys.executable, "-I", "-S", "-B", "-W", "error", "-c", script, *unpacked.paths("ValidateFunction")]
    found = subprocess.run(command, env={}, cwd=unpacked.code, capture_output=True, text=True, check=False)
    assert (found.stdout, found.stderr) == ("True\n", "")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_cold_start_compiles_nothing(unpacked: Unpacked, start: Callable[[str], Started], function: str) -> None:
    """Neither an import nor a first call compiles a file of the zips: all that they load is bytecode already."""
    ours = [str(unpacked.code), *map(str, unpacked.layers.values())]
    assert [path for path in start(function).warm["compiled"] if path.startswith(tuple(ours))] == []


def test_bytecode_is_never_checked_against_its_source(unpacked: Unpacked) -> None:
    """All of it is made so that an import does not even look at the source: times in a zip say nothing."""
    flags = {path.read_bytes()[4:8] for top in unpacked.tops() for path in top.rglob("*.pyc")}
    assert flags == {b"\x01\0\0\0"}  # a hash in the place of a time, and not checked


def test_bytecode_stands_beside_its_source(unpacked: Unpacked) -> None:
    """No bytecode is left over, under no other name than that of the one version that reads it."""
    found = [path for top in unpacked.tops() for path in top.rglob("*.pyc")]
    assert found
    assert [path for path in found if not Path(source_from_cache(str(path))).is_file()] == []
    assert {path.suffixes[-2] for path in found} == {f".{sys.implementation.cache_tag}"}


def test_zips_hold_no_authoring_code(unpacked: Unpacked) -> None:
    """None of the packages that only build, deploy or test the template."""
    assert not {path.name for top in unpacked.tops() for path in top.iterdir()} & set(ABSENT)


def test_layers_hold_no_package_twice(unpacked: Unpacked) -> None:
    """What one layer brings, the other does not: the two lie on one path, where the first would hide the second."""
    tops = [{path.name for path in (layer / "python").iterdir()} for layer in unpacked.layers.values()]
    assert not set.intersection(*tops)


def test_layers_bring_no_sdk(unpacked: Unpacked) -> None:
    """No layer brings an AWS SDK of its own: the runtime's is patched by AWS."""
    brought = {path.name for layer in unpacked.layers.values() for path in (layer / "python").iterdir()}
    assert not brought & {"boto3", "botocore", "s3transfer", "urllib3"}
