"""The zips, unpacked as by Lambda: each handler can import everything it needs, and nothing else."""

import ast
import json
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

from imaging.formats import FORMATS
from local.layers import write_installed
from templates import packaging
from templates.packaging import RUNNING, Layer, write_code, write_compiled_zip
from tests.effort import times
from tests.templates.emitted import resources, target
from workflow import contracts

IN_THE_ZIP = ("imaging.", "lambdas.", "workflow.")
# The packages of Lambda's Python runtime.
RUNTIME = ["boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3"]
ABSENT = [
    *("asl", "templates", "pages", "operations", "local", "benchmarks", "tests"),
    *("stepfunctions", "troposphere", "awacs", "moto", "setuptools", "yaml"),
]
FUNCTIONS: dict[str, dict[str, Any]] = {
    name: entry["Properties"] for name, entry in resources("AWS::Lambda::Function").items()
}
# Of these, a cold start is made; the others are like them.
STARTED = [*FUNCTIONS][:: times(3, 1)]
# Imports a handler as a cold start does, and prints the facts; then it reads and runs the import statements of a first call,
# and prints the facts again.
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
    """The folders of the unpacked zips: code, layers by logical ID, and the packages of Lambda's runtime."""

    code: Path
    layers: dict[str, Path]
    runtime: Path

    def paths(self, function: str) -> list[str]:
        """Return a function's path without the standard library."""
        layers = [self.layers[target(layer)] / "python" for layer in FUNCTIONS[function]["Layers"]]
        return [str(path) for path in (self.code, *layers, self.runtime)]

    def tops(self) -> list[Path]:
        """Return every folder of the zips that is on a function's path."""
        return [self.code, *(layer / "python" for layer in self.layers.values())]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Unpacked:
    """Make and unpack the zips with bytecode for this interpreter; the layers are made of the installed packages."""
    folder = tmp_path_factory.mktemp("zips")
    layers = {layer.logical_id: _layer(layer, folder) for layer in packaging.LAYERS}
    return Unpacked(_unpack(write_code(folder, RUNNING)), layers, _runtime(folder / "runtime"))


@dataclass(frozen=True)
class Started:
    """The facts of a cold start of a function, and those after the imports of its first call."""

    cold: dict[str, Any]
    late: list[str]
    warm: dict[str, Any]


@pytest.fixture(scope="module")
def start(unpacked: Unpacked) -> Callable[[str], Started]:
    """Return a function that starts a function, once each, without any error."""
    return cache(partial(_start, unpacked))


def _layer(layer: Layer, folder: Path) -> Path:
    """Make and unpack the zip of a layer with bytecode, as it is made for Lambda."""
    installed = _unpack(write_installed(layer, folder / "installed"))
    entries = [(path.relative_to(installed).as_posix(), path) for path in installed.rglob("*") if path.is_file()]
    return _unpack(write_compiled_zip(folder / layer.key, entries, RUNNING))


def _unpack(path: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(path.with_suffix(""))
    return path.with_suffix("")


def _runtime(folder: Path) -> Path:
    """Make a folder with only the packages of Lambda's runtime."""
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
    """Import a function's handler in a Python without any other package."""
    module = FUNCTIONS[function]["Handler"].rpartition(".")[0]
    given = json.dumps([module, unpacked.paths(function), ABSENT])
    command = [sys.executable, "-I", "-S", "-B", "-W", "error", "-c", COLD_START, given]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env={}, cwd=unpacked.code, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def _start(unpacked: Unpacked, function: str) -> Started:
    """Import the handler, then the imports of its first call, and return the facts."""
    with _python(unpacked, function) as python:
        assert python.stdout
        cold = json.loads(python.stdout.readline() or "{}")
        late = _late_imports_of(cold.get("modules", []), unpacked.code)
        printed, complaint = python.communicate(json.dumps(late) + "\n")
    assert (python.returncode, complaint) == (0, "")
    return Started(cold, late, json.loads(printed))


def _late_imports(file: Path) -> Iterator[str]:
    """Yield the import statements in the functions of a module."""
    for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef):
            yield from (
                ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)
            )


def _late_imports_of(started: list[str], code: Path) -> list[str]:
    """Return the import statements in the functions of the started modules that are in the zip."""
    paths = [code / name.replace(".", "/") for name in started if name.startswith(("imaging.", "lambdas."))]
    files = [path / "__init__.py" if path.is_dir() else path.with_suffix(".py") for path in paths]
    return sorted({statement for file in files for statement in _late_imports(file)})


@pytest.mark.share(2)
@pytest.mark.parametrize("function", STARTED)
def test_function_finds_all_of_its_imports(start: Callable[[str], Started], function: str) -> None:
    """All imports of a handler, also those of a first call, are in its zip and in the layers of its entry."""
    seen = start(function)
    assert any("aws_lambda_powertools" in statement for statement in seen.late)
    assert seen.cold["callable"]
    assert seen.warm["found"] == seen.warm["elsewhere"] == []


