"""The emulator's processes, as the system tells of them: its server, and the workers that its functions run in."""

import os
import signal
import subprocess
from contextlib import suppress

from tests.needed import program

GUARD = "local.emulator.guard"  # of the one emulator that this process runs


def workers() -> list[int]:
    """Return the process ids of the workers that the emulator of this process has now."""
    found = _processes()
    guards = [pid for pid, (parent, command) in found.items() if parent == os.getpid() and GUARD in command]
    (server,) = (pid for pid, (parent, _) in found.items() if parent in guards)
    return [pid for pid, (parent, _) in found.items() if parent == server]


def freeze(pid: int) -> bool:
    """Stop a process where it is, and tell whether it was still there."""
    return _signal(pid, signal.SIGSTOP)


def kill(pid: int) -> bool:
    """Kill a process as the system does that is out of memory, and tell whether it was still there."""
    return _signal(pid, signal.SIGKILL)


def _signal(pid: int, number: signal.Signals) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False


def _processes() -> dict[int, tuple[int, str]]:
    """Return the parent and the command line of each process that runs, by its id."""
    ps = [program("ps"), "-A", "-o", "pid=,ppid=,stat=,args="]
    listing = subprocess.run(ps, capture_output=True, text=True, check=True)
    found = {}
    for line in listing.stdout.splitlines():
        pid, parent, state, command = line.split(None, 3)
        if not state.startswith("Z"):
            found[int(pid)] = int(parent), command
    return found
