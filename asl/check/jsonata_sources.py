"""What the variables of an expression are made of: a condition about one says something of the other, which is not known."""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

from asl.check.jsonata_equality import PARTS

Path = tuple[str, ...]  # a variable, and the names that lead from it to what is read
Sources = Mapping[str, frozenset[Path]]  # of each variable that an expression sets, what it is made of
ANYTHING: frozenset[Path] = frozenset({()})  # the path that all others begin with


def sources_of(node: Any, sources: Sources) -> frozenset[Path]:
    """Return what the value of node is made of."""
    return frozenset[Path]().union(*(sources.get(path[0], {path}) for path in paths_in(node)))


def are_related(one: Any, other: Any, sources: Sources) -> bool:
    """Return whether two expressions may read the same value by the names of different variables."""
    pairs = product(paths_in(one), paths_in(other))
    return any(a[0] != b[0] and _share(sources.get(a[0], {a}), sources.get(b[0], {b})) for a, b in pairs)


def _share(some: Iterable[Path], others: Iterable[Path]) -> bool:
    return any(all(a == b for a, b in zip(one, other, strict=False)) for one, other in product(some, others))


def paths_in(node: Any) -> frozenset[Path]:
    """Return the paths in node from a variable, each up to the first step that is no name or has predicates."""
    if isinstance(node, list | tuple):
        return frozenset[Path]().union(*map(paths_in, node))
    if not hasattr(node, "type"):
        return frozenset()
    first, *steps = node.steps if node.type == "path" else [node]
    if first.type != "variable" or not first.value:
        return paths_in([*_parts(node)])
    return paths_in([*_parts(first), *steps]) | {_path([first, *steps])}


def reads_current(node: Any) -> bool:
    """Return whether node reads the current value: a name alone, or `$`; also where that is the value of an inner predicate."""
    if isinstance(node, list | tuple):
        return any(map(reads_current, node))
    if not hasattr(node, "type"):
        return False
    first, *steps = node.steps if node.type == "path" else [node]
    if first.type == "name" or (first.type == "variable" and not first.value):
        return True
    return reads_current([*_parts(first), *(part for step in steps for part in _parts(step))])


def _parts(node: Any) -> list[Any]:
    return [getattr(node, name, None) for name in (*PARTS, "group")]


def _path(steps: list[Any]) -> Path:
    names: list[str] = []
    for step in steps:
        if names and step.type != "name":
            break
        names.append(str(step.value))
        if getattr(step, "stages", None) or getattr(step, "predicate", None):
            break
    return tuple(names)
