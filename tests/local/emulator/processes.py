"""The processes of the emulator: its server, and the workers that run its functions."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.needed import program

GUARD = "local.emulator.guard"  # of an emulator
FORK_SERVER = "fork_server.py"  # starts the server's workers, whose command line is its own


def workers(folder: Path) -> list[int]:
    """Return the process ids of the workers that the emulator with its files below folder has now."""
    found = _processes()
    server, forking = _forking(found, folder)
    return [pid for pid, (parent, _) in found.items() if parent in forking or (parent == server and pid not in forking)]


def fork_servers(folder: Path) -> list[int]:
    """Return the process ids of the fork servers of that emulator."""
    return _forking(_processes(), folder)[1]


def _forking(found: dict[int, tuple[int, str]], folder: Path) -> tuple[int, list[int]]:
    """Return the server of the emulator with its files below folder, and its fork servers."""
    (server,) = _servers(found, folder)
    return server, [pid for pid, (parent, command) in found.items() if parent == server and FORK_SERVER in command]


def guard(folder: Path) -> int:
    """Return the process id of the guard of the emulator that keeps its files below folder."""
    (pid,) = (pid for pid, (_, command) in _processes().items() if GUARD in command and str(folder) in command)
    return pid


def server(folder: Path, missing: int | None = None) -> int:
    """Return the process id of the server of that emulator; missing, if given, while there is none."""
    servers = _servers(_processes(), folder)
    if missing is not None and not servers:
        return missing
    (pid,) = servers
    return pid


def _servers(found: dict[int, tuple[int, str]], folder: Path) -> list[int]:
    guards = [pid for pid, (_, command) in found.items() if GUARD in command and str(folder) in command]
    return [pid for pid, (parent, _) in found.items() if parent in guards]


def freeze(pid: int) -> bool:
    """Stop a process, and return whether it existed."""
    return _signal(pid, signal.SIGSTOP)


def kill(pid: int) -> bool:
    """Kill a process, as a system without free memory does, and return whether it existed."""
    return _signal(pid, signal.SIGKILL)


def _signal(pid: int, number: signal.Signals) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False


def _processes() -> dict[int, tuple[int, str]]:
    """Return the parent and the command line of each process that runs, by its id."""
    ps = [program("ps"), "-A", "-ww", "-o", "pid=,ppid=,stat=,args="]
    listing = subprocess.run(ps, capture_output=True, text=True, check=True)
    found = {}
    for line in listing.stdout.splitlines():
        pid, parent, state, command = line.split(None, 3)
        if not state.startswith("Z"):
            found[int(pid)] = int(parent), command
    return found
