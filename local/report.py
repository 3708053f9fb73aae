"""What became of pictures, as one page: `python -m local process ... --report FILE.html` writes it."""

from base64 import b64encode
from collections.abc import Iterator
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from asl.graph.html import VIEWER
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
HEAD = ("picture", "status", "size", "format", "seconds")


def report(stack: LocalStack, outcomes: list[Outcome]) -> str:
    """Return the page: a table of all, then each picture with its thumbnail, metadata and execution.

    It needs no other file; only its map links lead elsewhere.
    """
    parts = [part for number, outcome in enumerate(outcomes) for part in _picture(stack, outcome, number)]
    style = (VIEWER / "viewer.css").read_text(encoding="utf-8")
    page = Template(Path(__file__).with_name("report.html").read_text(encoding="utf-8"))
    return page.substitute(
        style=style, table=_table(outcomes), pictures="\n".join(parts), title=_counted(len(outcomes))
    )


def _counted(number: int) -> str:
    return f"{number} {'picture' if number == 1 else 'pictures'}"


def _table(outcomes: list[Outcome]) -> str:
    rows = [f"<tr>{''.join(f'<td>{cell}</td>' for cell in _cells(one, at))}</tr>" for at, one in enumerate(outcomes)]
    head = "".join(f"<th>{name}</th>" for name in HEAD)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _cells(outcome: Outcome, number: int) -> list[str]:
    facts = (outcome.record or {}).get("validation", {})
    size = f"{facts['width']} &times; {facts['height']}" if facts else ""
    name = f'<a href="#picture-{number}">{escape(Path(outcome.file).name)}</a>'
    return [name, _status(outcome), size, escape(facts.get("format", "")), f"{outcome.seconds:.1f}"]


def _status(outcome: Outcome) -> str:
    status = outcome.status or "UNFINISHED"
    return f'<strong class="{escape(status.lower())}">{escape(status)}</strong> {escape(outcome.reason or "")}'


def _picture(stack: LocalStack, outcome: Outcome, number: int) -> Iterator[str]:
    yield f'<article id="picture-{number}">\n<h2>{escape(Path(outcome.file).name)}</h2>\n<p>{_status(outcome)}</p>'
    if thumbnail := outcome.outputs.get("thumbnail"):
        yield f'<img alt="Thumbnail of {escape(Path(outcome.file).name)}" src="{_inlined(Path(thumbnail))}">'
    metadata = (outcome.record or {}).get("metadata", {})
    if position := metadata.get("camera", {}).get("gps"):
        where = MAP.format(position["latitude"], position["longitude"])
        yield f'<p><a href="{escape(where)}" rel="noreferrer">Where it was taken, on a map</a></p>'
    if rows := list(_rows(metadata, "")):
        yield f"<details><summary>Metadata</summary><table>{''.join(rows)}</table></details>"
    if outcome.record:
        yield from _execution(stack, outcome.record["execution"], number)
    yield "</article>"


def _inlined(picture: Path) -> str:
    kind = {".jpg": "jpeg", ".png": "png", ".webp": "webp"}[picture.suffix]
    return f"data:image/{kind};base64,{b64encode(picture.read_bytes()).decode()}"


def _rows(found: Any, above: str) -> Iterator[str]:
    """Yield the rows of a table of what was found, by the path to it."""
    match found:
        case dict():
            for name, value in found.items():
                yield from _rows(value, f"{above}.{name}" if above else str(name))
        case list() if any(isinstance(one, dict | list) for one in found):
            for number, value in enumerate(found):
                yield from _rows(value, f"{above}[{number}]")
        case _:
            told = ", ".join(map(str, found)) if isinstance(found, list) else str(found)
            yield f"<tr><th>{escape(above)}</th><td>{_swatch(told)}{escape(told)}</td></tr>"


def _swatch(told: str) -> str:
    """Return a patch of the colour that is told, if it is one."""
    colour = told.startswith("#") and told[1:].isalnum() and len(told) == len("#rrggbb")
    return f'<span class="swatch" style="background:{told}"></span> ' if colour else ""


def _execution(stack: LocalStack, name: str, number: int) -> Iterator[str]:
    arn = stack.outputs["ProcessingPipelineArn"].replace(":stateMachine:", ":execution:") + f":{name}"
    try:
        definition, events = fetch_history(arn, stack.emulator.client("stepfunctions"))
        run = parse_history(definition, events)
    except InvalidHistoryError as error:
        yield f'<p class="hint">Its execution cannot be shown: {escape(str(error))}</p>'
        return
    graph = pipeline_graph()
    yield headline(run)
    yield _folded("Timeline", timeline(run, ident=f"timeline-{number}"))
    yield _folded("Graph", draw(graph, marks(graph, run), ident=f"graph-{number}"))


def _folded(name: str, drawn: str) -> str:
    """Return a drawing that unfolds, and that keys can scroll where it is wider than the page."""
    box = f'<div class="timeline" role="region" aria-label="{name}" tabindex="0">{drawn}</div>'
    return f"<details><summary>{name}</summary>{box}</details>"
