"""Measure side by side with sharp: `python -m benchmarks`."""

import sys

from asl.command import run_module

if __name__ == "__main__":
    sys.exit(run_module("benchmarks", "benchmarks.command_line"))
