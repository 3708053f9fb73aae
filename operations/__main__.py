"""Operate a stack: `python -m operations [--stack NAME] status|redrive|reprocess|sweep|add-user`.

It works on AWS, or with AWS_ENDPOINT_URL on a stack on a laptop.
"""

import argparse
import sys

from asl.command import run_command
from operations import commands
from operations.cli.errors import exit_code
from operations.stack import DEFAULT_STACK, find_stack


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 1 where something could not be done, 2 for a wrong call."""
    options = _parser().parse_args(arguments)
    left: list[int] = []
    code = exit_code("operations", lambda: left.append(options.command(find_stack(options.stack), options)))
    return code or left[0]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m operations", description=__doc__)
    parser.add_argument("--stack", default=DEFAULT_STACK, metavar="NAME", help=f"the stack's name ({DEFAULT_STACK})")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    wanted = parser.add_subparsers(required=True)

    status = wanted.add_parser("status", help="say how far pictures are and what became of them, or what is deployed")
    status.add_argument("images", nargs="*", metavar="IMAGE", help="image id; without one: the version of the stack")
    status.set_defaults(command=commands.status)

    redrive = wanted.add_parser("redrive", help="try again what failed: dead letters, and pictures that ended FAILED")
    chosen = redrive.add_mutually_exclusive_group(required=True)
    chosen.add_argument("ids", nargs="*", default=[], metavar="ID", help="image id, or message id of a dead letter")
    chosen.add_argument("--all", action="store_true", help="every dead letter and every picture that FAILED")
    redrive.set_defaults(command=commands.redrive)

    reprocess = wanted.add_parser("reprocess", help="give pictures another attempt that did not succeed")
    reprocess.add_argument(
        "wanted", nargs="+", metavar="PREFIX|IMAGE", help="image id, or prefix such as uploads/OWNER/"
    )
    reprocess.set_defaults(command=commands.reprocess)
    for command in (redrive, reprocess):
        command.add_argument("--dry-run", action="store_true", help="say what would be started, and start nothing")

    sweep = wanted.add_parser("sweep", help="find what got lost, now: run the stack's own sweep")
    sweep.add_argument(
        "--everything", action="store_true", help="look at all uploads, not only at those of the last three days"
    )
    sweep.set_defaults(command=commands.sweep)
    _add_user(wanted.add_parser("add-user", help="add someone who may upload; without an option, invite them by mail"))
    return parser


def _add_user(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email", metavar="EMAIL", help="by which they sign in")
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--password", action="store_true", help="ask for a password on the terminal, or read it from standard input"
    )
    how.add_argument("--generate", action="store_true", help="make a password, and show it once")
    parser.set_defaults(command=commands.add_user)


if __name__ == "__main__":
    sys.exit(run_command("operations", main))
