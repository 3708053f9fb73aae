"""Where boxes and the lines between them go: Graphviz's `dot`, out of a Python package, ranks and routes them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

INCH = 72  # of Graphviz's points, which are pixels here
STRAIGHT = 100  # the weight of a line that is to run straight, where others have 1
NOTHING = '<<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{:.0f}" HEIGHT="{:.0f}"><TR><TD></TD></TR></TABLE>>'

Point = tuple[float, float]
Size = tuple[float, float]  # width and height


class LayoutError(RuntimeError):
    """Graphviz cannot place something; the message has its words."""


@dataclass(frozen=True)
class Line:
    """A line that is to be drawn from one box to another."""

    source: str
    target: str
    label: Size | None = None
    straight: bool = False


@dataclass(frozen=True)
class Placed:
    """The centres of boxes, and for each line its points and the centre of its label; y grows downwards."""

    size: Size
    centres: dict[str, Point]
    lines: list[tuple[Point, ...]]  # a start, and three points for each Bézier curve from there
    labels: list[Point | None]


def place(sizes: Mapping[str, Size], lines: Sequence[Line], straight: Sequence[str] = (), **options: Any) -> Placed:
    """Place boxes of the given sizes and route the lines between them; those in straight stand above one another.

    options are Graphviz's own, of the graph. The same input gives the same output on every machine: no font is asked.
    Raises LayoutError if Graphviz fails.
    """
    from pygraphviz import AGraph  # heavy, and needed by drawings only

    graph = AGraph(directed=True, strict=False, **{"nodesep": 0.3, "ranksep": 0.35, **options})
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
        drawn: dict[str, Any] = json.loads(graph.draw(format="json", prog="dot"))
    except (OSError, ValueError) as error:  # pygraphviz has none of its own
        why = str(error).strip() or "it was ended"
        raise LayoutError(
            f"Graphviz cannot lay this out: {why}; --format mermaid, dot or json needs no layout"
        ) from error
    return drawn


def _read(drawn: dict[str, Any], keys: list[str]) -> Placed:
    width, height = (float(one) for one in drawn["bb"].split(",")[2:])
    lines = sorted(drawn.get("edges", []), key=lambda one: int(one["id"]))

    def upright(point: str) -> Point:
        x, y = point.split(",")
        return float(x), height - float(y)

    return Placed(
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