@pytest.mark.share(2)
@pytest.mark.parametrize("function", STARTED)
def test_cold_start_creates_no_client(start: Callable[[str], Started], function: str) -> None:
    """Importing a handler needs and changes no environment, and loads neither the AWS SDK nor Powertools."""
    cold = start(function).cold
    assert cold["environment"]
    assert not {"boto3", "botocore", "aws_lambda_powertools"} & set(cold["modules"])


@pytest.mark.share(2)
@pytest.mark.parametrize("function", STARTED)
def test_function_finds_every_contract(start: Callable[[str], Started], function: str) -> None:
    """A function can check every contract: the schemas are in the zip, and the validator is in a layer."""
    assert start(function).warm["contracts"] == contracts.names()


def test_imports_in_functions_are_found(unpacked: Unpacked) -> None:
    """These tests find the imports in functions, such as that of the SDK in clients."""
    assert set(_late_imports(unpacked.code / "lambdas/runtime/clients.py")) == {
        "import boto3",
        "from botocore import UNSIGNED",
        "from botocore.config import Config",
        "from botocore.exceptions import NoCredentialsError",
    }


def test_missing_package_is_found(unpacked: Unpacked) -> None:
    """A function without the imaging layer finds no Pillow: these tests use no package of this machine."""
    bare = replace(unpacked, layers=dict.fromkeys(unpacked.layers, unpacked.layers["RuntimeLayer"]))
    found = _run(bare, "import imaging.operations")
    assert found.returncode != 0
    assert "No module named 'PIL'" in found.stderr


def _run(unpacked: Unpacked, statements: str) -> subprocess.CompletedProcess[str]:
    """Run statements with the path of a function that opens images."""
    script = f"import sys; sys.path += sys.argv[1:]; {statements}"
    command = [sys.executable, "-I", "-S", "-B", "-W", "error", "-c", script, *unpacked.paths("ValidateFunction")]
    return subprocess.run(command, env={}, cwd=unpacked.code, capture_output=True, text=True, check=False)


def test_sandbox_starts_from_the_zip(unpacked: Unpacked) -> None:
    """The server of the sandbox finds everything in the zip and the layers, and decodes an image of each format."""
    statements = [
        "from lambdas.runtime.sandbox import client",
        "from imaging.decoding.samples import sample_file",
        "from imaging.formats import FORMATS",
        "limits = {'enabled_formats': [*FORMATS], 'max_pixels': 10**6, 'max_edge': 1000, 'max_frames': 9}",
        "read = lambda answer: answer.facts['format']",
        "print([client.run('examine', sample_file(name), read, limits=limits) for name in FORMATS])",
    ]
    found = _run(unpacked, "; ".join(statements))
    assert (found.stdout, found.stderr) == (f"{[*FORMATS]}\n", "")


def test_libwebp_of_the_layer_is_found(unpacked: Unpacked) -> None:
    """The code finds the libwebp of Pillow's wheel in the layer, and it works."""
    found = _run(unpacked, "from imaging.decoding import libwebp; print(libwebp.is_available())")
    assert (found.stdout, found.stderr) == ("True\n", "")


@pytest.mark.share(2)
@pytest.mark.parametrize("function", STARTED)
def test_cold_start_compiles_nothing(unpacked: Unpacked, start: Callable[[str], Started], function: str) -> None:
    """Neither an import nor a first call compiles a file of the zips: they hold bytecode for all of them."""
    unzipped = (str(unpacked.code), *map(str, unpacked.layers.values()))
    assert [path for path in start(function).warm["compiled"] if path.startswith(unzipped)] == []


def test_bytecode_is_never_checked_against_its_source(unpacked: Unpacked) -> None:
    """The bytecode is marked so that an import does not read the source: the times in a zip have no meaning."""
    flags = {path.read_bytes()[4:8] for top in unpacked.tops() for path in top.rglob("*.pyc")}
    assert flags == {b"\x01\0\0\0"}  # a hash in the place of a time, and not checked


def test_bytecode_is_beside_its_source(unpacked: Unpacked) -> None:
    """All bytecode has a source, and its name has the version that reads it."""
    found = [path for top in unpacked.tops() for path in top.rglob("*.pyc")]
    assert found
    assert [path for path in found if not Path(source_from_cache(str(path))).is_file()] == []
    assert {path.suffixes[-2] for path in found} == {f".{sys.implementation.cache_tag}"}


def test_zips_hold_no_authoring_code(unpacked: Unpacked) -> None:
    """The zips have no package that only builds, deploys or tests the template."""
    assert not {path.name for top in unpacked.tops() for path in top.iterdir()} & set(ABSENT)


def test_layers_hold_no_package_twice(unpacked: Unpacked) -> None:
    """No package is in both layers: they share one path, where the first would hide the second."""
    tops = [{path.name for path in (layer / "python").iterdir()} for layer in unpacked.layers.values()]
    assert not set.intersection(*tops)


def test_layers_have_no_sdk(unpacked: Unpacked) -> None:
    """No layer has an AWS SDK: AWS patches the runtime's."""
    brought = {path.name for layer in unpacked.layers.values() for path in (layer / "python").iterdir()}
    assert not brought & {"boto3", "botocore", "s3transfer", "urllib3"}
