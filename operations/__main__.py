"""Operate a stack: `python -m operations COMMAND`; `python -m operations --help` lists the commands."""

import sys

from asl.command import run_module

if __name__ == "__main__":
    sys.exit(run_module("operations", "operations.command_line"))
