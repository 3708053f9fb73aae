"""A folder of contracts: one JSON Schema a file; a `$ref` names another file, or the `$id` of one."""

from functools import cache
from pathlib import Path
from typing import Any

from referencing import Registry
from referencing.jsonschema import DRAFT202012

from asl.documents import MAX_DEPTH, parse_written

SUFFIX = ".json"
# Keywords of a whole file: a schema that refers to the file does not get them.
FILE_KEYWORDS = ("$schema", "$id", "$defs", "definitions", "examples")
MAX_PARTS = 200_000  # values in a schema, with those that it refers to


class LargeContractError(ValueError):
    """A contract has too many parts or levels, with what it refers to; the message says how many are allowed."""


def names(folder: Path) -> list[str]:
    """Return the names of the contracts in folder, which are the files' names without `.json`, sorted."""
    return sorted(path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}"))


@cache
def schema(name: str, folder: Path) -> dict[str, Any]:
    """Return the JSON Schema called name, its references unresolved."""
    loaded: dict[str, Any] = parse_written((folder / f"{name}{SUFFIX}").read_text(encoding="utf-8"))
    return loaded


def resolved(name: str, folder: Path) -> dict[str, Any]:
    """Return the JSON Schema called name with each reference replaced by the schema that it points to."""
    document = schema(name, folder)
    resolver = _registry(folder).resolver(document.get("$id", f"{name}{SUFFIX}"))
    inlined: dict[str, Any] = _Inlining().of(document, resolver)
    return inlined


@cache
def _registry(folder: Path) -> Registry[Any]:
    """Return all contracts of folder by `$id`, or by file name where a file has none."""
    files = {f"{name}{SUFFIX}": schema(name, folder) for name in names(folder)}
    resources = ((one.get("$id", file), DRAFT202012.create_resource(one)) for file, one in files.items())
    return Registry().with_resources(resources)


class _Inlining:
    """The replacement of references in one schema by what they point to, which may have more of them."""

    def __init__(self) -> None:
        """Count the parts of the schema, and how deep they are."""
        self._parts = self._depth = 0

    def of(self, node: Any, resolver: Any) -> Any:
        """Return node without references; raises LargeContractError."""
        self._parts += 1
        self._depth += 1
        if self._parts > MAX_PARTS or self._depth > MAX_DEPTH:
            most = f"{MAX_PARTS:,} parts" if self._parts > MAX_PARTS else f"{MAX_DEPTH} levels; or it refers to itself"
            raise LargeContractError(f"with what it refers to, it has more than {most}")
        found = self._of(node, resolver)
        self._depth -= 1
        return found

    def _of(self, node: Any, resolver: Any) -> Any:
        if isinstance(node, list):
            return [self.of(item, resolver) for item in node]
        if not isinstance(node, dict):
            return node
        siblings = {key: self.of(value, resolver) for key, value in node.items() if key != "$ref"}
        if "$ref" not in node:
            return siblings
        target = resolver.lookup(node["$ref"])
        keywords = {key: value for key, value in target.contents.items() if key not in FILE_KEYWORDS}
        return {**self.of(keywords, target.resolver), **siblings}
