"""One reason for which AWS would refuse a template, and the access of rules to the template."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from asl.printable import printable

Node = dict[str, Any]


@dataclass(frozen=True)
class Refusal:
    """The problem, its path, the remedy, and the page that states the rule."""

    path: str
    problem: str
    remedy: str
    source: str  # title of the page of AWS's documentation

    def __str__(self) -> str:
        """Return it as one line."""
        return printable(f"{self.path}: {self.problem}; {self.remedy} ({self.source})")


@dataclass(frozen=True)
class Limit:
    """A maximum with its unit and remedy, and the page that states it."""

    most: int
    unit: str
    source: str
    remedy: str = "shorten it"

    def exceeded(self, path: str, size: int) -> Iterator[Refusal]:
        """Yield a refusal if size, that of the value at path, exceeds the limit."""
        if size > self.most:
            yield Refusal(path, f"{size:,} {self.unit}, and the maximum is {self.most:,}", self.remedy, self.source)


def below(node: Any, *steps: str, path: str = "$") -> Iterator[tuple[str, Any]]:
    """Yield each value that steps lead to, with its path; the step `*` leads to every entry, an unknown one to none."""
    if not steps:
        yield path, node
        return
    step, *more = steps
    for key, value in _entries(node, step):
        path_of = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}"
        if more:
            yield from below(value, *more, path=path_of)
        else:
            yield path_of, value


def _entries(node: Any, step: str) -> Iterable[tuple[Any, Any]]:
    if isinstance(node, dict):
        return node.items() if step == "*" else [(step, node[step])] if step in node else ()
    return enumerate(node) if isinstance(node, list) and step == "*" else ()


def kind(value: Any) -> str:
    """Return the type of value, for a message."""
    if function := function_of(value):
        return f"the intrinsic function {function}"
    names = {str: "text", bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), "null")


def function_of(node: Any) -> str | None:
    """Return the name of the intrinsic function that node is, or None."""
    if isinstance(node, dict) and len(node) == 1:
        (name,) = node
        return name if name == "Ref" or name.startswith("Fn::") else None
    return None
