"""The timeline of an execution as an SVG: a bar for each visit of a state, with its attempts."""

from collections.abc import Callable, Iterator
from datetime import datetime

from asl.graph.elements import escaped, svg_document, text
from asl.graph.layout import SMALL
from asl.graph.overlay import format_duration
from asl.history.trace import RUNNING, Trace, Visit
from asl.printable import printable

BAR, ROW = 14, 22  # pixels: a bar's height, and from one to the next
WIDTH = 760  # pixels, of the whole time
MIN_WIDTH = 2  # of a bar
INDENT = 12  # pixels for each Parallel or Map around a state
MAX_BARS = 300  # a history may have thousands of visits
MAX_TICKS = 6  # besides the one at the start
UNITS = {"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0}  # seconds
ROUND = {  # the steps between ticks, by unit; an execution lasts a year at most
    "ms": (1, 2, 5, 10, 20, 50, 100, 200, 500),
    "s": (1, 2, 5, 10, 15, 30),
    "min": (1, 2, 5, 10, 15, 30),
    "h": (1, 2, 4, 6, 12),
    "d": (1, 2, 5, 10, 20, 50, 100),
}
STEPS = [(many, unit) for unit, numbers in ROUND.items() for many in numbers]

Scale = Callable[[datetime], float]  # from a time to pixels


def timeline(trace: Trace, *, ident: str = "timeline") -> str:
    """Return the bars of trace's visits above an axis of the time since its start.

    A Parallel or a Map is followed by the visits in it, item by item; otherwise visits are in the order in which they began. The
    bar of a running state ends at the last known time. Visits beyond MAX_BARS are only counted.
    """
    ordered = list(_ordered(trace.visits))
    visits, rest = ordered[:MAX_BARS], len(ordered[MAX_BARS:])
    end = max(_times(trace))
    seconds = (end - trace.started).total_seconds() or UNITS["ms"]
    left = max((len(printable(_name(one))) * SMALL + _depth(one) * INDENT for one in visits), default=0) + 12

    def scale(time: datetime) -> float:
        return left + (time - trace.started).total_seconds() / seconds * WIDTH

    parts = [part for number, visit in enumerate(visits) for part in _row(visit, number * ROW, end, scale)]
    bottom = len(visits) * ROW
    parts += _axis(seconds, bottom, left)
    if rest:
        parts.append(text(0, bottom + BAR, _more(rest), "row"))
    return svg_document((left + WIDTH + 60, bottom + ROW), "Timeline", _description(visits, rest), parts, ident)


def _ordered(visits: list[Visit]) -> Iterator[Visit]:
    """Yield visits, each followed by those in it; those of one item of a Map are together."""
    inner: dict[int | None, list[Visit]] = {}
    for visit in visits:
        inner.setdefault(id(visit.within) if visit.within else None, []).append(visit)
    pending = inner.get(None, [])[::-1]
    while pending:
        yield (visit := pending.pop())
        pending += sorted(inner.get(id(visit), []), key=lambda one: one.iteration or 0)[::-1]


def _times(trace: Trace) -> Iterator[datetime]:
    yield trace.started
    for visit in trace.visits:
        yield visit.left or visit.entered
        yield from (one.ended or one.started for one in visit.attempts)
    if trace.stopped:
        yield trace.stopped


def _name(visit: Visit) -> str:
    return visit.state if visit.iteration is None else f"{visit.state} [{visit.iteration}]"


def _depth(visit: Visit) -> int:
    return 1 + _depth(visit.within) if visit.within else 0


def _row(visit: Visit, y: float, end: datetime, scale: Scale) -> Iterator[str]:
    left = visit.left or end
    yield f'<g class="bar {visit.outcome.replace(" ", "-")}"><title>{escaped(_label(visit))}</title>'
    yield text(_depth(visit) * INDENT, y + BAR - 3, _name(visit), "row")
    yield _bar("whole", scale(visit.entered), scale(left), y, BAR)
    for one in visit.attempts if len(visit.attempts) > 1 else []:
        kind = "attempt failed" if one.error else "attempt"
        yield _bar(kind, scale(one.started), scale(one.ended or left), y + 3, BAR - 6)
    yield text(max(scale(left), scale(visit.entered) + MIN_WIDTH) + 4, y + BAR - 3, _took(visit), "row")
    yield "</g>"


def _bar(kind: str, begin: float, end: float, y: float, height: float) -> str:
    width = max(end - begin, MIN_WIDTH)
    return f'<rect class="{kind}" x="{begin:.1f}" y="{y}" width="{width:.1f}" height="{height}" rx="3"/>'


def _took(visit: Visit) -> str:
    return RUNNING if visit.seconds is None else format_duration(visit.seconds)


def _label(visit: Visit) -> str:
    took = [] if visit.seconds is None else [format_duration(visit.seconds)]
    attempts = [f"{len(visit.attempts)} attempts"] if len(visit.attempts) > 1 else []
    error = [visit.error] if visit.error else []
    return f"{_name(visit)}: {', '.join([visit.outcome, *took, *attempts, *error])}"


def _axis(seconds: float, y: float, left: float) -> list[str]:
    many, unit = next((step for step in STEPS if seconds <= MAX_TICKS * step[0] * UNITS[step[1]]), STEPS[-1])
    step = many * UNITS[unit]
    ticks = range(int(seconds / step) + 1)
    return [text(left + n * step / seconds * WIDTH, y + BAR, f"{n * many} {unit}" if n else "0", "tick") for n in ticks]


def _description(visits: list[Visit], rest: int) -> str:
    return "; ".join([*map(_label, visits), *([_more(rest)] if rest else [])])


def _more(rest: int) -> str:
    return f"and {rest} more"
