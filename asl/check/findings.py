"""Gaps: where a payload may not be what a state needs, told as a person would want it."""

import difflib
from dataclasses import dataclass
from typing import Any

from asl.check.paths import NotAPath, Step, parse, select, written
from asl.check.shapes import Array, Object, Shape, members
from asl.check.templates import Trouble


@dataclass(frozen=True)
class Passed:
    """A state that the payload came through: its name, what it got, what it passed on, its ResultPath and whose that is."""

    state: str
    before: Shape
    after: Shape
    result_path: str | None
    by: str = "ResultPath"


@dataclass(frozen=True)
class Gap:
    """One place where the proof fails, or cannot decide."""

    state: str
    field: str
    came_by: tuple[str, ...]
    promised: str
    needed: str
    mend: str | None = None
    decided: bool = True

    @property
    def place(self) -> str:
        """Where it is, as a mapping accepts it."""
        return f"{self.state}.{self.field}"

    def to_json(self) -> dict[str, Any]:
        """Return the gap for tools."""
        return {
            "state": self.state,
            "field": self.field,
            "cameBy": list(self.came_by),
            "promised": self.promised,
            "needed": self.needed,
            "mend": self.mend,
            "decided": self.decided,
        }


def mend_for(trouble: Trouble, arrived: Shape, passed: tuple[Passed, ...]) -> str | None:
    """Return the likely mend of trouble, at a state at which arrived came in through passed."""
    if trouble.path is None or trouble.absence is None or trouble.data is None:
        return trouble.mend
    if trouble.data == arrived and (lost := _lost_at(trouble.path, passed)):
        return _keep(lost)
    if isinstance(trouble.absence.there, Array) and isinstance(trouble.absence.wanted, int):
        sure = trouble.absence.there.low
        return f"the indices run from 0 to {sure - 1}" if sure else "the array may be empty"
    if trouble.absence.optional:
        return (
            f"ask for `{trouble.absence.wanted}` in a Choice with IsPresent, or make it required where it is promised"
        )
    return _nearest(trouble.path, trouble.absence.wanted, trouble.absence.there, trouble.data)


def _lost_at(path: str, passed: tuple[Passed, ...]) -> Passed | None:
    """Return the state whose ResultPath took away what path would have found."""
    for one in reversed(passed):
        if one.result_path == "$" and _finds(path, one.before) and not _finds(path, one.after):
            return one
    return None


def _finds(path: str, shape: Shape) -> bool:
    try:
        return not path.startswith("$$") and not select(shape, parse(path))[1]
    except NotAPath:
        return False


def _keep(lost: Passed) -> str:
    words = [word.lower() for word in _words(lost.state)]
    words += ["error"] if lost.by != "ResultPath" else []
    taken = {name for member in members(lost.before) if isinstance(member, Object) for name, _ in member.fields}
    name = next((word for word in reversed(words) if word not in taken), "result")
    return f"`{lost.by}` of {lost.state} replaces the whole input; did you mean `$.{name}`?"


def _words(name: str) -> list[str]:
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in name)
    return [word for word in spaced.split() if word.isalnum()]


def _nearest(path: str, wanted: Step, there: Shape, data: Shape) -> str | None:
    """Return the property of a like name in the same place, or one of the same name in another."""
    known = [name for name, _ in there.fields] if isinstance(there, Object) else []
    if close := difflib.get_close_matches(str(wanted), known, n=1):
        return f"did you mean `{close[0]}`?"
    if path.startswith("$$"):
        return None
    last = parse(path)[-1]
    found = next((place for place in _places(data, []) if place[-1] == last), None)
    return f"did you mean `{written(found)}`?" if found else None


def _places(shape: Shape, above: list[Step]) -> list[list[Step]]:
    """Return the path of every property of shape."""
    found: list[list[Step]] = []
    for member in members(shape):
        for name, field in member.fields if isinstance(member, Object) else ():
            found += [[*above, name], *_places(field.shape, [*above, name])]
    return found
