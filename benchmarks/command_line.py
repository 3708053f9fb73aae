"""Ours side by side with sharp: `python -m benchmarks` measures all that is promised, and IMAGEs of your own."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from asl.command import Parser
from asl.printable import printable, printable_json
from benchmarks import machine, page, sharp_package
from benchmarks.job import OPERATIONS
from benchmarks.packages import UnexpectedFileError
from benchmarks.photographs import CHOSEN
from benchmarks.plan import PARTS, Plan, Results
from benchmarks.show import show
from operations.cli.progress import progress_bar

QUICK, USUAL = 3, 7  # repetitions; odd, so that a median is one of them


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if sys.platform != "linux":
        parser.error("it reads from /proc how much memory is used, so it runs on Linux only")
    if options.write and (options.images or options.only or options.operation):
        parser.error("--write is for whole runs")
    # Or the functions would log and count a rejected image into the tables.
    os.environ |= {"POWERTOOLS_LOG_LEVEL": "CRITICAL", "POWERTOOLS_METRICS_DISABLED": "true"}
    try:
        return _run(options)
    except (sharp_package.MissingToolError, UnexpectedFileError) as error:
        print(printable(f"benchmarks: {error}"), file=sys.stderr)
    except subprocess.CalledProcessError as error:
        print(f"benchmarks: {error.cmd[0]} failed, see above", file=sys.stderr)
    return 2


def _run(options: argparse.Namespace) -> int:
    sharp = sharp_package.installed()
    plan = Plan(_files(options), options.operation or OPERATIONS, _parts(options), options.repetitions)
    results = Results()
    for result in progress_bar(plan.results(sharp), len(plan), "measurements"):
        results.add(result)
        if options.json:
            print(printable_json({"kind": type(result).__name__.lower(), **asdict(result)}), flush=True)
    if not options.json:
        show(results.tables())
    if options.write:
        page.write(machine.described(sharp_package.versions(sharp)), results.tables())
    return 0


def _files(options: argparse.Namespace) -> Sequence[Path]:
    if options.images:
        images: list[Path] = options.images
        return images
    names = [name for name in CHOSEN if not options.only or name.lower() in options.only]
    photographs = [photograph for name in names for photograph in CHOSEN[name]()]
    made = (photograph.file() for photograph in photographs)
    return list(progress_bar(made, len(photographs), "photographs"))


def _parts(options: argparse.Namespace) -> list[str]:
    return [] if options.images else [part for part in PARTS if not options.only or part in options.only]


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m benchmarks", description=__doc__)
    parts = [*(name.lower() for name in CHOSEN), *PARTS]
    parser.add_argument("images", nargs="*", type=_file, metavar="IMAGE", help="measure these, nothing else")
    parser.add_argument("--only", action="append", choices=parts, help="one part of the whole; may be repeated")
    parser.add_argument("--operation", action="append", choices=OPERATIONS, help="one of them; may be repeated")
    parser.add_argument("--repetitions", type=_odd, default=USUAL, metavar="N", help=f"of each measurement ({USUAL})")
    parser.add_argument("--quick", dest="repetitions", action="store_const", const=QUICK, help=f"the same as {QUICK}")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line, as each result comes")
    parser.add_argument("--write", action="store_true", help=f"put the tables into docs/{page.PAGE.name}")
    return parser


def _file(name: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {name}")
    return path


def _odd(text: str) -> int:
    if not text.isdecimal() or int(text) % 2 == 0:
        raise argparse.ArgumentTypeError(f"{text} is no odd number")
    return int(text)
