"""The emulator's own process: ministack with the patches of local/emulator/patches."""

import importlib
import logging
import os
import resource
import shutil
import signal
import sys
import threading
from contextlib import suppress

from local.emulator import patches
from local.emulator.exhaustion import ExhaustionFilter
from local.emulator.memory import return_large_blocks
from local.emulator.patch import apply_patches
from local.emulator.patches import enforcement


def main() -> None:
    """Patch ministack and serve until the process is terminated."""
    _raise_limit_of_files()
    return_large_blocks()
    # Lambda workers inherit this environment and must not import from the checkout.
    os.environ.pop("PYTHONPATH", None)
    # No function runs in a container, and to import the client of Docker takes a fifth of the start.
    sys.modules["docker"] = None  # type: ignore[assignment]  # with None, Python raises ImportError
    threading.Thread(target=_follow_guard, daemon=True).start()
    logging.getLogger("asyncio").addFilter(ExhaustionFilter())
    apply_patches(patches)
    if os.environ.get("AUTH"):
        apply_patches(enforcement)
    # Not imported above: ministack reads the environment and sets up logging when it is.
    importlib.import_module("ministack.app").main()


def _follow_guard() -> None:
    """Once standard input ends, because the guard has died, do what it would have done: remove all files and processes."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    shutil.rmtree(os.environ["HOME"], ignore_errors=True)
    os.killpg(os.getpid(), signal.SIGKILL)


def _raise_limit_of_files() -> None:
    """Allow as many open files as the system lets this process have: each worker takes four, and each connection one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError):  # macOS has a lower limit than it says
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
