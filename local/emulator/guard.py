"""Runs the emulator for the process that started it; when either ends, it removes everything of the emulator."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

_REMOVAL_SECONDS = 60.0  # until killed processes are gone, on a busy machine
_PAUSE_SECONDS = 0.02


def main() -> None:
    """Run the server until it exits or standard input ends, then kill its processes and remove the directory `argv[1]`."""
    directory, command = Path(sys.argv[1]), [sys.executable, "-m", "local.emulator.server"]
    # In a session of its own the server and its children are a process group; the pipe ends when the guard dies.
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as server:
        signal.signal(signal.SIGTERM, lambda *_: server.kill())
        threading.Thread(target=_follow_parent, args=(server,), daemon=True).start()
        server.wait()
        _kill_group(server)
    _remove(directory)
    if server.returncode < 0:
        with suppress(OSError):  # nobody reads it any more
            os.write(1, f"its server was ended by {signal.Signals(-server.returncode).name}\n".encode())
    sys.exit(server.returncode)


def _follow_parent(server: "subprocess.Popen[bytes]") -> None:
    """Kill the server when standard input ends, because the parent closed it or died."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    _kill_group(server)


def _kill_group(server: "subprocess.Popen[bytes]") -> None:
    """Kill the server, its Lambda workers and their child processes; an orderly exit would save nothing."""
    # For a group of zombies only, macOS reports missing permission instead of a missing process.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(server.pid, signal.SIGKILL)


def _remove(directory: Path) -> None:
    """Remove the directory; repeat it, because killed processes may write until they are dead."""
    last = time.monotonic() + _REMOVAL_SECONDS
    while time.monotonic() < last:
        shutil.rmtree(directory, ignore_errors=True)
        if not directory.exists():
            return
        time.sleep(_PAUSE_SECONDS)


if __name__ == "__main__":
    main()
