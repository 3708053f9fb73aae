"""The viewer: one HTML file with the graph, and what is known of each state at a click or a key."""

import json
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from asl.graph.alt_text import summary
from asl.graph.details import Details
from asl.graph.model import Graph
from asl.graph.svg import Marks, draw

VIEWER = Path(__file__).with_name("viewer")


def viewer(graph: Graph, details: Details, marks: Marks | None = None, above: str = "", below: str = "") -> str:
    """Return the page; it needs no other file, and runs without a network.

    above and below are HTML that stands before and after the graph.
    """
    return Template(_part("page.html")).substitute(
        title=escape(graph.title),
        summary=escape(summary(graph)),
        style=_part("viewer.css"),
        script=_part("viewer.js"),
        graph=draw(graph, marks),
        details=data(details),
        above=above,
        below=below,
    )


def data(value: Any) -> str:
    """Return value as JSON that can stand in a script element: nothing in it ends that."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _part(name: str) -> str:
    return (VIEWER / name).read_text(encoding="utf-8")
