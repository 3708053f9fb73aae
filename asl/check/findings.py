"""Findings: where a payload may not be what a state requires, with the path to it and a suggestion."""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from asl.check.paths import select
from asl.check.shapes import Array, Object, Shape, members
from asl.check.steps import DATA, PathError, Step, format_path, parse_rooted
from asl.check.templates import Problem

MAX_NAMES = 200  # among which a similar one is looked for


@dataclass(frozen=True)
class VisitedState:
    """A state that the payload came through: its input and output, its ResultPath, and the field that has the ResultPath."""

    state: str
    before: Shape
    after: Shape
    result_path: str | None
    by: str = "ResultPath"


@dataclass(frozen=True)
class Finding:
    """A field of a state for which the proof fails, or for which it cannot decide (decided is False)."""

    state: str
    field: str
    path: tuple[str, ...]  # the states that the payload came through
    provided: str
    required: str
    suggestion: str | None = None
    decided: bool = True

    @property
    def place(self) -> str:
        """The state and the field, as `accepted` in a mapping names them."""
        return f"{self.state}.{self.field}"

    def to_json(self) -> dict[str, Any]:
        """Return the finding for tools."""
        return {
            "state": self.state,
            "field": self.field,
            "path": list(self.path),
            "provided": self.provided,
            "required": self.required,
            "suggestion": self.suggestion,
            "decided": self.decided,
        }


def suggestion_for(problem: Problem, arrived: Shape, visited: Iterable[VisitedState]) -> str | None:
    """Return a likely correction of problem in a state that got the payload arrived, or None.

    visited are the states that it came through, the last one first.
    """
    if problem.path is None or problem.absence is None or problem.data is None:
        return problem.suggestion
    if problem.data == arrived and (lost := _overwritten_by(problem.path, visited)):
        return _result_path_suggestion(lost)
    if isinstance(problem.absence.there, Array) and isinstance(problem.absence.wanted, int):
        sure = problem.absence.there.low
        return f"the indices run from 0 to {sure - 1}" if sure else "the array may be empty"
    if problem.absence.optional:
        return (
            f"ask for `{problem.absence.wanted}` in a Choice with IsPresent, or make it required where it is provided"
        )
    return _nearest(problem.path, problem.absence.wanted, problem.absence.there, problem.data)


def _overwritten_by(path: str, visited: Iterable[VisitedState]) -> VisitedState | None:
    """Return the state whose ResultPath overwrote what path selects."""
    for one in visited:
        if one.result_path == "$" and _finds(path, one.before) and not _finds(path, one.after):
            return one
    return None


def _finds(path: str, shape: Shape) -> bool:
    try:
        root, steps = parse_rooted(path)
        return root == DATA and not select(shape, steps)[1]
    except PathError:
        return False


def _result_path_suggestion(lost: VisitedState) -> str:
    words = [word.lower() for word in _words(lost.state)]
    words += ["error"] if lost.by != "ResultPath" else []
    taken = {name for member in members(lost.before) if isinstance(member, Object) for name, _ in member.fields}
    name = next((word for word in reversed(words) if word not in taken), "result")
    return f"`{lost.by}` of {lost.state} replaces the whole input; did you mean `$.{name}`?"


def _words(name: str) -> list[str]:
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in name)
    return [word for word in spaced.split() if word.isalnum()]


def _nearest(path: str, wanted: Step, there: Shape, data: Shape) -> str | None:
    """Suggest the property of a similar name in the same place, or one of the same name in another place."""
    siblings = [name for name, _ in there.fields[:MAX_NAMES]] if isinstance(there, Object) else []
    if close := difflib.get_close_matches(str(wanted), siblings, n=1):
        return f"did you mean `{close[0]}`?"
    if path.startswith("$$"):
        return None
    last = parse_rooted(path)[1][-1]
    found = next((place for place in islice(_places(data, []), MAX_NAMES) if place[-1] == last), None)
    return f"did you mean `{format_path(found)}`?" if found else None


def _places(shape: Shape, above: list[Step]) -> Iterator[list[Step]]:
    """Yield the path to every property of shape."""
    for member in members(shape):
        for name, field in member.fields if isinstance(member, Object) else ():
            yield [*above, name]
            yield from _places(field.shape, [*above, name])
