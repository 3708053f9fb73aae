"""The contracts: one JSON Schema for each payload, and the check of a payload against its contract."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from workflow.contracts.errors import ContractViolation

FOLDER = Path(__file__).parent

# Keywords about the file as a whole, which a reference to it does not take over.
FILE_KEYWORDS = ("$schema", "$id", "$defs", "examples")


def names(folder: Path = FOLDER) -> list[str]:
    """Return the names of all contracts in folder: the files' stems, sorted."""
    return sorted(path.name.removesuffix(".json") for path in folder.glob("*.json"))


@cache
def schema(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Return the JSON Schema called name, its references unresolved."""
    loaded: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def check(name: str, payload: object) -> None:
    """Raise ContractViolation if payload violates the contract called name."""
    error = best_match(validator(name).iter_errors(payload))
    if error is not None:
        raise ContractViolation(name, error.json_path, str(error.validator), _describe(error))


def _pattern(_: object, pattern: str, payload: object, __: object) -> Iterator[ValidationError]:
    if isinstance(payload, str) and not _compiled(pattern).search(payload):
        yield ValidationError(f"does not match {pattern}")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return pattern with JSON Schema's meaning: unlike in Python, `$` does not match before a line break at the end."""
    return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", pattern))


_Validator: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _pattern}
)


@cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of the contract called name; it is built once."""
    return _Validator(resolved(name))


def resolved(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Return the JSON Schema called name with every reference replaced by its target."""
    document = schema(name, folder)
    inlined: dict[str, Any] = _inline(document, _registry(folder).resolver(document.get("$id", f"{name}.json")))
    return inlined


def _inline(node: Any, resolver: Any) -> Any:
    if isinstance(node, list):
        return [_inline(item, resolver) for item in node]
    if not isinstance(node, dict):
        return node
    beside = {key: _inline(value, resolver) for key, value in node.items() if key != "$ref"}
    if "$ref" not in node:
        return beside
    target = resolver.lookup(node["$ref"])
    referenced = {key: value for key, value in target.contents.items() if key not in FILE_KEYWORDS}
    return {**_inline(referenced, target.resolver), **beside}


@cache
def _registry(folder: Path = FOLDER) -> Registry[Any]:
    """Return every contract of folder by its `$id`, or by its file name if it has none."""
    found = {f"{name}.json": schema(name, folder) for name in names(folder)}
    resources = ((one.get("$id", file), DRAFT202012.create_resource(one)) for file, one in found.items())
    return Registry().with_resources(resources)


# The requirement of a violated rule in words. Numbers and lists come from the schema, never from the payload.
PHRASES = {
    "type": "must be of type {}",
    "const": "must be {}",
    "enum": "must be one of {}",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "pattern": "must match {}",
    "required": "must have {}",
    "additionalProperties": "has a property that the contract does not have",
}


def _describe(error: ValidationError) -> str:
    expected: Any = error.validator_value
    payload: Any = error.instance
    if error.validator == "required":
        expected = [name for name in expected if name not in payload]
    shown = ", ".join(map(str, expected)) if isinstance(expected, list) else expected
    return PHRASES.get(str(error.validator), f"violates {error.validator} {{}}").format(shown)
