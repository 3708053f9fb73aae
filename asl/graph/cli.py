"""The command `asl-graph`, and the parts that it shares with commands that draw a fixed machine."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from asl.check.json_schema import UnsupportedSchemaError
from asl.check.mapping import InvalidMappingError
from asl.command import Parser, file_problem
from asl.graph.details import details
from asl.graph.dot import dot
from asl.graph.graphviz import LayoutError
from asl.graph.mermaid import mermaid
from asl.graph.model import Graph
from asl.graph.overlay import marks
from asl.graph.sources import Subject, from_execution, from_file
from asl.graph.svg import draw
from asl.graph.to_json import as_json
from asl.history.parser import parse_history
from asl.history.sources import fetch_history, load_history
from asl.history.trace import InvalidHistoryError, Trace
from asl.language import InvalidMachineError, Machine, each_state
from asl.printable import printable
from asl.version import add_version_option

NAME = "asl-graph"
DESCRIPTION = """\
Draw a state machine in the Amazon States Language. --execution ARN, or --history FILE, shows on it what an execution did.
Exit code 2: unusable input.
"""
FORMATS: dict[str, Callable[[Graph], str]] = {"mermaid": mermaid, "dot": dot, "svg": draw, "json": as_json}
HTML = "html"
INPUT_ERRORS = (
    InvalidMachineError,
    InvalidHistoryError,
    InvalidMappingError,
    UnsupportedSchemaError,
    LayoutError,
)
OTHER_MACHINE = (
    "the execution was of another machine, or of another version: it visited {}, which this one does not have"
)
SHOWN = 5  # states
EXTRA = "--format svg and html need more packages: pip install jinja2 pygraphviz"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = Parser(prog=NAME, description=DESCRIPTION)
    parser.add_argument(
        "asl", nargs="?", metavar="FILE", help="a machine, in JSON or YAML, or a template with one; - reads stdin"
    )
    parser.add_argument("--machine", metavar="NAME", help="the logical ID of a machine in a template with several")
    parser.add_argument("--contracts", type=Path, metavar="DIR", help="its contracts, with their mapping.json")
    add_version_option(parser)
    options = _parsed(parser, arguments)
    if options.execution is None and options.asl is None:
        parser.error("say what to draw: FILE, - or --execution ARN")
    if options.execution is not None and options.asl is not None:
        parser.error("an execution has its definition: leave FILE out")
    if options.contracts is not None and options.asl is None:
        parser.error("--contracts goes with FILE")
    return _run(NAME, options, lambda: from_file(options.asl, options.contracts, options.machine))


def draw_default(
    name: str, description: str | None, default: Callable[[], Subject], arguments: list[str] | None = None
) -> int:
    """Run a command line that draws the machine default, and return its exit code; errors begin with name."""
    parser = Parser(prog=name, description=description)
    return _run(name, _parsed(parser, arguments), default, default)


def _parsed(parser: ArgumentParser, arguments: list[str] | None) -> Namespace:
    parser.add_argument(
        "--format", choices=[*FORMATS, HTML], default="mermaid", help="the format of the drawing (mermaid)"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="the file to write (standard output)")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--execution", metavar="ARN", help="show what this execution did; calls Step Functions")
    shown.add_argument(
        "--history", type=Path, metavar="FILE", help="show the execution in the output of get-execution-history"
    )
    options = parser.parse_args(arguments)
    if (options.execution is not None or options.history) and options.format not in ("svg", HTML):
        parser.error("an execution can be shown with --format svg or html")
    return options


def _run(
    name: str, options: Namespace, subject: Callable[[], Subject], default: Callable[[], Subject] | None = None
) -> int:
    try:
        text, others = _drawn(options, subject, default)
    except INPUT_ERRORS as error:
        return print_error(name, str(error))
    except RecursionError:
        return print_error(name, "this is nested too deeply")
    if others:
        more = f" and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
        print(f"{name}: {printable(OTHER_MACHINE.format(', '.join(others[:SHOWN]) + more))}", file=sys.stderr)
    if not options.output:
        print(text, end="")
        return 0
    try:
        options.output.write_text(text, encoding="utf-8")
    except OSError as error:
        return print_error(name, f"{options.output} cannot be written: {file_problem(error, options.output)}")
    return 0


def print_error(name: str, why: str) -> int:
    """Print a message on unusable input to standard error, and return the exit code."""
    print(f"{name}: {printable(why)}", file=sys.stderr)
    return 2


def _drawn(
    options: Namespace, subject: Callable[[], Subject], default: Callable[[], Subject] | None
) -> tuple[str, list[str]]:
    """Return the drawing, and the states of the execution that are not in it, since the machine does not have them."""
    events = None
    if options.format in ("svg", HTML) and not all(map(find_spec, ("jinja2", "pygraphviz"))):
        raise LayoutError(EXTRA)
    if options.execution is not None:
        definition, events = fetch_history(options.execution)
        drawn = from_execution(definition, options.execution, default() if default else None)
    else:
        drawn = subject()
        events = load_history(options.history) if options.history is not None else None
    trace = parse_history(drawn.definition, events) if events is not None else None
    others = _others(drawn.definition, trace) if trace else []
    if options.format == HTML:
        from asl.graph.html import viewer  # jinja2 belongs to the extra `graph`

        return viewer(drawn.graph, details(drawn.graph, drawn.facts()), trace), others
    return (draw(drawn.graph, marks(drawn.graph, trace)) if trace else FORMATS[options.format](drawn.graph)), others


def _others(definition: Machine, trace: Trace) -> list[str]:
    """Return the states that were visited and that the machine does not have."""
    own = {state for state, _ in each_state(definition)}
    return list(dict.fromkeys(visit.state for visit in trace.visits if visit.state not in own))
