"""What a proof takes down: where payloads arrive, in what shapes, how large, and the gaps."""

from dataclasses import dataclass, field

from asl.check.findings import Gap, Passed, mend_for
from asl.check.mapping import Mapping
from asl.check.shapes import NOTHING, Shape
from asl.check.sizes import LIMIT, most_bytes
from asl.check.templates import Trouble


@dataclass(frozen=True)
class Exit:
    """Where a state sends a payload: to the state next, or to the end of its machine."""

    next: str | None
    shape: Shape
    result_path: str | None = None
    by: str = "ResultPath"  # the field that says so


@dataclass(frozen=True)
class Arrival:
    """A payload's shape at a state, and the states that it came through."""

    shape: Shape
    passed: tuple[Passed, ...] = ()

    @property
    def came_by(self) -> tuple[str, ...]:
        """The names of the states that it came through."""
        return tuple(one.state for one in self.passed)

    def after(self, state: str, leaving: Exit) -> "Arrival":
        """Return the arrival where state sent the payload on."""
        return Arrival(
            leaving.shape, (*self.passed, Passed(state, self.shape, leaving.shape, leaving.result_path, leaving.by))
        )

    def within(self, state: str, shape: Shape) -> "Arrival":
        """Return the arrival at the start of a branch or iteration of state, which got shape."""
        return Arrival(shape, (*self.passed, Passed(state, self.shape, shape, None)))


@dataclass(frozen=True)
class Outcome:
    """All that a machine, or a branch of one, may end with."""

    output: Shape = NOTHING
    error: Shape = NOTHING


@dataclass
class Proof:
    """What following every path has found: the gaps, and each state's largest payload."""

    mapping: Mapping
    language: str = "JSONPath"  # of the states that name none
    gaps: list[Gap] = field(default_factory=list)
    sizes: dict[str, dict[str, int | None]] = field(default_factory=dict)
    arrivals: dict[str, list[Shape]] = field(default_factory=dict)
    leavings: dict[str, list[Shape]] = field(default_factory=dict)

    @property
    def open_gaps(self) -> list[Gap]:
        """The gaps that the mapping does not accept."""
        return [gap for gap in self.gaps if gap.decided or gap.place not in self.mapping.accepted]

    def report(self, state: str, arrival: Arrival, troubles: list[Trouble]) -> None:
        """Note the troubles of state; the same field is told once, for the first path that shows it.

        What cannot be decided hides no gap at the same field, since it may be accepted.
        """
        for trouble in troubles:
            mend = mend_for(trouble, arrival.shape, arrival.passed)
            gap = Gap(state, trouble.field, arrival.came_by, trouble.promised, trouble.needed, mend, trouble.decided)
            if not any(one.place == gap.place and one.decided >= gap.decided for one in self.gaps):
                self.gaps.append(gap)

    def measure(self, state: str, arrival: Arrival, kind: str, shape: Shape) -> None:
        """Note how large the payload of a kind can get at state, and report one that can exceed the limit."""
        size = most_bytes(shape)
        known = self.sizes.setdefault(state, {})
        known[kind] = None if size is None or known.get(kind, 0) is None else max(size, known.get(kind) or 0)
        if size is None:
            self.report(state, arrival, [Trouble(kind, "a payload that nothing bounds", f"at most {LIMIT} bytes")])
        elif size > LIMIT:
            self.report(state, arrival, [Trouble(kind, f"a payload of up to {size} bytes", f"at most {LIMIT} bytes")])
