"""The graph as an SVG, for a file or for a page."""

from collections.abc import Iterator

from asl.graph.alt_text import summary
from asl.graph.elements import arrow, escaped, label, point, rectangle, svg_document, text
from asl.graph.layout import DOT, LINE, TITLE, Box, Path, label_lines, lay_out
from asl.graph.model import END, START, Edge, Graph
from asl.history.trace import CAUGHT

Marks = dict[str, tuple[str, str]]  # by key: an outcome and a short text
SHEET = 5  # pixels between the two outlines of a Map


def draw(graph: Graph, marks: Marks | None = None, *, ident: str = "graph") -> str:
    """Return the machine as an `<svg>` element with its own styles, for light and dark mode.

    marks have the outcomes of states, which color them, and a short text, such as a duration; with marks, a state without one
    is faint.
    """
    drawing = lay_out(graph)
    parts = [line for box in drawing.boxes for line in _box(box, marks)]
    parts += [line for path in drawing.paths for line in _path(path, marks)]
    return svg_document(drawing.size, graph.title, summary(graph), parts, ident)


def _box(box: Box, marks: Marks | None) -> Iterator[str]:
    if box.node.kind in (START, END):
        yield _dot(box)
        return
    outcome, word = (marks or {}).get(box.node.key, ("", ""))
    faint = "" if marks is None or outcome else "faint"
    yield f'<g class="{_classes("state", box.node.kind, outcome.replace(" ", "-"), faint)}" {_data(state=box.node.key)}>'
    yield _outline(box)
    for number, (line, kind) in enumerate([(box.node.name, "name"), *((note, "note") for note in box.node.notes)]):
        yield text(box.x + box.width / 2, box.y + TITLE - 4 + number * LINE, line, kind)
    if word:
        yield text(box.x + 4, box.y - 5, word, "word")
    yield "</g>"


def _classes(*names: str) -> str:
    return escaped(" ".join(filter(None, names)))  # an unknown type may be any text


def _data(**values: str) -> str:
    return " ".join(f'data-{name}="{escaped(value)}"' for name, value in values.items())


def _dot(box: Box) -> str:
    x, y = box.x + DOT / 2, box.y + DOT / 2
    inner = f'<circle class="tip" cx="{x:.0f}" cy="{y:.0f}" r="{DOT / 2 - 4:.0f}"/>' if box.node.kind == END else ""
    return f'<circle class="{"end" if inner else "tip"}" cx="{x:.0f}" cy="{y:.0f}" r="{DOT / 2:.0f}"/>{inner}'


def _outline(box: Box) -> str:
    """Return the outline of a state: round for Succeed and Fail, a hexagon for a Choice, two sheets for a Map."""
    size = box.width, box.height
    match box.node.kind:
        case "Choice":
            return _pointed(box)
        case "Succeed" | "Fail":
            return rectangle(box.x, box.y, size, box.height / 2)
        case "Map":
            return rectangle(box.x + SHEET, box.y + SHEET, size) + rectangle(box.x, box.y, size)
    return rectangle(box.x, box.y, size)


def _pointed(box: Box) -> str:
    left, right, tip = box.x, box.x + box.width, box.height / 3
    upper, middle, lower = box.y, box.y + box.height / 2, box.y + box.height
    corners = [(left, middle), (left + tip, upper), (right - tip, upper)]
    corners += [(right, middle), (right - tip, lower), (left + tip, lower)]
    return f'<polygon points="{" ".join(map(point, corners))}"/>'


def _path(path: Path, marks: Marks | None) -> Iterator[str]:
    edge = path.edge
    taken = marks is None or _taken(edge, marks)
    classes = _classes("edge", edge.kind, "straight" if path.straight else "", "" if taken else "faint")
    yield f'<g class="{classes}" {_data(**{"from": edge.source, "to": edge.target})}>'
    yield arrow(path.points)
    if path.label:
        yield from label(path.label, label_lines(edge), LINE)
    yield "</g>"


def _taken(edge: Edge, marks: Marks) -> bool:
    """Return True if an execution took an edge: both nodes were visited, and the source caught an error if the edge is a Catch."""
    visited = all(key in marks or key.endswith((START, END)) for key in (edge.source, edge.target))
    caught = marks.get(edge.source, ("",))[0] == CAUGHT
    return visited and caught is (edge.kind == "catch")
