"""The overlay of an execution on a graph: marks of states, details of visits, and a headline."""

from typing import Any

from asl.graph.details import Details
from asl.graph.model import Graph
from asl.graph.svg import Marks
from asl.history.trace import CAUGHT, FAILED, RUNNING, Trace, Visit, parse_payload

# The outcome of a state with several visits: the first of these that one of them has.
WORST = (FAILED, "timed out", "aborted", RUNNING, CAUGHT)


def marks(graph: Graph, trace: Trace) -> Marks:
    """Return the outcome of each visited state of graph, by its key, with its duration and number of retries."""
    visits = _by_state(trace)
    keys = {node.name: node.key for node in graph.all_nodes()}
    return {keys.get(name, name): (_outcome(found), _summary(found)) for name, found in visits.items()}


def _by_state(trace: Trace) -> dict[str, list[Visit]]:
    found: dict[str, list[Visit]] = {}
    for visit in trace.visits:
        found.setdefault(visit.state, []).append(visit)
    return found


def _outcome(visits: list[Visit]) -> str:
    outcomes = [visit.outcome for visit in visits]
    return next((one for one in WORST if one in outcomes), outcomes[0])


def _summary(visits: list[Visit]) -> str:
    retries = sum(max(len(visit.attempts) - 1, 0) for visit in visits)
    parts = [f"{len(visits)} times"] if len(visits) > 1 else []
    parts += [format_duration(sum(visit.seconds or 0 for visit in visits))]
    parts += [f"{retries} {'retry' if retries == 1 else 'retries'}"] if retries else []
    return ", ".join(parts)


def format_duration(seconds: float) -> str:
    """Return a duration in seconds with a unit that suits it."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"  # noqa: PLR2004 - three digits


def with_visits(details: Details, trace: Trace) -> Details:
    """Return details with the visits of each state."""
    visits = _by_state(trace)
    return {
        key: {**state, "visits": [_visit_details(one) for one in visits.get(state["name"], [])]}
        for key, state in details.items()
    }


def _visit_details(visit: Visit) -> dict[str, Any]:
    facts = [f"entered {visit.entered:%H:%M:%S}"]
    facts += [format_duration(visit.seconds)] if visit.seconds is not None else []
    facts += [f"item {visit.iteration}"] if visit.iteration is not None else []
    return {
        "outcome": visit.outcome,
        "facts": facts,
        "error": visit.error,
        "cause": parse_payload(visit.cause),
        "attempts": [
            {
                "seconds": format_duration((one.ended - one.started).total_seconds()) if one.ended else "",
                "error": one.error,
            }
            for one in visit.attempts
        ],
        "input": visit.input,
        "output": visit.output,
    }


def headline(trace: Trace) -> str:
    """Return the text after an execution's status: its duration, its error, the first error of a state, and its start."""
    took = f" after {format_duration((trace.stopped - trace.started).total_seconds())}" if trace.stopped else ""
    why = f": {trace.error}" if trace.error else ""
    broken = [one for one in trace.visits if one.error]
    first = min(broken, key=lambda one: one.left or one.entered, default=None)
    failed = f"; the first error was {first.error} in {first.state}" if first else ""
    return f"{took}{why}{failed}. Started {trace.started:%Y-%m-%d %H:%M:%S} UTC."
