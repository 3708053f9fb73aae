"""Write the table of simulated bursts: `python -m tests.bursts docs/reliability.md`."""

import sys

from asl.command import run_module

if __name__ == "__main__":
    sys.exit(run_module("bursts", "tests.bursts.table"))
