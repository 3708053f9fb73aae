"""How long each function's module takes to import in a fresh interpreter."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks.settings import ROOT

# Of the import alone: what the interpreter needs to start is not ours.
TIMED = """
import importlib, sys, time
sys.path.insert(0, sys.argv[1])
cpu, wall = time.process_time(), time.perf_counter()
importlib.import_module(sys.argv[2])
print(time.process_time() - cpu, time.perf_counter() - wall)
"""
TOUCH_NO_PICTURE = ("lambdas.get_upload_url", "lambdas.sqs_trigger")


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
    """Measure every handler's module, its bytecode compiled beforehand."""
    for module in handler_modules():
        _, *times = (_import(module) for _ in range(1 + repetitions))
        yield Import(module, median(cpu for cpu, _ in times), median(wall for _, wall in times))


def _import(module: str) -> tuple[float, float]:
    command = [sys.executable, "-I", "-c", TIMED, str(ROOT), module]
    cpu, wall = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(cpu), float(wall)
