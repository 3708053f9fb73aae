"""The stack on this machine: `process IMAGE...` sends images through it, `up` keeps it running."""
# Modules that take long to import are imported once the emulator has been started.

import argparse
import signal
import sys
from pathlib import Path
from threading import TIMEOUT_MAX
from typing import NoReturn, TextIO

from asl.command import Parser, file_problem
from asl.printable import printable
from local.emulator.exhaustion import EmulatorError
from local.stack import LocalStack, local_stack
from operations.cli.arguments import pair
from operations.errors import OperationError


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    # Both signals raise an exception, so that context managers clean up; a shell may have set the first one to be ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return _run(options)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except Exception as error:  # noqa: BLE001 - raised again if nobody can correct it
        return _reported(error)


def _reported(error: Exception) -> int:
    """Print an error that a person can correct, and return the exit code; raises any other one."""
    from operations.cli.errors import exit_code

    def fail() -> NoReturn:
        raise error

    return exit_code("local", fail)


def _run(options: argparse.Namespace) -> int:
    try:
        return _process(options) if options.command == "process" else _up(options)
    except EmulatorError:
        raise
    except OperationError as error:  # about an option
        print(f"local: {error}", file=sys.stderr)
        return 2


def _process(options: argparse.Namespace) -> int:
    outcomes = []
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        if options.report:
            options.report.open("a", encoding="utf-8").close()
    except OSError as error:
        print(printable(f"local: results cannot be written to {file_problem(error)}"), file=sys.stderr)
        return 1
    with local_stack(enforce=options.enforce, parameters=dict(options.parameter)) as stack:
        from local.process import display_path, process
        from operations.cli.progress import progress_bar

        running = process(stack, options.images, options.output, at_once=options.at_once, timeout=options.timeout)
        for outcome in progress_bar(running, len(options.images), "images"):
            outcomes.append(outcome)
            if options.json:
                print(outcome.to_json(), flush=True)
        order = [display_path(file) for file in options.images]
        outcomes.sort(key=lambda outcome: order.index(outcome.file))
        if options.report:
            from local.report import report

            options.report.write_text(report(stack, outcomes), encoding="utf-8")
        if not options.json:
            from local.console import show_table

            show_table(outcomes)
        if options.serve:
            _serve(stack, sys.stderr if options.json else sys.stdout)
    return 0 if all(outcome.status for outcome in outcomes) else 1


def _up(options: argparse.Namespace) -> int:
    with local_stack(enforce=options.enforce, parameters=dict(options.parameter)) as stack:
        _serve(stack, sys.stdout)


def _serve(stack: LocalStack, output: TextIO) -> NoReturn:
    """Print how to use a stack, and keep it until somebody ends it."""
    from local.console import instructions

    print(instructions(stack), file=output, flush=True)
    stack.emulator.await_end()


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    send = commands.add_parser("process", help="send images through the stack and show their outcomes")
    send.add_argument("images", nargs="+", type=_file, metavar="IMAGE")
    send.add_argument(
        "--output", type=Path, default=Path("output"), metavar="DIR", help="directory for results (default: output)"
    )
    send.add_argument("--report", type=Path, metavar="FILE.html", help="write an HTML page about the images")
    send.add_argument("--json", action="store_true", help="print one line of JSON for each image")
    send.add_argument(
        "--at-once",
        type=_positive,
        default=4,
        metavar="N",
        help="images that are processed at the same time (default: 4)",
    )
    send.add_argument(
        "--timeout", type=_seconds, default=300, metavar="SECONDS", help="longest time for all images (default: 300)"
    )
    send.add_argument(
        "--serve",
        action="store_true",
        help="keep the stack running afterwards, and print how to use it; Ctrl-C stops it",
    )
    up = commands.add_parser("up", help="keep the stack running, and print how to use it; Ctrl-C stops it")
    for command in (send, up):
        command.add_argument(
            "--enforce", action="store_true", help="use TLS, and check each call against roles and policies as AWS does"
        )
        command.add_argument(
            "--parameter",
            action="append",
            default=[],
            type=pair,
            metavar="NAME=VALUE",
            help="a parameter of the template; can be repeated",
        )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive integer")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= TIMEOUT_MAX:  # as no comparison with NaN is
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds from 0 to {TIMEOUT_MAX:.0f}")
    return seconds


def _file(name: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {name}")
    return path
