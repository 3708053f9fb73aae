"""Single defects of a machine or of its contracts: what they are, and how they are made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Machine = dict[str, Any]
Schema = dict[str, Any]


@dataclass(frozen=True)
class Mutant:
    """A defect by name: what it changes, and the state, field and words of the finding that reports it."""

    name: str
    state: str
    field: str
    change: Callable[[Any], None]
    words: str = ""
    contract: str | None = None  # the contract that it changes; none: the machine

    def __str__(self) -> str:
        """Return the name, for the test's."""
        return self.name


def setting(path: str, value: Any) -> Callable[[Any], None]:
    """Return a change that sets what is at path, a `/`-separated way through the JSON."""

    def change(document: Any) -> None:
        holder, last = _reached(document, path)
        holder[int(last) if isinstance(holder, list) else last] = value

    return change


def dropping(path: str) -> Callable[[Any], None]:
    """Return a change that removes what is at path."""

    def change(document: Any) -> None:
        holder, last = _reached(document, path)
        del holder[last]

    return change


def renaming(path: str, name: str) -> Callable[[Any], None]:
    """Return a change that renames the property at path."""

    def change(document: Any) -> None:
        holder, last = _reached(document, path)
        holder[name] = holder.pop(last)

    return change


def _reached(document: Any, path: str) -> tuple[Any, str]:
    """Return the container of the last step of path, and that step."""
    *way, last = path.split("/")
    for step in way:
        document = document[int(step) if isinstance(document, list) else step]
    return document, last


def together(*changes: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a change that makes all of changes."""

    def change(document: Any) -> None:
        for one in changes:
            one(document)

    return change


def swapping_branches(machine: Machine) -> None:
    """Swap the branches of ParallelProcessing, and nothing that reads their results."""
    machine["States"]["ParallelProcessing"]["Branches"].reverse()


def optional(name: str) -> Callable[[Any], None]:
    """Return a change that makes a required property of a schema optional."""
    return lambda schema: schema["required"].remove(name)
