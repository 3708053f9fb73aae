"""The version that is deployed, derived from the files alone, so that a git checkout is not needed."""

import json
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from templates.packaging import LAYERS, code_key
from workflow import contracts
from workflow.releases import project_version

DIGEST_LENGTH = 12  # of a digest: enough to distinguish builds, short enough to compare by eye

# Keywords of a schema that do not constrain payloads. Below PROPERTIES are names of properties, which may be the same words.
ANNOTATIONS = {"$schema", "$id", "$defs", "$comment", "title", "description", "examples"}
PROPERTIES = {"properties", "patternProperties"}
VALUES = {"const", "enum"}


@cache
def version() -> str:
    """Return the project's version and, after a plus sign, a digest of code and layers, such as 1.0.0+4f2a9c1d03be."""
    return f"{project_version()}+{_digest([code_key(), *(layer.key for layer in LAYERS)])}"


@cache
def contracts_digest(folder: Path = contracts.FOLDER) -> str:
    """Return a digest of the contracts without titles, descriptions and examples."""
    return _digest(_contract_texts(folder))


def _contract_texts(folder: Path) -> Iterator[str]:
    for name in contracts.names(folder):
        yield name
        yield json.dumps(without_annotations(contracts.resolved(name, folder)), sort_keys=True)


def without_annotations(schema: Any) -> Any:
    """Return schema without its annotations."""
    if isinstance(schema, list):
        return [without_annotations(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _part(name, value) for name, value in schema.items() if name not in ANNOTATIONS}


def _part(name: str, value: Any) -> Any:
    if name in VALUES:
        return value
    return (
        {key: without_annotations(one) for key, one in value.items()}
        if name in PROPERTIES
        else without_annotations(value)
    )


def _digest(texts: Iterator[str] | list[str]) -> str:
    return sha256(json.dumps([*texts]).encode()).hexdigest()[:DIGEST_LENGTH]
