"""The viewer: one HTML file with the graph, and what is known of each state at a click or a key."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from asl.graph.alt_text import summary
from asl.graph.details import Details
from asl.graph.model import Graph
from asl.graph.overlay import headline, marks, with_visits
from asl.graph.svg import draw
from asl.graph.timeline import timeline
from asl.history.trace import Trace
from asl.printable import printable, printable_json

VIEWER = Path(__file__).with_name("viewer")


def viewer(graph: Graph, details: Details, trace: Trace | None = None) -> str:
    """Return the page; it needs no other file, and runs without a network.

    With trace it shows what that execution did.
    """
    return (
        html_environment()
        .get_template("page.html")
        .render(
            title=graph.title,
            summary=summary(graph),
            drawing=draw(graph, marks(graph, trace) if trace else None),
            details=with_visits(details, trace) if trace else details,
            trace=trace,
            headline=headline(trace) if trace else None,
            timeline=timeline(trace) if trace else None,
        )
    )


def html_environment(*folders: Path) -> Environment:
    """Return an environment for the templates in folders and the viewer's own.

    It shows values as printable text, escaped for HTML; a template that uses an undefined one is an error. `source(name)` is a file of the viewer as it
    stands, for style sheets and scripts.
    """
    environment = Environment(
        loader=FileSystemLoader([*folders, VIEWER]),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["source"] = _source
    environment.policies["json.dumps_function"] = printable_json
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}  # the keys keep their order
    return environment


def _shown(value: object) -> object:
    """Return text from a machine or an execution as printable text; what is `safe` was made so before."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _source(name: str) -> str:
    return (VIEWER / name).read_text(encoding="utf-8")
