"""How long each function's module takes to import in a fresh interpreter, out of the zip that functions run."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.settings import ROOT
from templates.packaging import RUNNING, write_code

# Of the import alone: what the interpreter needs to start is not ours.
TIMED = """
import importlib, sys, time
sys.path.insert(0, sys.argv[1])
cpu, wall = time.process_time(), time.perf_counter()
importlib.import_module(sys.argv[2])
print(time.process_time() - cpu, time.perf_counter() - wall)
"""
OF_THE_API = ("lambdas.delete_image", "lambdas.get_image", "lambdas.get_upload_url", "lambdas.list_images")
TOUCH_NO_PICTURE = (*OF_THE_API, "lambdas.sqs_trigger")


@dataclass(frozen=True)
class Import:
    """What importing a module takes: medians, seconds."""

    module: str
    cpu: float
    wall: float


def handler_modules() -> list[str]:
    """Return the modules that Lambda calls: those with a handler."""
    files = sorted((ROOT / "lambdas").glob("*.py"))
    return [f"lambdas.{file.stem}" for file in files if "\ndef handler(" in file.read_text(encoding="utf-8")]


def imports(repetitions: int) -> Iterator[Import]:
    """Measure every handler's module, from the unpacked zip with its bytecode; packages are those installed here."""
    with TemporaryDirectory() as folder:
        code = _unpacked(Path(folder))
        for module in handler_modules():
            _, *times = (_import(code, module) for _ in range(1 + repetitions))
            yield Import(module, median(cpu for cpu, _ in times), median(wall for _, wall in times))


def _unpacked(folder: Path) -> Path:
    """Return the folder with the functions' code, made for this interpreter as it is made for Lambda's."""
    with zipfile.ZipFile(write_code(folder, RUNNING)) as archive:
        archive.extractall(folder / "code")
    return folder / "code"


def _import(code: Path, module: str) -> tuple[float, float]:
    command = [sys.executable, "-I", "-c", TIMED, str(code), module]
    cpu, wall = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(cpu), float(wall)
