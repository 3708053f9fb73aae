"""An execution on the graph: how its states are marked, what a viewer tells of them, and a line above it all."""

from html import escape
from typing import Any

from asl.graph.details import Details
from asl.graph.svg import Marks
from asl.history.trace import CAUGHT, FAILED, RUNNING, Run, Visit, parsed

# What a state that was visited more than once is marked with: the first of these that there was.
WORST = (FAILED, "timed out", "aborted", RUNNING, CAUGHT)


def marks(run: Run) -> Marks:
    """Return the outcome of each state that was visited, and how long it took in all."""
    return {key: (_outcome(visits), _word(visits)) for key, visits in _by_key(run).items()}


def _by_key(run: Run) -> dict[str, list[Visit]]:
    found: dict[str, list[Visit]] = {}
    for visit in run.visits:
        found.setdefault(visit.key, []).append(visit)
    return found


def _outcome(visits: list[Visit]) -> str:
    outcomes = [visit.outcome for visit in visits]
    return next((one for one in WORST if one in outcomes), outcomes[0])


def _word(visits: list[Visit]) -> str:
    tries = sum(max(len(visit.attempts) - 1, 0) for visit in visits)
    parts = [f"{len(visits)} times"] if len(visits) > 1 else []
    parts += [shown(sum(visit.seconds or 0 for visit in visits))]
    parts += [f"{tries} {'retry' if tries == 1 else 'retries'}"] if tries else []
    return ", ".join(parts)


def shown(seconds: float) -> str:
    """Return a duration in seconds as a person reads it."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"  # noqa: PLR2004 - three digits


def with_visits(details: Details, run: Run) -> Details:
    """Return details with what happened in each state."""
    visits = _by_key(run)
    return {key: {**told, "visits": [_told(one) for one in visits.get(key, [])]} for key, told in details.items()}


def _told(visit: Visit) -> dict[str, Any]:
    facts = [f"entered {visit.entered:%H:%M:%S}"]
    facts += [shown(visit.seconds)] if visit.seconds is not None else []
    facts += [f"item {visit.iteration}"] if visit.iteration is not None else []
    return {
        "outcome": visit.outcome,
        "facts": facts,
        "error": visit.error,
        "cause": parsed(visit.cause),
        "attempts": [
            {"seconds": shown((one.ended - one.started).total_seconds()) if one.ended else "", "error": one.error}
            for one in visit.attempts
        ],
        "input": visit.input,
        "output": visit.output,
    }


def headline(run: Run) -> str:
    """Return how the execution ended, as HTML."""
    took = f" after {shown((run.stopped - run.started).total_seconds())}" if run.stopped else ""
    why = f": {run.error}" if run.error else ""
    broken = [one for one in run.visits if one.error]
    first = min(broken, key=lambda one: one.left or one.entered, default=None)
    failed = f"; the first error was {first.error} in {first.state}" if first else ""
    when = f"{run.started:%Y-%m-%d %H:%M:%S} UTC"
    return f'<p class="run {escape(run.status)}"><strong>{escape(run.status)}</strong>{escape(took + why + failed)}. Started {when}.</p>\n'
