"""The comparison of two folders of contracts: what has changed, and whether it is a breaking change.

A contract of payloads that the deployed code reads may accept more: payloads in flight were made under the old contract. A
contract of payloads that it makes may accept less: executions in flight, consumers of notifications and readers of records rely
on the old contract.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from asl.check import contracts
from asl.check.compare import Mismatch, mismatches
from asl.check.json_schema import shape_of
from asl.check.shapes import Anything, Array, Field, Object, Shape, Text, Union, union
from asl.printable import printable, printable_json


@dataclass(frozen=True)
class Usage:
    """What the schemas of a folder do not show about the use of its contracts."""

    definitions: frozenset[str] = frozenset()  # files with shared definitions, which are the contract of no payload
    read: frozenset[str] = frozenset()  # closed contracts of payloads that the deployed code reads
    stored: frozenset[str] = frozenset()  # contracts of stored payloads, which both versions read and write


@dataclass(frozen=True)
class Change:
    """A contract that was added, removed or changed, and where the change is breaking."""

    name: str
    what: str  # added, removed or changed
    breaks: tuple[Mismatch, ...] = ()

    @property
    def breaking(self) -> bool:
        """Whether users of the old contract may fail."""
        return self.what == "removed" or bool(self.breaks)

    def to_json(self) -> dict[str, Any]:
        """Return the change for tools."""
        breaks = [{"path": f"${one.path}", "provided": one.provided, "required": one.required} for one in self.breaks]
        return {"contract": self.name, "what": self.what, "breaking": self.breaking, "breaks": breaks}


def changes(old: Path, new: Path, usage: Usage) -> Iterator[Change]:
    """Yield every contract that differs between the folders old and new."""
    before, after = (set(contracts.names(folder)) - usage.definitions for folder in (old, new))
    for name in sorted(before | after):
        if name not in before:
            yield Change(name, "added")
        elif name not in after:
            yield Change(name, "removed")
        elif contracts.resolved(name, old) != contracts.resolved(name, new):
            was, now = (shape_of(contracts.resolved(name, folder), name) for folder in (old, new))
            yield Change(name, "changed", tuple(_breaks(name, was, now, usage)))


def _breaks(name: str, was: Shape, now: Shape, usage: Usage) -> list[Mismatch]:
    pairs = [(was, now)] if is_read(name, now, usage) else [(now, was)]
    if name in usage.stored:
        pairs.append((was, now))
    return [found for made, read in pairs for found in mismatches(as_made(made), as_read(read))]


def is_read(name: str, shape: Shape, usage: Usage) -> bool:
    """Return True if the deployed code reads such payloads, False if it makes them for others.

    Contracts of what it makes are closed, those of what it reads are open; usage names the exceptions.
    """
    is_open = isinstance(shape, Object) and shape.rest == Anything()
    return is_open or name in usage.read


def as_made(shape: Shape) -> Shape:
    """Return shape closed to further properties: a producer of this payload adds none."""
    return _with_rest(shape, lambda rest: None if rest == Anything() else rest)


def as_read(shape: Shape) -> Shape:
    """Return shape with every object open to further properties, which a tolerant reader ignores."""
    return _with_rest(shape, lambda rest: Anything() if rest is None else rest)


def _with_rest(shape: Shape, change: Callable[[Shape | None], Shape | None]) -> Shape:
    match shape:
        case Object():
            fields = tuple((name, Field(_with_rest(one.shape, change), one.required)) for name, one in shape.fields)
            return replace(shape, fields=fields, rest=change(shape.rest))
        case Array():
            items = None if shape.items is None else _with_rest(shape.items, change)
            return replace(shape, prefix=tuple(_with_rest(one, change) for one in shape.prefix), items=items)
        case Text(content=Shape() as content):
            return replace(shape, content=_with_rest(content, change))
        case Union():
            return union(*(_with_rest(member, change) for member in shape.members))
    return shape


def as_text(found: list[Change]) -> str:
    """Return a line for each change, followed by a line for each place where it is breaking."""
    return "\n".join(map(_as_text, found))


def _as_text(change: Change) -> str:
    verdict = "breaking" if change.breaking else "compatible"
    where = [f"              ${one.path}: {one.provided}, where {one.required} is relied on" for one in change.breaks]
    return "\n".join(map(printable, [f"{verdict:<12}{change.what:<10}{change.name}", *where]))


def as_json(found: list[Change]) -> str:
    """Return the changes for tools."""
    return printable_json([change.to_json() for change in found], indent=2)
