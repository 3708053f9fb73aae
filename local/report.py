"""What became of images, as one page: `python -m local process ... --report FILE.html` writes it."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asl.graph.html import html_environment
from asl.graph.overlay import headline, marks
from asl.graph.svg import draw
from asl.graph.timeline import timeline
from asl.history.parser import parse_history
from asl.history.sources import fetch_history
from asl.history.trace import InvalidHistoryError
from local.process import Outcome
from local.stack import LocalStack
from workflow.graph import pipeline_graph

MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=15/{0}/{1}"
COLOR = re.compile("#[0-9A-Fa-f]{6}")


@dataclass(frozen=True)
class Field:
    """A row of metadata; color is the value, if that is a color."""

    path: str
    value: str
    color: str | None


@dataclass(frozen=True)
class Image:
    """An image that was made; a thumbnail is shown."""

    name: str
    size: str  # width and height
    bytes: int
    url: str | None  # a data URL


@dataclass(frozen=True)
class Execution:
    """What an image's execution did; the drawings are SVG."""

    status: str
    headline: str
    timeline: str
    graph: str


@dataclass(frozen=True)
class Entry:
    """The content of the page for one image; execution is a text with the reason if it cannot be shown."""

    name: str
    status: str
    reason: str
    seconds: float
    facts: dict[str, Any]  # of the validation; nothing if there was none
    thumbnail: str | None  # a data URL
    images: list[Image]
    location: str | None  # a link to a map
    metadata: list[Field]
    execution: Execution | str | None


def report(stack: LocalStack, outcomes: list[Outcome]) -> str:
    """Return the page: a table of all, then each image with its thumbnail, metadata and execution.

    It needs no other file; only its map links lead elsewhere.
    """
    entries = [_entry(stack, outcome, number) for number, outcome in enumerate(outcomes)]
    template = html_environment(Path(__file__).parent).get_template("report.html")
    return template.render(title=_counted(len(entries)), entries=entries)


def _counted(number: int) -> str:
    return f"{number} {'image' if number == 1 else 'images'}"


def _entry(stack: LocalStack, outcome: Outcome, number: int) -> Entry:
    record = outcome.record or {}
    metadata = record.get("metadata", {})
    thumbnail = outcome.outputs.get("thumbnail")
    position = metadata.get("camera", {}).get("gps")
    return Entry(
        Path(outcome.file).name,
        outcome.status or "UNFINISHED",
        outcome.reason or "",
        outcome.seconds,
        record.get("validation", {}),
        _data_url(Path(thumbnail)) if thumbnail else None,
        list(_images(outcome)),
        MAP.format(position["latitude"], position["longitude"]) if position else None,
        list(_fields(metadata, "")),
        _execution(stack, record["execution"], number) if record else None,
    )


def _images(outcome: Outcome) -> Iterator[Image]:
    """Yield every image that was made, in every format. The page would be too large with all of the resized ones in it."""
    for one in (outcome.notification or {}).get("archive", {}).get("renditions", []):
        file = Path(outcome.outputs["original"]).with_name(Path(one["key"]).name)
        url = _data_url(file) if one["kind"] == "thumbnail" else None
        yield Image(file.name, f"{one['width']} x {one['height']}", one["bytes"], url)


def _data_url(image: Path) -> str:
    kind = {".jpg": "jpeg", ".png": "png", ".webp": "webp", ".avif": "avif"}[image.suffix]
    return f"data:image/{kind};base64,{b64encode(image.read_bytes()).decode()}"


def _fields(value: Any, path: str) -> Iterator[Field]:
    """Yield a row for each value in nested metadata, with the path to it; a list of plain values is one row."""
    match value:
        case dict():
            for name, inner in value.items():
                yield from _fields(inner, f"{path}.{name}" if path else str(name))
        case list() if any(isinstance(one, dict | list) for one in value):
            for number, inner in enumerate(value):
                yield from _fields(inner, f"{path}[{number}]")
        case _:
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield Field(path, text, text if COLOR.fullmatch(text) else None)


def _execution(stack: LocalStack, name: str, number: int) -> Execution | str:
    arn = stack.outputs["ProcessingPipelineArn"].replace(":stateMachine:", ":execution:") + f":{name}"
    try:
        definition, events = fetch_history(arn, stack.emulator.client("stepfunctions"))
        trace = parse_history(definition, events)
    except InvalidHistoryError as error:
        return str(error)
    graph = pipeline_graph()
    return Execution(
        trace.status,
        headline(trace),
        timeline(trace, ident=f"timeline-{number}"),
        draw(graph, marks(graph, trace), ident=f"graph-{number}"),
    )
