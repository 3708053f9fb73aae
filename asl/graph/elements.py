"""The SVG elements of drawings."""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from asl.graph.graphviz import Point, Size
from asl.printable import printable

MARGIN = 16  # pixels around a drawing
CORNER = 8  # radius
STYLE = Path(__file__).with_name("graph.css")


def svg_document(size: Size, title: str, description: str, parts: Iterable[str], ident: str = "graph") -> str:
    """Return an `<svg>` element of that size with parts in it, and a title and a description for screen readers.

    ident is the prefix of the IDs in it, for pages with several drawings.
    """
    width, height = (round(one) + 2 * MARGIN for one in size)
    box = f"{-MARGIN} {-MARGIN} {width} {height}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph" role="img" aria-labelledby="{ident}-title {ident}-desc"',
        f'viewBox="{box}" width="{width}" height="{height}">',
        f'<title id="{ident}-title">{escaped(title)}</title>',
        f'<desc id="{ident}-desc">{escaped(description)}</desc>',
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>",
        f'<rect class="paper" x="{-MARGIN}" y="{-MARGIN}" width="{width}" height="{height}"/>',
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def rectangle(x: float, y: float, size: Size, radius: float = CORNER) -> str:
    """Return a rectangle with round corners."""
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{size[0]:.0f}" height="{size[1]:.0f}" rx="{radius:.0f}"/>'


def escaped(value: str) -> str:
    """Return value as printable text, escaped for XML."""
    return escape(printable(value))


def text(x: float, y: float, value: str, kind: str) -> str:
    """Return a line of text; the middle of its base line is at x and y."""
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}">{escaped(value)}</text>'


def arrow(points: tuple[Point, ...]) -> str:
    """Return a line through points, as graphviz.Placement has them, with an arrowhead at its end."""
    start, *rest = points[:-3]
    end, tip = points[-4], points[-1]
    x, y = (tip[0] - end[0]) * 0.4, (tip[1] - end[1]) * 0.4
    corners = f"{point((end[0] - y, end[1] + x))} {point(tip)} {point((end[0] + y, end[1] - x))}"
    return f'<path d="M{point(start)}C{" ".join(map(point, rest))}"/><polygon class="arrow" points="{corners}"/>'


def label(middle: Point, lines: list[str], line_height: float) -> list[str]:
    """Return lines of text, centred on middle."""
    top = middle[1] + 5 - (len(lines) - 1) / 2 * line_height
    return [text(middle[0], top + number * line_height, line, "label") for number, line in enumerate(lines)]


def point(where: Point) -> str:
    """Return a point in the notation of SVG, to a tenth of a pixel."""
    return f"{where[0]:.1f},{where[1]:.1f}"
