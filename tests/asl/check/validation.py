"""Whether a value keeps a schema, by jsonschema, and which part of the schema each part of the value keeps."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

Schema = dict[str, Any]


def _pattern(_: object, pattern: str, value: object, __: object) -> Iterator[ValidationError]:
    # As JSON Schema means it; Python's `$` would let a line break stand at the end.
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield ValidationError("the pattern does not match")


def _content(validator: Any, schema: Any, value: object, __: object) -> Iterator[ValidationError]:
    if isinstance(value, str):
        try:
            yield from validator.descend(json.loads(value), schema)
        except ValueError:
            yield ValidationError("this is no JSON")


_Validator: type[Draft202012Validator] = extend(Draft202012Validator, {"pattern": _pattern, "contentSchema": _content})  # type: ignore[no-untyped-call]


def accepts(schema: Schema | bool, value: Any) -> bool:
    """Return whether value keeps schema, and whether every string of JSON in it keeps the schema of its content."""
    return _Validator(schema).is_valid(value)


def option(schema: Schema | bool, fits: Callable[[Schema | bool], bool]) -> Schema:
    """Return the first of the alternatives in schema that fits, or schema itself if it is none of alternatives."""
    if isinstance(schema, bool):
        return {}
    return option(next(filter(fits, schema["anyOf"]), {}), fits) if "anyOf" in schema else schema


def each_part(schema: Schema, value: Any, change: Callable[[Schema | bool, Any], Any]) -> Any:
    """Return value with each of its parts changed according to the schema of that part."""
    if isinstance(value, dict):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        return {name: change(properties.get(name, others), one) for name, one in value.items()}
    if isinstance(value, list):
        first, others = schema.get("prefixItems", []), schema.get("items", True)
        return [change(first[number] if number < len(first) else others, one) for number, one in enumerate(value)]
    return value
