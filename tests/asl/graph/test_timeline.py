"""The timeline: positions, lengths and order of its bars."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asl.graph.timeline import MAX_BARS, timeline
from asl.history.trace import RUNNING, SUCCEEDED, Attempt, Trace, Visit

START = datetime(2027, 1, 15, 8, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


def at(seconds: float) -> datetime:
    """Return the time so many seconds after the start."""
    return START + timedelta(seconds=seconds)


def visited(state: str, entered: float, left: float | None, **fields: Any) -> Visit:
    """Return a visit that succeeded, or that still runs."""
    outcome = SUCCEEDED if left is not None else RUNNING
    ended = None if left is None else at(left)
    return Visit(state, "Task", at(entered), left=ended, **{"outcome": outcome, **fields})


def drawn(*visits: Visit, stopped: float | None = None) -> ET.Element:
    """Return the timeline of an execution."""
    run = Trace(RUNNING, START, None if stopped is None else at(stopped), list(visits))
    return ET.fromstring(timeline(run))  # noqa: S314 - ours


def texts(svg: ET.Element, kind: str) -> list[str]:
    """Return the texts of a kind, from the top and the left."""
    return [one.text or "" for one in svg.iter(f"{SVG}text") if one.get("class") == kind]


def names(svg: ET.Element) -> list[str]:
    """Return the names of the bars, from the top."""
    return texts(svg, "row")[::2]


def bars(svg: ET.Element) -> list[list[tuple[float, float]]]:
    """Return start and end of the bars of each visit and of its attempts."""
    rows = [one for one in svg.iter(f"{SVG}g") if "bar" in one.get("class", "")]
    return [[_ends(rectangle) for rectangle in row.iter(f"{SVG}rect")] for row in rows]


def _ends(rectangle: ET.Element) -> tuple[float, float]:
    x, width = float(rectangle.get("x", "")), float(rectangle.get("width", ""))
    return x, x + width


def test_bars_are_as_long_as_the_visits() -> None:
    """Lengths are proportional to durations, and a bar begins where the one before it ends."""
    ((first,), (second,)) = bars(drawn(visited("A", 0, 10), visited("B", 10, 30)))
    assert second[0] == pytest.approx(first[1])
    assert second[1] - second[0] == pytest.approx(
        2 * (first[1] - first[0]), abs=0.3
    )  # pixels: all are rounded to a tenth


def test_visit_without_duration_has_a_bar() -> None:
    """A visit without duration has a bar, even if it is the only one."""
    (((left, right),),) = bars(drawn(visited("A", 0, 0), stopped=0))
    assert right > left


def test_bar_of_a_running_visit_ends_at_the_last_known_time() -> None:
    """The bar of a running visit, and of its last attempt, ends at the last known time."""
    waiting = visited("B", 2, None, attempts=[Attempt(at(2), at(4), "Throttled"), Attempt(at(5))])
    svg = drawn(visited("A", 0, 10), waiting)
    (done,), (whole, failed, under_way) = bars(svg)
    assert whole[1] == under_way[1] == done[1]
    assert whole[0] == failed[0] < failed[1] < under_way[0]
    assert texts(svg, "row")[-1] == "running"


def test_single_attempt_is_not_drawn() -> None:
    """Attempts are drawn only if there is more than one."""
    ((_,),) = bars(drawn(visited("A", 0, 10, attempts=[Attempt(at(0), at(10))])))


def test_items_of_a_map_stand_together() -> None:
    """The visits of one item follow one another, after the Map, even if those of several items alternate in time."""
    around = visited("All", 0, 9)
    alternating = [(name, item) for name in ("First", "Second") for item in (1, 0)]
    inner = [visited(name, 1, 2, within=around, iteration=item) for name, item in alternating]
    svg = drawn(around, *inner, visited("Last", 9, 10))
    assert names(svg) == ["All", "First [0]", "Second [0]", "First [1]", "Second [1]", "Last"]


@pytest.mark.parametrize(
    ("whole", "last"),
    [
        (0.4, "400 ms"),
        (4, "4 s"),
        (45, "40 s"),
        (170, "150 s"),
        (3600, "60 min"),
        (86_400, "24 h"),
        (31_536_000, "300 d"),
    ],
)
def test_axis_counts_in_round_numbers(whole: float, last: str) -> None:
    """Ticks are whole milliseconds, seconds, minutes, hours or days, and few."""
    ticks = texts(drawn(visited("A", 0, whole)), "tick")
    assert ticks[0] == "0"
    assert len(ticks) <= 7
    assert all(re.fullmatch(r"\d+ (ms|s|min|h|d)", tick) for tick in ticks[1:])
    assert ticks[-1] == last


def test_very_many_visits_are_counted() -> None:
    """Beyond the maximum of bars, the rest is a number, in the drawing and in its description."""
    svg = drawn(*(visited("A", number, number + 1) for number in range(MAX_BARS + 50)))
    assert len(bars(svg)) == MAX_BARS
    assert texts(svg, "row")[-1] == "and 50 more"
    assert (svg.findtext(f"{SVG}desc") or "").endswith("and 50 more")


def test_each_bar_has_a_title() -> None:
    """A bar's title has outcome, duration, attempts and error."""
    attempts = [Attempt(at(0), at(1), "Down"), Attempt(at(2), at(3), "Down")]
    svg = drawn(visited("A & B", 0, 3, outcome="failed", error="Down", attempts=attempts))
    assert [one.text for one in svg.iter(f"{SVG}title")][1:] == ["A & B: failed, 3.0 s, 2 attempts, Down"]


@given(
    visits=st.lists(st.tuples(st.floats(0, 1e5), st.none() | st.floats(0, 1e5)), max_size=30),
    stopped=st.none() | st.floats(0, 1e5),
)
def test_everything_stays_within_the_drawing(visits: list[tuple[float, float | None]], stopped: float | None) -> None:
    """With any times, each bar is between the names and the edge of the drawing."""
    times = [(begin, None if took is None else begin + took) for begin, took in visits]
    svg = drawn(*(visited("A", begin, end) for begin, end in times), stopped=stopped)
    left, _, width, _ = map(float, svg.get("viewBox", "").split())
    assert all(left < begin < end < left + width for row in bars(svg) for begin, end in row)
