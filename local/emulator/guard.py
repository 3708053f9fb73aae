"""Stands between the emulator and whoever started it: when either ends, nothing of the emulator stays."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

_GRACE_SECONDS = 2.0  # to end by itself before it is killed
_REMOVAL_SECONDS = 60.0  # for what was killed to be gone, on a busy machine
_PAUSE_SECONDS = 0.02


def main() -> None:
    """Run the server until it or standard input ends, then clear its processes and directory `argv[1]`."""
    directory, command = Path(sys.argv[1]), [sys.executable, "-m", "local.emulator.server"]
    # A session of its own makes a process group of the server and all that it starts; the pipe tells it of the guard's death.
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as server:
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        threading.Thread(target=_follow_parent, args=(server,), daemon=True).start()
        server.wait()
        _signal_group(server, signal.SIGKILL)
    _remove(directory)
    sys.exit(server.returncode)


def _follow_parent(server: "subprocess.Popen[bytes]") -> None:
    """End the server once the other end of standard input is closed, by will or by death."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    _signal_group(server, signal.SIGTERM)
    try:
        server.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()


def _signal_group(server: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Signal the server, its Lambda workers and what they started."""
    # macOS refuses permission, rather than denying its existence, for a group of which only zombies are left.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(server.pid, number)


def _remove(directory: Path) -> None:
    """Remove the directory, again if need be: those just killed may write to it until they are dead."""
    last = time.monotonic() + _REMOVAL_SECONDS
    while time.monotonic() < last:
        shutil.rmtree(directory, ignore_errors=True)
        if not directory.exists():
            return
        time.sleep(_PAUSE_SECONDS)


if __name__ == "__main__":
    main()
