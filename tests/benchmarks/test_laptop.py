"""The benchmark of the laptop's stack: what it counts of a process and its children."""

import subprocess
import sys

from benchmarks.laptop import Run
from tests.local.account import eventually

CHILD = "import subprocess, sys; data = bytes(50_000_000); subprocess.run(['cat'])"


def test_memory_and_processes_of_descendants_are_counted() -> None:
    """A process and its child count, with their memory, and the peak stays when they have ended."""
    before = Run()
    before.look()
    run = Run()
    with subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE) as process:

        def seen() -> bool:
            run.look()
            return run.processes >= before.processes + 2 and run.memory > before.memory + 4_000_000

        assert eventually(seen)
        process.communicate()
    peak = run.memory
    run.look()
    assert run.memory == peak
