"""`python -m asl.graph` is the command `asl-graph`."""

import sys

from asl.command import run_module


def console() -> int:
    """Run the console script and return its exit code."""
    return run_module("asl-graph", "asl.graph.cli")


if __name__ == "__main__":
    sys.exit(console())
