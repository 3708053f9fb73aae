"""One reason for which AWS would refuse a template, and how rules look into the template."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asl.printable import printable

Node = dict[str, Any]


@dataclass(frozen=True)
class Refusal:
    """What is wrong, where, what to do, and which page says so."""

    path: str
    problem: str
    remedy: str
    source: str  # title of the page in AWS's documentation

    def __str__(self) -> str:
        """Return it as one line."""
        return printable(f"{self.path}: {self.problem}; {self.remedy} ({self.source})")


@dataclass(frozen=True)
class Limit:
    """The most that something may have, of what, what to do about more, and which page says so."""

    most: int
    unit: str
    source: str
    remedy: str = "shorten it"

    def exceeded(self, path: str, size: int) -> Iterator[Refusal]:
        """Yield a refusal if what stands at path is larger."""
        if size > self.most:
            yield Refusal(path, f"{size:,} {self.unit}, and {self.most:,} are the most", self.remedy, self.source)


def below(node: Any, *steps: str, path: str = "$") -> Iterator[tuple[str, Any]]:
    """Yield each value that steps lead to, with its path; the step `*` leads to every entry, a missing one nowhere."""
    if not steps:
        yield path, node
        return
    for key, value in _entries(node):
        if steps[0] in ("*", key):
            yield from below(value, *steps[1:], path=f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}")


def _entries(node: Any) -> list[tuple[Any, Any]]:
    if isinstance(node, dict):
        return list(node.items())
    return list(enumerate(node)) if isinstance(node, list) else []


def kind(value: Any) -> str:
    """Return what value is, for a sentence."""
    if function := function_of(value):
        return f"the intrinsic function {function}"
    names = {str: "text", bool: "a truth value", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names.get(type(value), "null")


def function_of(node: Any) -> str | None:
    """Return the name of the intrinsic function that node is, None if it is none."""
    if isinstance(node, dict) and len(node) == 1:
        (name,) = node
        return name if name == "Ref" or name.startswith("Fn::") else None
    return None
