"""The layout of a graph: each machine by itself, inner machines first, which become boxes of the outer one."""

from dataclasses import dataclass, replace

from asl.graph.folding import folded
from asl.graph.graphviz import Line, Point, Size, place
from asl.graph.model import END, START, Edge, Graph, Node
from asl.printable import printable

# Pixels, all of them.
NAME, SMALL = 10.0, 7.5  # mean width of a character, in names and elsewhere, in the widest common font
LINE = 17  # height of a line of small text
TITLE = 24  # height of a name
PADDING = 14
GAP = 20  # between branches
DOT = 18  # start and end
MIN_WIDTH = 120  # of a state
MAX_LABEL = 34  # characters of a line of a label; the details have all of it


@dataclass(frozen=True)
class Box:
    """A node with its position and size."""

    node: Node
    x: float  # of its left edge
    y: float  # of its upper edge
    width: float
    height: float


@dataclass(frozen=True)
class Path:
    """An edge with its line: a start and three points for each Bézier curve; the last one is the tip of the arrow."""

    edge: Edge
    points: tuple[Point, ...]
    label: Point | None  # its middle
    straight: bool


@dataclass(frozen=True)
class Drawing:
    """The layout of a machine; the content of a box comes after the box."""

    size: Size
    boxes: tuple[Box, ...] = ()
    paths: tuple[Path, ...] = ()

    def moved(self, x: float, y: float) -> "Drawing":
        """Return the same drawing, moved x to the right and y down."""

        def shifted(point: Point) -> Point:
            return point[0] + x, point[1] + y

        boxes = (replace(box, x=box.x + x, y=box.y + y) for box in self.boxes)
        paths = (
            replace(path, points=tuple(map(shifted, path.points)), label=path.label and shifted(path.label))
            for path in self.paths
        )
        return Drawing(self.size, tuple(boxes), tuple(paths))


def lay_out(graph: Graph) -> Drawing:
    """Return the layout of machine, with its inner machines in their boxes."""
    graph = folded(graph)
    inner = {node.key: _side_by_side([lay_out(one) for one in node.machines]) for node in graph.nodes}
    sizes = {node.key: _size(node, inner[node.key].size) for node in graph.nodes}
    outer = _placed(graph, sizes)
    parts = [outer, *(_within(box, inner[box.node.key]) for box in outer.boxes)]
    return _joined(outer.size, parts)


def _joined(size: Size, parts: list[Drawing]) -> Drawing:
    boxes = (box for part in parts for box in part.boxes)
    return Drawing(size, tuple(boxes), tuple(path for part in parts for path in part.paths))


def _within(box: Box, inner: Drawing) -> Drawing:
    """Return inner moved into box, below its name and notes."""
    return inner.moved(box.x + (box.width - inner.size[0]) / 2, box.y + _text_height(box.node))


def _side_by_side(drawings: list[Drawing]) -> Drawing:
    x, parts = 0.0, list[Drawing]()
    for drawing in drawings:
        parts.append(drawing.moved(x, 0))
        x += drawing.size[0] + GAP
    size = max(x - GAP, 0), max((one.size[1] for one in drawings), default=0)
    return _joined(size, parts)


def _size(node: Node, inner: Size) -> Size:
    if node.kind in (START, END):
        return DOT, DOT
    text = max(len(printable(node.name)) * NAME, *(len(printable(note)) * SMALL for note in ("", *node.notes)))
    return max(text + 2 * PADDING, inner[0] + 2 * PADDING, MIN_WIDTH), _text_height(node) + (
        inner[1] + PADDING if inner[1] else 0
    )


def _text_height(node: Node) -> float:
    return TITLE + LINE * len(node.notes) + PADDING / 2


def label_lines(edge: Edge) -> list[str]:
    """Return the lines of an edge's label: its conditions or errors; of a `next` edge the contract of the payload."""
    if edge.kind == "next":
        return [printable(edge.contract)] if edge.contract else []
    return [_shortened("any error" if one == "States.ALL" else one) for one in edge.labels]


def _shortened(text: str) -> str:
    text = printable(text)
    return text if len(text) <= MAX_LABEL else f"{text[: MAX_LABEL - 1]}…"


def _placed(graph: Graph, sizes: dict[str, Size]) -> Drawing:
    """Return the machine's own boxes and edges."""
    on_spine = set(zip(graph.spine, graph.spine[1:], strict=False))
    straight = [edge.kind != "catch" and (edge.source, edge.target) in on_spine for edge in graph.edges]
    lines = [
        Line(edge.source, edge.target, _label_size(edge), is_straight)
        for edge, is_straight in zip(graph.edges, straight, strict=True)
    ]
    placed = place(sizes, lines, graph.spine)
    boxes = [_box(node, placed.centres[node.key], sizes[node.key]) for node in graph.nodes]
    paths = map(Path, graph.edges, placed.lines, placed.labels, straight)
    return Drawing(placed.size, tuple(boxes), tuple(paths))


def _box(node: Node, centre: Point, size: Size) -> Box:
    return Box(node, centre[0] - size[0] / 2, centre[1] - size[1] / 2, *size)


def _label_size(edge: Edge) -> Size | None:
    lines = label_lines(edge)
    return (max(map(len, lines)) * SMALL + PADDING, len(lines) * LINE) if lines else None
