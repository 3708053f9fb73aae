"""`python -m asl.graph` is the command `asl-graph`."""

import sys

from asl.command import run_command
from asl.graph.cli import NAME, main

if __name__ == "__main__":
    sys.exit(run_command(NAME, main))
