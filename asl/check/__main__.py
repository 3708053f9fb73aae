"""`python -m asl.check` is the command `asl-check`."""

import sys

from asl.command import run_module


def console() -> int:
    """Run the console script and return its exit code; `init` is a command of its own."""
    if sys.argv[1:2] == ["init"]:
        return run_module("asl-check init", "asl.init.cli")
    return run_module("asl-check", "asl.check.cli")


if __name__ == "__main__":
    sys.exit(console())
