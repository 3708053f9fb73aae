"""Operate a stack: `python -m operations COMMAND`; `python -m operations --help` lists the commands."""

import sys

from asl.command import run_command


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    from operations.command_line import main as run  # takes 0.2 s, in which Ctrl-C is to end the command as later

    return run(arguments)


if __name__ == "__main__":
    sys.exit(run_command("operations", main))
