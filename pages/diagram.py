"""The architecture as a diagram, made from the template; `python -m pages.diagram FOLDER` writes it there."""

import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from asl.command import run_command
from asl.graph.elements import arrow as line_of
from asl.graph.elements import label, picture, rectangle, text
from asl.graph.graphviz import Line, Point, Size, place
from asl.graph.layout import LINE, NAME, PADDING, SMALL, TITLE
from pages.relationships import ALARMS, CLIENT, Node, Relationship, components, relationships
from templates.stack import build

STEPS = "Steps"  # the functions that the pipeline runs, as one box
# The way of a picture, which is drawn straight.
MAIN_PATH = [
    CLIENT,
    "UploadBucket",
    "UploadRule",
    "ProcessingQueue",
    "SqsTriggerFunction",
    "ProcessingPipeline",
    STEPS,
    "ArchiveBucket",
]
# Those that put right what went wrong: what they do is drawn apart.
RECOVERY = ("FinalizeFunction", "SweepFunction")
SHAPES = {
    "S3": "[({})]",
    "DynamoDB": "[({})]",
    "SQS": "[[{}]]",
    "SNS": "([{}])",
    "EventBridge": "{{{{{}}}}}",
    "Client": "(({}))",
}
CLASSES = {"Lambda": "Task", "S3": "Succeed", "DynamoDB": "Succeed", "Client": "", "EventBridge": "Pass"}

PAGE = """\
# Who talks to whom

Made by `make docs` from the template; do not edit. An arrow is there because of a reference, an event source or a statement of a
role in the template; what may be done with which keys, and why, is in [permissions.md](permissions.md).

![The architecture](components.svg)

In the drawing above the functions that the pipeline runs are one box. Here each one stands for itself:

```mermaid
{mermaid}```

Every function also logs, and sends traces.

## What is in the template

| type | resources |
|---|---|
{resources}
"""


def page(resources: dict[str, Node]) -> str:
    """Return docs/components.md."""
    types: dict[str, list[str]] = {}
    for name, one in resources.items():
        types.setdefault(one["Type"], []).append(name)
    rows = [f"| {kind} | {', '.join(f'`{name}`' for name in sorted(types[kind]))} |" for kind in sorted(types)]
    return PAGE.format(mermaid=mermaid(resources), resources="\n".join(rows))


def mermaid(resources: dict[str, Node]) -> str:
    """Return all components and arrows as a Mermaid flowchart."""
    named = _named(resources)
    nodes = [f"    {name}{SHAPES.get(named[name], '[{}]').format(_quoted(name, named[name]))}" for name in named]
    lines = [f'    {one.source} -->|"{", ".join(one.verbs)}"| {one.target}' for one in relationships(resources)]
    return "\n".join(["flowchart LR", *nodes, *lines]) + "\n"


def _quoted(name: str, service: str) -> str:
    return f'"{name}"' if name == service else f'"{name}<br/>{service}"'


def _named(resources: dict[str, Node]) -> dict[str, str]:
    """Return what is drawn with the service of each; the client and the alarms stand for themselves."""
    return {CLIENT: CLIENT, **components(resources), ALARMS: ALARMS}


def svg(resources: dict[str, Node]) -> str:
    """Return the components as an SVG, the steps as one box and what every function does left out."""
    found, steps = relationships(resources), _steps(resources)
    common = _common(found, resources)
    notes = {name: _notes(name, service, common) for name, service in _named(resources).items() if name not in steps}
    notes[STEPS] = ("Lambda", *steps)
    drawn = _merged(found, steps, common)
    sizes = {
        name: _size(name, notes[name]) for name in [*MAIN_PATH, *(name for name in notes if name not in MAIN_PATH)]
    }
    way = set(pairwise(MAIN_PATH))
    lines = [Line(one.source, one.target, _label_size(one), (one.source, one.target) in way) for one in drawn]
    placed = place(sizes, lines, MAIN_PATH, rankdir="TB", ranksep=0.45, nodesep=0.35)
    parts = [part for name in sizes for part in _box(name, notes, placed.centres[name], sizes[name])]
    for one, points, middle in zip(drawn, placed.lines, placed.labels, strict=True):
        kind = "settling" if one.source in RECOVERY else "next"
        straight = " straight" if (one.source, one.target) in way else ""
        parts += [
            f'<g class="edge {kind}{straight}">',
            line_of(points),
            *label(middle or (0, 0), _lines(one), LINE),
            "</g>",
        ]
    return picture(placed.size, "Architecture", _alt_text(drawn), parts, "architecture")


