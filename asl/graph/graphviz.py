"""The placement of boxes and the routes of lines between them, by Graphviz's `dot` out of a Python package."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from resource import RLIM_INFINITY, RLIMIT_CPU, getrlimit, setrlimit
from time import process_time
from typing import Any

INCH = 72  # Graphviz's points, which are pixels here
MAX_PARTS = 5_000  # boxes and lines
MAX_SECONDS = 7  # of processor time
# Graphviz seeks the best of all layouts, which takes minutes for many lines: from so many on it takes a good one.
MANY_LINES = 100
QUICK = {"nslimit": 1, "nslimit1": 1, "mclimit": 0.1, "searchsize": 5}
OTHERS = "--format mermaid, dot or json needs no layout"
STRAIGHT = 100  # the weight of a straight line; others have 1
NOTHING = '<<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{:.0f}" HEIGHT="{:.0f}"><TR><TD></TD></TR></TABLE>>'

Point = tuple[float, float]
Size = tuple[float, float]  # width and height


class LayoutError(RuntimeError):
    """Graphviz fails; the message has its reason."""


@dataclass(frozen=True)
class Line:
    """A line from one box to another, with the size of its label."""

    source: str
    target: str
    label: Size | None = None
    straight: bool = False


@dataclass(frozen=True)
class Placement:
    """The centres of boxes and, for each line, its points and the centre of its label; y grows downwards."""

    size: Size
    centres: dict[str, Point]
    lines: list[tuple[Point, ...]]  # a start and three points for each Bézier curve
    labels: list[Point | None]


def place(sizes: Mapping[str, Size], lines: Sequence[Line], straight: Sequence[str] = (), **options: Any) -> Placement:
    """Place boxes of the given sizes and route the lines between them; the boxes in straight are in one column.

    options are attributes of Graphviz's graph. The output depends on the input alone: Graphviz measures no fonts.
    Raises LayoutError if Graphviz fails.
    """
    from pygraphviz import AGraph  # slow to import, and only drawings need it

    if len(sizes) + len(lines) > MAX_PARTS:
        raise LayoutError(
            f"Graphviz cannot lay this out: {len(sizes):,} states and {len(lines):,} transitions; {OTHERS}"
        )
    quick = QUICK if len(lines) > MANY_LINES else {}
    graph = AGraph(directed=True, strict=False, **{"nodesep": 0.3, "ranksep": 0.35, **quick, **options})
    names = {key: f"n{number}" for number, key in enumerate(sizes)}
    for key, (width, height) in sizes.items():
        group = {"group": "straight"} if key in straight else {}
        inches = {"width": width / INCH, "height": height / INCH}
        graph.add_node(names[key], label="", shape="box", fixedsize="true", **inches, **group)
    for number, line in enumerate(lines):
        label = NOTHING.format(*line.label) if line.label else ""
        weight = STRAIGHT if line.straight else 1
        graph.add_edge(names[line.source], names[line.target], id=str(number), label=label, weight=weight)
    return _read(_drawn(graph), list(sizes))


def _drawn(graph: Any) -> dict[str, Any]:
    try:
        with _limited():
            drawn: dict[str, Any] = json.loads(graph.draw(format="json", prog="dot"))
    except (OSError, ValueError) as error:  # pygraphviz has no errors of its own
        why = str(error).strip() or "it was terminated"
        raise LayoutError(f"Graphviz cannot lay this out: {why}; {OTHERS}") from error
    return drawn


@contextmanager
def _limited() -> Iterator[None]:
    """Limit the processor time of a program that is started in the block: the system ends it.

    Nothing else bounds Graphviz, since no number of nodes and lines says how long it takes.
    """
    soft, hard = getrlimit(RLIMIT_CPU)
    most = int(process_time()) + MAX_SECONDS + 1  # of this process, and so of one that it starts
    setrlimit(RLIMIT_CPU, (most if soft == RLIM_INFINITY else min(soft, most), hard))
    try:
        yield
    finally:
        setrlimit(RLIMIT_CPU, (soft, hard))


def _read(drawn: dict[str, Any], keys: list[str]) -> Placement:
    width, height = (float(one) for one in drawn["bb"].split(",")[2:])
    lines = sorted(drawn.get("edges", []), key=lambda one: int(one["id"]))

    def upright(point: str) -> Point:
        x, y = point.split(",")
        return float(x), height - float(y)

    return Placement(
        (width, height),
        {key: upright(one["pos"]) for key, one in zip(keys, drawn["objects"], strict=True)},
        [tuple(upright(point) for point in _spline(one["pos"])) for one in lines],
        [upright(one["lp"]) if "lp" in one else None for one in lines],
    )


def _spline(text: str) -> list[str]:
    """Return the points of Graphviz's spline `e,TIP START CONTROL CONTROL POINT ...`, with the tip of its arrow last."""
    tip, *points = text.split()
    last = tip.removeprefix("e,")
    return [*points, points[-1], last, last]
