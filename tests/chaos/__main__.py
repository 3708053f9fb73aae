"""Run schedules of faults: `python -m tests.chaos --schedules 1000`."""

import sys

from asl.command import run_module

if __name__ == "__main__":
    sys.exit(run_module("chaos", "tests.chaos.command_line"))
