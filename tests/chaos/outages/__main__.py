"""Run schedules with outages: `python -m tests.chaos.outages --seeds 3`."""

import sys

from asl.command import run_module

if __name__ == "__main__":
    sys.exit(run_module("outages", "tests.chaos.outages.command_line"))
