"""The placement of boxes and the routes of lines between them, by Graphviz's `dot` out of a Python package."""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from subprocess import run
from typing import Any

from asl.graph import layout_process

INCH = 72  # Graphviz's points, which are pixels here
MAX_PARTS = 5_000  # boxes and lines
# Graphviz seeks the best of all layouts, which takes minutes for many lines: from so many on it takes a good one.
MANY_LINES = 100
QUICK = {"nslimit": 1, "nslimit1": 1, "mclimit": 0.1, "searchsize": 5}
MANY_INTO_ONE = 12  # lines that end in one box: to lead so many around the boxes between takes half a minute
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
    if len(sizes) + len(lines) > MAX_PARTS:
        raise LayoutError(
            f"Graphviz cannot lay this out: {len(sizes):,} states and {len(lines):,} transitions; {OTHERS}"
        )
    names = {key: f"n{number}" for number, key in enumerate(sizes)}
    graph = {
        "options": {"nodesep": 0.3, "ranksep": 0.35, **_quick(lines), **options},
        "nodes": {names[key]: _node(size, "straight" if key in straight else "") for key, size in sizes.items()},
        "lines": [(names[one.source], names[one.target], _edge(number, one)) for number, one in enumerate(lines)],
    }
    return _read(_drawn(graph), list(sizes))


def _quick(lines: Sequence[Line]) -> dict[str, Any]:
    """Return the options that bound the time for many lines; where many of them lead to one box, they are straight."""
    if len(lines) <= MANY_LINES:
        return {}
    busiest = max(Counter(line.target for line in lines).values())
    return {**QUICK, "splines": "line"} if busiest > MANY_INTO_ONE else QUICK


def _node(size: Size, group: str) -> dict[str, Any]:
    inches = {"width": size[0] / INCH, "height": size[1] / INCH}
    return {"label": "", "shape": "box", "fixedsize": "true", "group": group, **inches}


def _edge(number: int, line: Line) -> dict[str, Any]:
    label = NOTHING.format(*line.label) if line.label else ""
    return {"id": str(number), "label": label, "weight": STRAIGHT if line.straight else 1}


def _drawn(graph: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-I", layout_process.__file__]
    done = run(command, check=False, capture_output=True, input=json.dumps(graph).encode())
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip() or f"its process ended by signal {-done.returncode}"
        raise LayoutError(f"Graphviz cannot lay this out: {why}; {OTHERS}")
    drawn: dict[str, Any] = json.loads(done.stdout)
    return drawn


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
