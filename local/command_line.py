"""The stack on a laptop: `python -m local process IMAGE...` sends pictures through it, `python -m local up` keeps it."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from asl.printable import printable_lines
from local.console import instructions, show_table
from local.process import display_path, process
from local.report import report
from local.stack import local_stack
from operations.cli.arguments import pair
from operations.cli.progress import progress_bar
from operations.errors import OperationError


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    # Both end by an exception, so that every context manager cleans up; a shell may have us ignore the first.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return _process(options) if options.command == "process" else _up(options)
    except OperationError as error:
        print(f"local: {printable_lines(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _process(options: argparse.Namespace) -> int:
    outcomes = []
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        if options.report:
            options.report.touch()
    except OSError as error:
        print(f"local: results cannot be written to {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    with local_stack(enforce=options.enforce, parameters=dict(options.parameter)) as stack:
        running = process(stack, options.images, options.output, at_once=options.at_once, timeout=options.timeout)
        for outcome in progress_bar(running, len(options.images), "images"):
            outcomes.append(outcome)
            if options.json:
                print(outcome.to_json(), flush=True)
        order = [display_path(file) for file in options.images]
        outcomes.sort(key=lambda outcome: order.index(outcome.file))
        if options.report:
            options.report.write_text(report(stack, outcomes), encoding="utf-8")
    if not options.json:
        show_table(outcomes)
    return 0 if all(outcome.status for outcome in outcomes) else 1


def _up(options: argparse.Namespace) -> int:
    with local_stack(enforce=options.enforce, parameters=dict(options.parameter)) as stack:
        print(instructions(stack), flush=True)
        threading.Event().wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    send = commands.add_parser("process", help="send pictures through the whole stack and show how each one ends")
    send.add_argument("images", nargs="+", type=_file, metavar="IMAGE")
    send.add_argument("--output", type=Path, default=Path("output"), metavar="DIR", help="where results go (output)")
    send.add_argument("--report", type=Path, metavar="FILE.html", help="write a page about them, to look at")
    send.add_argument("--json", action="store_true", help="print one JSON object a line, as each picture ends")
    send.add_argument("--at-once", type=_positive, default=4, metavar="N", help="pictures under way at a time (4)")
    send.add_argument("--timeout", type=float, default=300, metavar="SECONDS", help="longest wait for all (300)")
    up = commands.add_parser("up", help="keep the stack running and print how to use it; Ctrl-C ends it")
    for command in (send, up):
        command.add_argument(
            "--enforce", action="store_true", help="over TLS, each call checked against roles and policies as on AWS"
        )
        command.add_argument(
            "--parameter",
            action="append",
            default=[],
            type=pair,
            metavar="NAME=VALUE",
            help="deploy with another value than the template's default",
        )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 on")
    return int(text)


def _file(name: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {name}")
    return path
