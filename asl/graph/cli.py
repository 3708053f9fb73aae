"""The command `asl-graph`, and what a command that draws one machine of its own shares with it."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from asl.check.dialect import UnsupportedSchema
from asl.check.mapping import UnusableMapping
from asl.graph.characters import encodable
from asl.graph.details import details
from asl.graph.dot import dot
from asl.graph.graphviz import LayoutError
from asl.graph.html import viewer
from asl.graph.mermaid import mermaid
from asl.graph.model import Machine
from asl.graph.overlay import headline, marks, with_visits
from asl.graph.sources import Subject, from_execution, from_file
from asl.graph.svg import draw
from asl.graph.timeline import timeline
from asl.graph.to_json import as_json
from asl.history.parser import read
from asl.history.sources import fetch, load
from asl.history.trace import Run, UnusableHistory
from asl.language import UnusableMachine
from asl.printable import printable

NAME = "asl-graph"
DESCRIPTION = """\
Draw a state machine in the Amazon States Language. --execution ARN, or --history FILE, shows on it what an execution did.
Exit code 2: unusable input.
"""
FORMATS: dict[str, Callable[[Machine], str]] = {"mermaid": mermaid, "dot": dot, "svg": draw, "json": as_json}
HTML = "html"
UNUSABLE = (UnusableMachine, UnusableHistory, UnusableMapping, UnsupportedSchema, LayoutError)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(prog=NAME, description=DESCRIPTION)
    parser.add_argument(
        "asl", nargs="?", metavar="ASL.json", help="the machine in the Amazon States Language; - reads stdin"
    )
    parser.add_argument("--contracts", type=Path, metavar="DIR", help="its contracts, with their mapping.json")
    options = _parsed(parser, arguments)
    if options.execution is None and options.asl is None:
        parser.error("say what to draw: ASL.json, - or --execution ARN")
    if options.execution is not None and options.asl is not None:
        parser.error("an execution brings its definition along: leave ASL.json out")
    if options.contracts is not None and options.asl is None:
        parser.error("--contracts goes with ASL.json")
    return _run(NAME, options, lambda: from_file(options.asl, options.contracts))


def draw_own(name: str, description: str | None, own: Callable[[], Subject], arguments: list[str] | None = None) -> int:
    """Run a command line that draws one machine, own, and return its exit code; errors begin with name."""
    parser = argparse.ArgumentParser(prog=name, description=description)
    return _run(name, _parsed(parser, arguments), own, own)


def _parsed(parser: argparse.ArgumentParser, arguments: list[str] | None) -> argparse.Namespace:
    parser.add_argument("--format", choices=[*FORMATS, HTML], default="mermaid", help="what to make of it (mermaid)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to write it (standard output)")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--execution", metavar="ARN", help="show what this execution did; asks Step Functions")
    shown.add_argument("--history", type=Path, metavar="FILE", help="the same of what get-execution-history printed")
    options = parser.parse_args(arguments)
    if (options.execution is not None or options.history) and options.format not in ("svg", HTML):
        parser.error("an execution can be shown with --format svg or html")
    return options


def _run(
    name: str, options: argparse.Namespace, subject: Callable[[], Subject], own: Callable[[], Subject] | None = None
) -> int:
    try:
        text = encodable(_drawn(options, subject, own))
    except UNUSABLE as error:
        return refused(name, str(error))
    except RecursionError:
        return refused(name, "this is nested too deeply")
    if not options.output:
        print(text, end="")
        return 0
    try:
        options.output.write_text(text, encoding="utf-8")
    except OSError as error:
        return refused(name, f"{options.output} cannot be written: {error.strerror}")
    return 0


def refused(name: str, why: str) -> int:
    """Print why something cannot be drawn to standard error, and return the exit code."""
    print(f"{name}: {printable(why)}", file=sys.stderr)
    return 2


def _drawn(options: argparse.Namespace, subject: Callable[[], Subject], own: Callable[[], Subject] | None) -> str:
    events = None
    if options.execution is not None:
        definition, events = fetch(options.execution)
        drawn = from_execution(definition, options.execution, own() if own else None)
    else:
        drawn = subject()
        events = load(options.history) if options.history is not None else None
    run = read(drawn.machine, events) if events is not None else None
    if options.format == HTML:
        return _page(drawn, run)
    return draw(drawn.machine, marks(run)) if run else FORMATS[options.format](drawn.machine)


def _page(subject: Subject, run: Run | None) -> str:
    found = details(subject.machine, subject.known())
    if not run:
        return viewer(subject.machine, found)
    below = f'<section class="timeline" aria-label="Timeline">\n{timeline(run)}</section>\n'
    return viewer(subject.machine, with_visits(found, run), marks(run), above=headline(run), below=below)
