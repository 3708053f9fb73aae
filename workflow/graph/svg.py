"""The graph as an SVG: `draw` returns it, for a file of its own or for a page."""

from collections.abc import Iterator
from html import escape
from pathlib import Path as File

from workflow.graph.layout import DOT, LINE, TITLE, Box, Path, label_lines, lay_out
from workflow.graph.model import END, START, Machine
from workflow.graph.placing import Point
from workflow.graph.telling import summary

MARGIN = 16  # pixels around the drawing
CORNER = 8  # radius
Marks = dict[str, tuple[str, str]]  # by key: an outcome, and a word to go with it
STYLE = File(__file__).with_name("graph.css")


def draw(machine: Machine, marks: Marks | None = None, *, ident: str = "graph") -> str:
    """Return the machine as an `<svg>` element that stands for itself, readable in light and in dark.

    marks give states, by key, the outcome that colours them and a word to go with it, such as how long they took; a
    state without one is drawn faintly. ident distinguishes the elements of several drawings in one page.
    """
    drawing = lay_out(machine)
    width, height = (round(one) + 2 * MARGIN for one in drawing.size)
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" class="graph" role="img"',
        f'aria-labelledby="{ident}-title {ident}-desc"',
        f'viewBox="{-MARGIN} {-MARGIN} {width} {height}" width="{width}" height="{height}">',
        f'<title id="{ident}-title">{escape(machine.title)}</title>',
        f'<desc id="{ident}-desc">{escape(summary(machine))}</desc>',
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>",
        f'<rect class="paper" x="{-MARGIN}" y="{-MARGIN}" width="{width}" height="{height}"/>',
        *(line for box in drawing.boxes for line in _box(box, marks)),
        *(line for path in drawing.paths for line in _path(path, marks)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _box(box: Box, marks: Marks | None) -> Iterator[str]:
    if box.node.kind in (START, END):
        yield _dot(box)
        return
    outcome, word = (marks or {}).get(box.node.key, ("", ""))
    faint = "" if marks is None or outcome else "faint"
    classes = " ".join(filter(None, ("state", box.node.kind, outcome.replace(" ", "-"), faint)))
    yield f'<g class="{classes}" data-state="{escape(box.node.key)}">'
    yield _outline(box)
    middle = box.x + box.width / 2
    for number, (text, kind) in enumerate([(box.node.name, "name"), *((note, "note") for note in box.node.notes)]):
        yield _text(middle, box.y + TITLE - 4 + number * LINE, text, kind)
    if word:
        yield _text(box.x + box.width - 4, box.y - 4, word, "word")
    yield "</g>"


def _dot(box: Box) -> str:
    x, y = box.x + DOT / 2, box.y + DOT / 2
    inner = f'<circle class="tip" cx="{x:.0f}" cy="{y:.0f}" r="{DOT / 2 - 4:.0f}"/>' if box.node.kind == END else ""
    kind = "end" if inner else "tip"
    return f'<circle class="{kind}" cx="{x:.0f}" cy="{y:.0f}" r="{DOT / 2:.0f}"/>{inner}'


def _outline(box: Box) -> str:
    """Return what is around a state: ends are round, a Choice is pointed, a Map has more than one sheet."""
    x, y, width, height = (round(one) for one in (box.x, box.y, box.width, box.height))
    match box.node.kind:
        case "Choice":
            tip = height / 3
            points = [(x, y + height / 2), (x + tip, y), (x + width - tip, y), (x + width, y + height / 2)]
            points += [(x + width - tip, y + height), (x + tip, y + height)]
            return f'<polygon points="{" ".join(f"{a:.0f},{b:.0f}" for a, b in points)}"/>'
        case "Succeed" | "Fail":
            return _rectangle(x, y, width, height, height / 2)
        case "Map":
            return _rectangle(x + 5, y + 5, width, height, CORNER) + _rectangle(x, y, width, height, CORNER)
    return _rectangle(x, y, width, height, CORNER)


def _rectangle(x: float, y: float, width: float, height: float, radius: float) -> str:
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="{radius:.0f}"/>'


def _path(path: Path, marks: Marks | None) -> Iterator[str]:
    taken = marks is not None and path.edge.source in marks and path.edge.target in marks
    faint = "faint" if marks is not None and not taken else ""
    classes = " ".join(filter(None, ("edge", path.edge.kind, "straight" if path.straight else "", faint)))
    yield f'<g class="{classes}" data-from="{escape(path.edge.source)}" data-to="{escape(path.edge.target)}">'
    start, *rest = path.points[:-3]
    tip = path.points[-1]
    yield f'<path d="M{_point(start)}C{" ".join(map(_point, rest))}"/>'
    yield f'<polygon class="arrow" points="{arrow(path.points[-4], tip)}"/>'
    lines = label_lines(path.edge)
    if path.label:
        x, y = path.label
        for number, line in enumerate(lines):
            yield _text(x, y + 5 + (number - (len(lines) - 1) / 2) * LINE, line, "label")
    yield "</g>"


def arrow(end: Point, tip: Point) -> str:
    """Return the corners of an arrow's head whose line ends at end and whose tip is at tip."""
    x, y = tip[0] - end[0], tip[1] - end[1]
    left, right = (end[0] - y * 0.4, end[1] + x * 0.4), (end[0] + y * 0.4, end[1] - x * 0.4)
    return f"{_point(left)} {_point(tip)} {_point(right)}"


def _point(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}">{escape(text)}</text>'
