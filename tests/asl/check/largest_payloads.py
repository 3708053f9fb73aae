"""Payloads as large as their contracts allow."""

import json
from functools import cache
from typing import Any

from tests.asl.check.validation import Schema, accepts, each_part, option

# What makes strings long in JSON: escapes of six bytes and of two, characters of four bytes and of two; or nothing.
CHARACTERS = ("\u0000", "\u001f", '"', "\\", "\n", "\U0001f600", "é", "\u2028", "a")
WIDEST = "\U0001f600"  # four bytes
LONG_NUMBERS = (1.2345678901234567e-300, -1.2345678901234567e-300, 0.1 + 0.2, -0.0)
SIMPLEST: dict[str, Any] = {"string": "x", "object": {}, "boolean": False, "null": None}


def largest(schema: Schema, letter: str) -> Any:
    """Return the example of schema with all that it lacks, and stretched with letter."""
    return stretched(schema, letter, filled(schema, schema["examples"][0]))


def filled(schema: Schema, value: Any) -> Any:
    """Return value with every property that schema knows; a string that value lacks has no pattern, or an example."""
    if schema.get("type") != "object":
        return value
    known = schema.get("properties", {}).items()
    return {**value, **{name: filled(one, value.get(name, simplest(one))) for name, one in known}}


def simplest(schema: Schema) -> Any:
    """Return a simple value that keeps schema: its example, one that it lists, or one of its type with the items that it asks for."""
    if "examples" in schema:
        return schema["examples"][0]
    if listed := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return listed[0]
    if schema.get("type") == "array":
        return [simplest(schema["items"])] * schema.get("minItems", 0)
    return SIMPLEST.get(str(schema.get("type")), schema.get("minimum"))


def stretched(schema: Schema | bool, letter: str, value: Any) -> Any:
    """Return value, which keeps schema, with every string, of letter, and list as long as it may be, and long numbers."""
    one = option(schema, lambda other: accepts(other, value))
    if isinstance(value, str):
        return _longest_once(json.dumps(one), letter, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        kept = [number for number in (value, *LONG_NUMBERS, *_bounds(one)) if accepts(one, number)]
        return max(kept, key=lambda number: len(json.dumps(number)))
    if isinstance(value, list):
        value = [*value, *value[-1:] * (one.get("maxItems", len(value)) - len(value))]
    return each_part(one, value, lambda inner, item: stretched(inner, letter, item))


def longest(schema: Schema, letter: str, text: str) -> str:
    """Return text made as long as schema allows: with letter, with the widest one that needs no escape, or with one of its own."""
    most = schema.get("maxLength", len(text))
    room = most - len(text)
    if "contentSchema" in schema:
        candidates = [_padded(text, letter, most), text + " " * room]
    else:
        places = range(len(text) + 1)
        candidates = [text[:at] + one * room + text[at:] for one in (letter, WIDEST) for at in places]
        candidates += [text[:at] + text[at : at + 1] * room + text[at:] for at in places]
    return next((one for one in candidates if accepts(schema, one)), text)


@cache
def _longest_once(schema: str, letter: str, text: str) -> str:
    """Return longest's result for a schema in JSON: a stretched list has the same item many times."""
    return longest(json.loads(schema), letter, text)


def _padded(text: str, letter: str, most: int) -> str:
    """Return the JSON text with a property more, of letter, that fills it up to most characters."""
    value = json.loads(text)
    if not isinstance(value, dict):
        return text
    empty = len(json.dumps(value | {"padding": ""}))
    return json.dumps(value | {"padding": letter * max(0, (most - empty) // (len(json.dumps(letter)) - 2))})


def _bounds(schema: Schema) -> list[float]:
    found = [schema[keyword] for keyword in ("minimum", "maximum") if keyword in schema]
    return [*found, *map(float, found)]
