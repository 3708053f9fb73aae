"""The result of a proof: the shapes and sizes of the payloads of each state, and the findings."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from asl.check.findings import Finding, VisitedState, suggestion_for
from asl.check.mapping import Mapping
from asl.check.shapes import NOTHING, Shape, has_placeholder_text
from asl.check.sizes import LIMIT, is_within, max_bytes
from asl.check.surroundings import Surroundings
from asl.check.templates import Problem

MAX_PATH = 50  # names in a finding's path
MAX_SUGGESTIONS = 200  # findings that have one
MAX_LOOK_BACK = 200  # states among which the one is looked for that replaced a payload


@dataclass(frozen=True)
class Exit:
    """Where a state sends a payload: to the state called next, or to the end of its machine (None)."""

    next: str | None
    shape: Shape
    result_path: str | None = None
    by: str = "ResultPath"  # the field that has result_path
    around: Surroundings | None = None  # where a Choice narrows them


@dataclass(frozen=True, eq=False)
class Arrival:
    """The shape of the payload that a state gets, and the last of the states that it came through, with its own arrival."""

    shape: Shape
    around: Surroundings
    last: VisitedState | None = None
    before: "Arrival | None" = None
    length: int = 0  # states that it came through
    approximate: bool = (
        False  # whether payloads were joined on the way, so that it may have values that none of them has
    )

    def visited(self) -> Iterator[VisitedState]:
        """Yield the states that it came through, the last one first."""
        arrival: Arrival | None = self
        while arrival is not None and arrival.last is not None:
            yield arrival.last
            arrival = arrival.before

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the states that it came through; of a long path, the last ones and how many came before."""
        names = [one.state for one in islice(self.visited(), MAX_PATH)][::-1]
        return tuple(names if self.length <= MAX_PATH else [f"({self.length - MAX_PATH:,} states)", *names])

    def after(self, state: str, leaving: Exit) -> "Arrival":
        """Return the arrival at the state to which state sent the payload."""
        last = VisitedState(state, self.shape, leaving.shape, leaving.result_path, leaving.by)
        return self._next(leaving.shape, leaving.around or self.around, last)

    def within(self, state: str, shape: Shape, around: Surroundings | None = None) -> "Arrival":
        """Return the arrival at the start of a branch or an iteration of state, which gets shape."""
        last = VisitedState(state, self.shape, shape, None)
        return self._next(shape, around or self.around.within(), last)

    def _next(self, shape: Shape, around: Surroundings, last: VisitedState) -> "Arrival":
        return Arrival(shape, around, last, self, self.length + 1, self.approximate)


@dataclass(frozen=True)
class Outcome:
    """The outputs and errors that a machine, or a branch, may end with."""

    output: Shape = NOTHING
    error: Shape = NOTHING
    approximate: bool = False  # whether payloads were joined


@dataclass
class Proof:
    """The findings of a proof and, by state, the shapes of inputs and outputs and the largest payloads in bytes."""

    mapping: Mapping
    language: str = "JSONPath"  # of states without a QueryLanguage
    checks_sizes: bool = True
    findings: list[Finding] = field(default_factory=list)
    sizes: dict[str, dict[str, int | None]] = field(default_factory=dict)
    inputs: dict[str, list[Shape]] = field(default_factory=dict)
    outputs: dict[str, list[Shape]] = field(default_factory=dict)
    warnings: dict[tuple[str, str], Finding] = field(default_factory=dict)  # by state and field; none fails the proof
    taken: set[tuple[str, str]] = field(default_factory=set)  # rules and catchers, by state, that some payload takes
    stopped: Finding | None = None  # where the budget was spent, so that nothing is known of what comes after it
    _known: dict[str, bool] = field(default_factory=dict)  # places of findings, and whether one there is certain

    @property
    def open_findings(self) -> list[Finding]:
        """The findings that the mapping does not accept."""
        return [finding for finding in self.findings if not self.is_accepted(finding)]

    def is_accepted(self, finding: Finding) -> bool:
        """Return whether the mapping accepts finding; not where the proof stopped, or what comes after it would be, too."""
        return not finding.decided and finding is not self.stopped and finding.place in self.mapping.accepted

    def stop(self, state: str, arrival: Arrival, at: str, steps: str) -> None:
        """Record that the proof ends in state, in the field at, because it would take too many steps."""
        if self.stopped is None:
            provided, required = f"a proof that takes {steps}", "a smaller machine, or smaller contracts"
            self.stopped = Finding(state, at, arrival.path, provided, required, decided=False)
            self.findings.append(self.stopped)

    def warn(self, state: str, field_name: str, provided: str, required: str) -> None:
        """Warn of a field of state, once."""
        self.warnings.setdefault((state, field_name), Finding(state, field_name, (), provided, required))

    def report(self, state: str, arrival: Arrival, problems: list[Problem]) -> None:
        """Record problems of state, each field once, for the first path that shows it.

        What is undecided does not hide an error in the same field, since it may be accepted.
        """
        for problem in problems:
            if problem.is_unstated and not self.mapping.is_given:
                continue
            if arrival.approximate and not problem.always:
                problem = replace(problem, decided=False)  # noqa: PLW2901 - the same problem
            place = f"{state}.{problem.field}"
            if place in self._known and self._known[place] >= problem.decided:
                continue
            self._known[place] = problem.decided
            suggestion = self._suggestion(problem, arrival)
            finding = Finding(
                state, problem.field, arrival.path, problem.provided, problem.required, suggestion, problem.decided
            )
            self.findings.append(finding)

    def _suggestion(self, problem: Problem, arrival: Arrival) -> str | None:
        if len(self.findings) >= MAX_SUGGESTIONS:  # nobody reads more of them, and each takes a search
            return None
        return suggestion_for(problem, arrival.shape, islice(arrival.visited(), MAX_LOOK_BACK))

    def measure(self, state: str, arrival: Arrival, kind: str, shape: Shape) -> None:
        """Record the largest payload of a kind in state, and report one that may exceed the limit."""
        size = max_bytes(shape)
        known = self.sizes.setdefault(state, {})
        known[kind] = None if size is None or known.get(kind, 0) is None else max(size, known.get(kind) or 0)
        if self.checks_sizes and (size is None or size > LIMIT):
            provided = "a payload without a bound" if size is None else f"a payload of up to {size} bytes"
            # Step Functions starts no execution with a larger input: how large its parts are together is then not known.
            starts = is_within(self.mapping.starts_with.shape, LIMIT)
            certain = starts and not has_placeholder_text(shape)
            self.report(state, arrival, [Problem(kind, provided, f"at most {LIMIT} bytes", decided=certain)])
