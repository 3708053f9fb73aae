"""The emulator's own process: ministack with the patches of local/emulator/patches."""

import importlib
import os
import signal
import sys
import threading

from local.emulator import patches
from local.emulator.patch import apply_patches
from local.emulator.patches import enforcement


def main() -> None:
    """Patch ministack and serve until the process is terminated."""
    # Lambda workers inherit this environment and must not import from the checkout.
    os.environ.pop("PYTHONPATH", None)
    # No function runs in a container, and to import the client of Docker takes a fifth of the start.
    sys.modules["docker"] = None  # type: ignore[assignment]  # with None, Python raises ImportError
    threading.Thread(target=_follow_guard, daemon=True).start()
    apply_patches(patches)
    if os.environ.get("AUTH"):
        apply_patches(enforcement)
    # Not imported above: ministack reads the environment and sets up logging when it is.
    importlib.import_module("ministack.app").main()


def _follow_guard() -> None:
    """Kill this process and all that it started once standard input ends, because the guard has died."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.killpg(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
