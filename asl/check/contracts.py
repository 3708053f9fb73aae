"""A folder of contracts: one JSON Schema a file; a `$ref` names another file, or the `$id` of one."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from referencing import Registry
from referencing.jsonschema import DRAFT202012

SUFFIX = ".json"
# Keywords of a whole file: a schema that refers to the file does not get them.
FILE_KEYWORDS = ("$schema", "$id", "$defs", "examples")


def names(folder: Path) -> list[str]:
    """Return the names of the contracts in folder, which are the files' names without `.json`, sorted."""
    return sorted(path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}"))


@cache
def schema(name: str, folder: Path) -> dict[str, Any]:
    """Return the JSON Schema called name, its references unresolved."""
    loaded: dict[str, Any] = json.loads((folder / f"{name}{SUFFIX}").read_text(encoding="utf-8"))
    return loaded


def resolved(name: str, folder: Path) -> dict[str, Any]:
    """Return the JSON Schema called name with each reference replaced by the schema that it points to."""
    document = schema(name, folder)
    resolver = _registry(folder).resolver(document.get("$id", f"{name}{SUFFIX}"))
    inlined: dict[str, Any] = _inline(document, resolver)
    return inlined


@cache
def _registry(folder: Path) -> Registry[Any]:
    """Return all contracts of folder by `$id`, or by file name where a file has none."""
    files = {f"{name}{SUFFIX}": schema(name, folder) for name in names(folder)}
    resources = ((one.get("$id", file), DRAFT202012.create_resource(one)) for file, one in files.items())
    return Registry().with_resources(resources)


def _inline(node: Any, resolver: Any) -> Any:
    if isinstance(node, list):
        return [_inline(item, resolver) for item in node]
    if not isinstance(node, dict):
        return node
    siblings = {key: _inline(value, resolver) for key, value in node.items() if key != "$ref"}
    if "$ref" not in node:
        return siblings
    target = resolver.lookup(node["$ref"])
    keywords = {key: value for key, value in target.contents.items() if key not in FILE_KEYWORDS}
    return {**_inline(keywords, target.resolver), **siblings}
