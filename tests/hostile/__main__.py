"""Fuzz the decoders and the readers of metadata: `python -m tests.hostile --cases 100000`; one case again: `--seed 7`."""

import sys

from asl.command import run_module

if __name__ == "__main__":
    sys.exit(run_module("hostile", "tests.hostile.command_line"))