def _steps(resources: dict[str, Node]) -> tuple[str, ...]:
    return tuple(
        one.target for one in relationships(resources) if "runs" in one.verbs and one.source == "ProcessingPipeline"
    )


def _common(found: list[Relationship], resources: dict[str, Node]) -> set[str]:
    """Return the layers that every function uses: arrows would tell nothing."""
    functions = {name for name, one in resources.items() if one["Type"] == "AWS::Lambda::Function"}
    users: dict[str, set[str]] = {}
    for one in found:
        if "uses" in one.verbs:
            users.setdefault(one.target, set()).add(one.source)
    return {layer for layer, using in users.items() if using == functions}


def _notes(name: str, service: str, common: set[str]) -> tuple[str, ...]:
    if name in common:
        return service, "used by every function"
    return (service,) if service != name else ()


def _merged(found: list[Relationship], steps: tuple[str, ...], common: set[str]) -> list[Relationship]:
    """Return the arrows with all steps as one, without those to what all use or within a pair the other way round."""
    merged: dict[tuple[str, str], set[str]] = {}
    for one in found:
        source, target = (STEPS if end in steps else end for end in (one.source, one.target))
        if target not in common:
            merged.setdefault((source, target), set()).update(one.verbs)
    # The queue's trigger is told once.
    merged = {pair: verbs for pair, verbs in merged.items() if verbs != {"takes"} or pair[::-1] not in merged}
    return [Relationship(*pair, tuple(sorted(verbs))) for pair, verbs in merged.items()]


def _lines(one: Relationship) -> list[str]:
    """Return the verbs two to a line."""
    return [", ".join(one.verbs[at : at + 2]) for at in range(0, len(one.verbs), 2)]


def _label_size(one: Relationship) -> Size:
    lines = _lines(one)
    return max(map(len, lines)) * SMALL + PADDING, len(lines) * LINE


def _size(name: str, notes: tuple[str, ...]) -> Size:
    width = max(len(name) * NAME, *(len(note) * SMALL for note in ("", *notes)))
    return width + 2 * PADDING, TITLE + len(notes) * LINE + PADDING / 2


def _box(name: str, notes: dict[str, tuple[str, ...]], centre: Point, size: Size) -> Iterator[str]:
    x, y = centre[0] - size[0] / 2, centre[1] - size[1] / 2
    service = notes[name][0] if notes[name] else name
    yield f'<g class="state {CLASSES.get(service, "Choice" if name == CLIENT else "")}">'
    yield rectangle(x, y, size, size[1] / 2 if service in ("S3", "DynamoDB") or name == CLIENT else 8)
    for number, (line, kind) in enumerate([(name, "name"), *((note, "note") for note in notes[name])]):
        yield text(centre[0], y + TITLE - 4 + number * LINE, line, kind)
    yield "</g>"


def _alt_text(drawn: list[Relationship]) -> str:
    return ". ".join(f"{one.source} {' and '.join(one.verbs)} {one.target}" for one in drawn) + "."


def main(folder: Path) -> None:
    """Write page and drawing to folder."""
    resources: dict[str, Node] = build().to_dict()["Resources"]
    (folder / "components.md").write_text(page(resources), encoding="utf-8")
    (folder / "components.svg").write_text(svg(resources), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(run_command("diagram", lambda: main(Path(sys.argv[1]))))
