"""When an execution was in which state, as an SVG: a bar for each visit, its tries within."""

from collections.abc import Callable, Iterator

from workflow.graph.elements import escaped, picture, text
from workflow.graph.layout import SMALL
from workflow.graph.outcome import shown
from workflow.graph.run import Run, Visit

BAR, ROW = 14, 22  # pixels: a bar's height, and from one to the next
WIDTH = 760  # of the whole time
LEAST = 2  # width of what took no time
INDENT = 12  # for each Parallel or Map around
TICKS = 6  # at most
STEPS = (1, 2, 5)

Across = Callable[[float], float]  # from seconds since the start to pixels


def timeline(run: Run, *, ident: str = "timeline") -> str:
    """Return the bars of run's visits in the order in which they began, above an axis in seconds."""
    begin = run.started
    ends = [one.left or one.entered for one in run.visits] + [run.stopped or begin]
    whole = max((end - begin).total_seconds() for end in ends) or 0.001
    names = [_name(visit) for visit in run.visits]
    left = (
        max((len(name) * SMALL + _depth(one) * INDENT for name, one in zip(names, run.visits, strict=True)), default=0)
        + 12
    )

    def across(seconds: float) -> float:
        return left + seconds / whole * WIDTH

    parts = [part for number, visit in enumerate(run.visits) for part in _row(run, visit, number * ROW, across)]
    parts += _axis(whole, len(run.visits) * ROW, across)
    size = left + WIDTH + 60, len(run.visits) * ROW + ROW
    return picture(size, "Timeline", _told(run), parts, ident)


def _name(visit: Visit) -> str:
    return visit.state if visit.iteration is None else f"{visit.state} [{visit.iteration}]"


def _depth(visit: Visit) -> int:
    return 1 + _depth(visit.within) if visit.within else 0


def _row(run: Run, visit: Visit, y: float, across: Across) -> Iterator[str]:
    begin = across((visit.entered - run.started).total_seconds())
    took = visit.seconds or 0
    width = max(across((visit.entered - run.started).total_seconds() + took) - begin, LEAST)
    yield f'<g class="bar {visit.outcome.replace(" ", "-")}"><title>{escaped(_said(visit))}</title>'
    yield text(_depth(visit) * INDENT, y + BAR - 3, _name(visit), "row")
    yield f'<rect x="{begin:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" rx="3"/>'
    for attempt in visit.attempts if len(visit.attempts) > 1 else []:
        start = across((attempt.started - run.started).total_seconds())
        end = across(((attempt.ended or attempt.started) - run.started).total_seconds())
        kind = "try failed" if attempt.error else "try"
        yield f'<rect class="{kind}" x="{start:.1f}" y="{y + 3}" width="{max(end - start, LEAST):.1f}" height="{BAR - 6}"/>'
    yield text(begin + width + 4, y + BAR - 3, shown(took), "row")
    yield "</g>"


def _said(visit: Visit) -> str:
    tries = f", {len(visit.attempts)} tries" if len(visit.attempts) > 1 else ""
    return f"{_name(visit)}: {visit.outcome}, {shown(visit.seconds or 0)}{tries}{f', {visit.error}' if visit.error else ''}"


def _axis(whole: float, y: float, across: Across) -> list[str]:
    step = _step(whole)
    ticks = [number * step for number in range(int(whole / step) + 1)]
    return [text(across(tick), y + BAR, shown(tick) if tick else "0", "tick") for tick in ticks]


def _step(whole: float) -> float:
    """Return the smallest round number of seconds of which not too many fit into whole."""
    size = 1e-3
    while True:
        for one in STEPS:
            if whole / (one * size) <= TICKS:
                return one * size
        size *= 10


def _told(run: Run) -> str:
    return "; ".join(_said(visit) for visit in run.visits)
