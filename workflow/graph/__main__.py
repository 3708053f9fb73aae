"""`python -m workflow.graph --format mermaid|dot|svg|html|json [--output FILE] [ASL.json]`: draw a state machine.

Without ASL.json it is this project's own pipeline, whose contracts, sizes and permissions are known. Exit code 2:
unusable input.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from workflow.check.proving import UnusableMachine
from workflow.graph.details import details
from workflow.graph.dot import dot
from workflow.graph.html import viewer
from workflow.graph.listing import as_json
from workflow.graph.mermaid import mermaid
from workflow.graph.model import Machine
from workflow.graph.sources import from_file, known, our_own
from workflow.graph.svg import draw

FORMATS: dict[str, Callable[[Machine], str]] = {"mermaid": mermaid, "dot": dot, "svg": draw, "json": as_json}
HTML = "html"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        machine = from_file(options.asl) if options.asl else our_own()
        text = _page(machine, own=not options.asl) if options.format == HTML else FORMATS[options.format](machine)
        if options.output:
            options.output.write_text(text, encoding="utf-8")
    except UnusableMachine as error:
        print(f"graph: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"graph: {options.output} cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    if not options.output:
        print(text, end="")
    return 0


def _page(machine: Machine, *, own: bool) -> str:
    return viewer(machine, details(machine, known() if own else None))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workflow.graph", description=__doc__)
    parser.add_argument("asl", nargs="?", type=Path, metavar="ASL.json", help="the machine (this project's own)")
    parser.add_argument("--format", choices=[*FORMATS, HTML], default="mermaid", help="what to make of it (mermaid)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to write it (standard output)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
