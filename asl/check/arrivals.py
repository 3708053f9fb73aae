"""The payloads that wait for the states of a machine: each state gets all of those that reach it, and many are joined.

Without joins, n states in a row that each take one of two ways make 2 to the power of n payloads.
"""

import sys
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import chain
from typing import Any, cast

from asl.check.joins import joined
from asl.check.order import looping, order_of
from asl.check.proof_result import Arrival, Proof
from asl.check.shapes import NOTHING, Anything, Object, Shape, depth
from asl.check.surroundings import Surroundings
from asl.check.templates import Problem

MAX_APART = 24  # payloads of one state that are followed one by one
# Joins of the payloads of a state in a loop: beyond these, a payload that keeps changing is undecided.
MAX_JOINS = 40
MAX_NESTING = 10  # levels more than the first payload


@dataclass
class _Known:
    """The payloads that a state got, and how deep the flattest one is nested."""

    arrivals: dict[tuple[Shape, Surroundings], None] = field(default_factory=dict)
    joins: int = 0
    least: int = sys.maxsize


class Queue:
    """The arrivals that wait, by the order of the states."""

    def __init__(self, machine: dict[str, Any], start: Arrival) -> None:
        """Let start wait for the first state of machine."""
        self._order = order_of(machine)
        self._looping = looping(machine)
        self._places: list[tuple[int, str]] = []
        self._waiting: dict[str, list[Arrival]] = {}
        self._known: dict[str, _Known] = {}
        self.is_approximate = False  # whether a joined payload ended the machine
        self.add(str(machine["StartAt"]), start)

    def add(self, name: str, arrival: Arrival) -> None:
        """Let arrival wait for the state called name."""
        if name not in self._waiting:
            heappush(self._places, (self._order[name], name))
        self._waiting.setdefault(name, []).append(arrival)

    def pop(self) -> tuple[str, list[Arrival]] | None:
        """Return the next state, and what waits for it."""
        if not self._places:
            return None
        _, name = heappop(self._places)
        return name, sorted(self._waiting.pop(name), key=lambda arrival: arrival.length)

    def news(self, name: str, waiting: list[Arrival], proof: Proof) -> list[Arrival]:
        """Return those of waiting that the state did not get before, joined if there are many."""
        known = self._known.setdefault(name, _Known())
        fresh: dict[tuple[Shape, Surroundings], Arrival] = {}
        for arrival in waiting:
            place = (arrival.shape, arrival.around)
            if arrival.shape != NOTHING and place not in known.arrivals:
                fresh.setdefault(place, arrival)
        if not fresh:
            return []
        first = next(iter(fresh.values()))
        if len(known.arrivals) + len(fresh) > MAX_APART:
            fresh = _joined(known, fresh, first)
        if fresh and name in self._looping and _keeps_changing(known, fresh):
            unstable = Problem(
                "Next", "a payload that changes in each round", "a loop whose payload stops changing", decided=False
            )
            proof.report(name, first, [unstable])
            anything = replace(first, shape=Anything(unstated=True), approximate=True)
            fresh = {(anything.shape, anything.around): anything}
            fresh = {place: one for place, one in fresh.items() if place not in known.arrivals}
        known.arrivals |= dict.fromkeys(fresh)
        return list(fresh.values())


def _joined(
    known: _Known, fresh: dict[tuple[Shape, Surroundings], Arrival], first: Arrival
) -> dict[tuple[Shape, Surroundings], Arrival]:
    """Return one arrival with what is known and fresh, or none if all of it was known before."""
    known.joins += 1
    places = list(chain(known.arrivals, fresh))
    inputs = joined(around.execution_input for _, around in places)
    items = [around.item for _, around in places if around.item is not None]
    variables = joined(around.variables for _, around in places)
    outer = frozenset[str]().union(*(around.outer for _, around in places))
    around = Surroundings(inputs, joined(items) if items else None, cast("Object", variables), outer)
    whole = replace(first, shape=joined(shape for shape, _ in places), around=around, approximate=True)
    place = (whole.shape, whole.around)
    return {} if place in known.arrivals else {place: whole}


def _keeps_changing(known: _Known, fresh: dict[tuple[Shape, Surroundings], Arrival]) -> bool:
    depths = [depth(shape) for shape, _ in fresh]
    known.least = min(known.least, *depths)
    return known.joins > MAX_JOINS or max(depths) > MAX_NESTING + known.least
