"""The result of a proof: the shapes and sizes of the payloads of each state, and the findings."""

from dataclasses import dataclass, field

from asl.check.findings import Finding, VisitedState, suggestion_for
from asl.check.mapping import Mapping
from asl.check.shapes import NOTHING, Shape
from asl.check.sizes import LIMIT, max_bytes
from asl.check.templates import Problem


@dataclass(frozen=True)
class Exit:
    """Where a state sends a payload: to the state called next, or to the end of its machine (None)."""

    next: str | None
    shape: Shape
    result_path: str | None = None
    by: str = "ResultPath"  # the field that has result_path


@dataclass(frozen=True)
class Arrival:
    """The shape of the payload that a state gets, and the states that it came through."""

    shape: Shape
    visited: tuple[VisitedState, ...] = ()

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the states that it came through."""
        return tuple(one.state for one in self.visited)

    def after(self, state: str, leaving: Exit) -> "Arrival":
        """Return the arrival at the state to which state sent the payload."""
        return Arrival(
            leaving.shape,
            (*self.visited, VisitedState(state, self.shape, leaving.shape, leaving.result_path, leaving.by)),
        )

    def within(self, state: str, shape: Shape) -> "Arrival":
        """Return the arrival at the start of a branch or an iteration of state, which gets shape."""
        return Arrival(shape, (*self.visited, VisitedState(state, self.shape, shape, None)))


@dataclass(frozen=True)
class Outcome:
    """The outputs and errors that a machine, or a branch, may end with."""

    output: Shape = NOTHING
    error: Shape = NOTHING


@dataclass
class Proof:
    """The findings of a proof and, by state, the shapes of inputs and outputs and the largest payloads in bytes."""

    mapping: Mapping
    language: str = "JSONPath"  # of states without a QueryLanguage
    findings: list[Finding] = field(default_factory=list)
    sizes: dict[str, dict[str, int | None]] = field(default_factory=dict)
    inputs: dict[str, list[Shape]] = field(default_factory=dict)
    outputs: dict[str, list[Shape]] = field(default_factory=dict)

    @property
    def open_findings(self) -> list[Finding]:
        """The findings that the mapping does not accept."""
        return [finding for finding in self.findings if finding.decided or finding.place not in self.mapping.accepted]

    def report(self, state: str, arrival: Arrival, problems: list[Problem]) -> None:
        """Record problems of state, each field once, for the first path that shows it.

        What is undecided does not hide an error in the same field, since it may be accepted.
        """
        for problem in problems:
            suggestion = suggestion_for(problem, arrival.shape, arrival.visited)
            finding = Finding(
                state, problem.field, arrival.path, problem.provided, problem.required, suggestion, problem.decided
            )
            if not any(one.place == finding.place and one.decided >= finding.decided for one in self.findings):
                self.findings.append(finding)

    def measure(self, state: str, arrival: Arrival, kind: str, shape: Shape) -> None:
        """Record the largest payload of a kind in state, and report one that may exceed the limit."""
        size = max_bytes(shape)
        known = self.sizes.setdefault(state, {})
        known[kind] = None if size is None or known.get(kind, 0) is None else max(size, known.get(kind) or 0)
        if size is None:
            self.report(state, arrival, [Problem(kind, "a payload without a bound", f"at most {LIMIT} bytes")])
        elif size > LIMIT:
            self.report(state, arrival, [Problem(kind, f"a payload of up to {size} bytes", f"at most {LIMIT} bytes")])
