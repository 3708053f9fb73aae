"""`python -m asl.graph --format mermaid|dot|svg|html|json [--output FILE] [ASL.json]`: draw a state machine.

Without ASL.json it is this project's own pipeline, whose contracts, sizes and permissions are known. --execution ARN, or
--history FILE, shows on it what an execution did. Exit code 2: unusable input.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from asl.check.dialect import UnsupportedSchema
from asl.check.mapping import UnusableMapping
from asl.check.prover import UnprovedFlow, UnusableMachine
from asl.command import run_command
from asl.graph.characters import encodable
from asl.graph.details import details
from asl.graph.dot import dot
from asl.graph.graphviz import LayoutError
from asl.graph.html import viewer
from asl.graph.mermaid import mermaid
from asl.graph.model import Machine
from asl.graph.overlay import headline, marks, with_visits
from asl.graph.sources import from_execution, from_file, known, our_own
from asl.graph.svg import draw
from asl.graph.timeline import timeline
from asl.graph.to_json import as_json
from asl.history.parser import read
from asl.history.sources import fetch, load
from asl.history.trace import Run, UnusableHistory
from asl.printable import printable

FORMATS: dict[str, Callable[[Machine], str]] = {"mermaid": mermaid, "dot": dot, "svg": draw, "json": as_json}
HTML = "html"
UNUSABLE = (UnusableMachine, UnusableHistory, UnusableMapping, UnsupportedSchema, LayoutError)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _options(arguments)
    try:
        text = encodable(_drawn(options))
    except UNUSABLE as error:
        return _refused(str(error))
    except UnprovedFlow:
        return _refused("the data flow of this project's own pipeline is not proved: see python -m asl.check")
    except RecursionError:
        return _refused("this is nested too deeply")
    if not options.output:
        print(text, end="")
        return 0
    try:
        options.output.write_text(text, encoding="utf-8")
    except OSError as error:
        return _refused(f"{options.output} cannot be written: {error.strerror}")
    return 0


def _refused(why: str) -> int:
    print(f"graph: {printable(why)}", file=sys.stderr)
    return 2


def _drawn(options: argparse.Namespace) -> str:
    events = None
    if options.execution is not None:
        definition, events = fetch(options.execution)
        machine = from_execution(definition, options.execution)
    else:
        machine = from_file(options.asl) if options.asl else our_own()
        events = load(options.history) if options.history is not None else None
    run = read(machine, events) if events is not None else None
    if options.format == HTML:
        return _page(machine, run)
    return draw(machine, marks(run)) if run else FORMATS[options.format](machine)


def _page(machine: Machine, run: Run | None) -> str:
    found = details(machine, known(machine))
    if not run:
        return viewer(machine, found)
    below = f'<section class="timeline" aria-label="Timeline">\n{timeline(run)}</section>\n'
    return viewer(machine, with_visits(found, run), marks(run), above=headline(run), below=below)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m asl.graph", description=__doc__)
    parser.add_argument("asl", nargs="?", type=Path, metavar="ASL.json", help="the machine (this project's own)")
    parser.add_argument("--format", choices=[*FORMATS, HTML], default="mermaid", help="what to make of it (mermaid)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to write it (standard output)")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--execution", metavar="ARN", help="show what this execution did; asks Step Functions")
    shown.add_argument("--history", type=Path, metavar="FILE", help="the same of what get-execution-history printed")
    options = parser.parse_args(arguments)
    if (options.execution is not None or options.history) and options.format not in ("svg", HTML):
        parser.error("an execution can be shown with --format svg or html")
    if options.execution is not None and options.asl:
        parser.error("an execution brings its definition along: leave ASL.json out")
    return options


if __name__ == "__main__":
    sys.exit(run_command("graph", main))
