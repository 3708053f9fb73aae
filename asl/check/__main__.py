"""`python -m asl.check` is the command `asl-check`."""

import sys

from asl.check.cli import NAME, main
from asl.command import run_command

if __name__ == "__main__":
    sys.exit(run_command(NAME, main))
