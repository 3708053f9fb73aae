"""Measure the stack on this machine: `python -m benchmarks.laptop` sends one photograph and twenty through `local process`.

Measured are the wall time until the command has ended, the processor time and the peak of the memory (PSS) of the command and
of all that it starts, and the most processes at a time. It runs on Linux.
"""

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("benchmarks.laptop", "benchmarks.laptop"))

import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

PHOTOGRAPHS = sorted(Path("local/photographs").glob("*.jpg"))
RUNS = {"one photograph": (1, 1), "twenty photographs, four at once": (20, 4), "twenty photographs at once": (20, 20)}
PR_SET_CHILD_SUBREAPER = 36
PAUSE = 0.1  # seconds between two looks at the memory
COLUMNS = ["run", "wall s", "CPU s", "peak MB", "processes"]


@dataclass
class Run:
    """What one run of the command took; memory in bytes."""

    wall: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    processes: int = 0

    def look(self) -> None:
        """Note memory and number of the processes that descend from this one, if they are more than before."""
        found = _descendants(os.getpid())
        self.processes = max(self.processes, len(found))
        self.memory = max(self.memory, sum(map(_memory, found)))


def main() -> int:
    """Measure all runs, print a line for each, and return the exit code."""
    if sys.platform != "linux":
        print(
            "benchmarks.laptop: it reads from /proc how much memory is used, so it runs on Linux only", file=sys.stderr
        )
        return 2
    # Processes whose parent has been killed become children of this one, so that their processor time counts.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    print(*COLUMNS, sep="\t")
    for name, (number, at_once) in RUNS.items():
        run = measure([*map(str, islice(cycle(PHOTOGRAPHS), number)), "--at-once", str(at_once)])
        print(name, f"{run.wall:.1f}", f"{run.cpu:.1f}", run.memory // 10**6, run.processes, sep="\t", flush=True)
    return 0


def measure(arguments: list[str]) -> Run:
    """Run `local process` with these arguments; raises CalledProcessError if an image has no outcome."""
    run, before, started = Run(), _cpu(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="laptop-") as output:
        command = [sys.executable, "-m", "local", "process", *arguments, "--output", output]
        ended = threading.Event()
        watcher = threading.Thread(target=_watch, args=(run, ended))
        watcher.start()
        try:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            _reap()
        finally:
            ended.set()
            watcher.join()
    run.wall, run.cpu = time.monotonic() - started, _cpu() - before
    return run


def _watch(run: Run, ended: threading.Event) -> None:
    while not ended.wait(PAUSE):
        run.look()


def _reap() -> None:
    """Wait for what the command has left to this process; there is nothing once it has ended well."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def _cpu() -> float:
    """Return the processor time of all processes that were waited for, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _descendants(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            continue
        children.setdefault(parent, []).append(int(process.name))
    found, todo = list[int](), [root]
    while todo:
        following = children.get(todo.pop(), [])
        found += following
        todo += following
    return found


def _memory(process: int) -> int:
    """Return the share of a process in physical memory, in bytes; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
