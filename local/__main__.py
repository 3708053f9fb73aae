"""The stack on this machine: `python -m local process IMAGE...` or `python -m local up`."""

import sys

from asl.command import run_module

if __name__ == "__main__":
    sys.exit(run_module("local", "local.command_line"))
