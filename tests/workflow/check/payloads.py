"""Payloads that keep a contract: ordinary ones from hypothesis-jsonschema, and the same stretched as far as they go."""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator, ValidationError
from jsonschema.validators import extend

from tests.workflow.check.generated import from_schema

Schema = dict[str, Any]
Layout = Callable[[Any], str]  # from a value to its JSON

# What makes strings long in JSON: escapes of six bytes and of two, characters of four bytes and of two; or nothing.
LETTERS = ("\u0000", "\u001f", '"', "\\", "\n", "\U0001f600", "é", "\u2028", "a")
# The layouts in which JSON is found inside a string: Python's, with and without escapes, compact and airy.
LAYOUTS: tuple[Layout, ...] = (
    json.dumps,
    partial(json.dumps, ensure_ascii=False, separators=(",", ":")),
    partial(json.dumps, ensure_ascii=False, indent=8),
)
LONG_NUMBERS = (1.2345678901234567e-300, -1.2345678901234567e-300, 0.1 + 0.2, -0.0)
KEPT = {"type", "enum", "const", "not", "pattern", "required", "minLength", "maxLength", "minimum", "maximum"}
KEPT |= {"minItems", "maxItems", "maxProperties"}


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


_Validator: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _pattern, "contentSchema": _content}
)


def accepts(schema: Schema | bool, value: Any) -> bool:
    """Tell whether value keeps schema by jsonschema, and every string of JSON the schema of its content."""
    return _Validator(schema).is_valid(value)


def payloads(schema: Schema) -> st.SearchStrategy[Any]:
    """Return the strategy of values that keep schema, its references resolved."""

    def ordinary(value: Any, layout: Layout) -> Any:
        return encoded(schema, value, layout)

    def extreme(value: Any, layout: Layout, letter: str) -> Any:
        return stretched(schema, letter, encoded(schema, value, layout))

    def kept(value: Any) -> bool:
        return accepts(schema, value)

    drawn, full, layouts = (
        from_schema(drafted(schema)),
        from_schema(drafted(schema, full=True)),
        st.sampled_from(LAYOUTS),
    )
    extremes = st.builds(extreme, full, layouts, st.sampled_from(LETTERS))
    return st.one_of(st.builds(ordinary, drawn, layouts), extremes).filter(kept)


def drafted(schema: Schema | bool, *, full: bool = False) -> Schema | bool:
    """Return schema in Draft 7, with the content in the place of each string of JSON; full asks for every property."""
    if isinstance(schema, bool):
        return schema
    if "contentSchema" in schema:
        return drafted(schema["contentSchema"], full=full)
    made = {keyword: value for keyword, value in schema.items() if keyword in KEPT}
    for keyword in ("additionalProperties", "propertyNames"):
        if keyword in schema:
            made[keyword] = drafted(schema[keyword], full=full)
    if "anyOf" in schema:
        made["anyOf"] = [drafted(one, full=full) for one in schema["anyOf"]]
    if "properties" in schema:
        made["properties"] = {name: drafted(one, full=full) for name, one in schema["properties"].items()}
        if full and "maxProperties" not in schema:
            made["required"] = sorted({*schema.get("required", []), *schema["properties"]})
    return made | _items(schema, full=full)


def _items(schema: Schema, *, full: bool) -> Schema:
    """Return Draft 7's keywords for the items of an array: it has no prefixItems."""
    items = {"items": drafted(schema["items"], full=full)} if "items" in schema else {}
    if "prefixItems" not in schema:
        return items
    following = {"additionalItems": items["items"]} if items else {}
    return {"items": [drafted(one, full=full) for one in schema["prefixItems"]], **following}


def encoded(schema: Schema | bool, value: Any, layout: Callable[[Any], str]) -> Any:
    """Return value, drawn from schema as drafted, with what stands for strings of JSON written as such."""
    one = _option(schema, value, lambda option: Draft7Validator(drafted(option)).is_valid(value))
    if "contentSchema" in one:
        return layout(encoded(one["contentSchema"], value, layout))
    return _each(one, value, lambda inner, item: encoded(inner, item, layout))


def stretched(schema: Schema | bool, letter: str, value: Any) -> Any:
    """Return value, which keeps schema, with every string as long as it may be, of letter, and numbers of many digits."""
    one = _option(schema, value, lambda option: accepts(option, value))
    if isinstance(value, str):
        return longest(one, letter, value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        kept = [number for number in (value, *LONG_NUMBERS, *_bounds(one)) if accepts(one, number)]
        return max(kept, key=lambda number: len(json.dumps(number)))
    return _each(one, value, lambda inner, item: stretched(inner, letter, item))


def _option(schema: Schema | bool, value: Any, fits: Callable[[Schema | bool], bool]) -> Schema:
    """Return the schema that value is of: the first fitting one of several."""
    if isinstance(schema, bool):
        return {}
    return _option(next(filter(fits, schema["anyOf"]), {}), value, fits) if "anyOf" in schema else schema


def _each(schema: Schema, value: Any, change: Callable[[Schema | bool, Any], Any]) -> Any:
    """Return value with each of its parts changed according to the schema of that part."""
    if isinstance(value, dict):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        return {name: change(properties.get(name, others), one) for name, one in value.items()}
    if isinstance(value, list):
        first, others = schema.get("prefixItems", []), schema.get("items", True)
        return [change(first[number] if number < len(first) else others, one) for number, one in enumerate(value)]
    return value


def longest(schema: Schema, letter: str, text: str) -> str:
    """Return text made longer with letter, or with one of its own, until schema allows no more."""
    room = schema.get("maxLength", len(text)) - len(text)
    if "contentSchema" in schema:
        candidates = [_padded(text, letter, schema.get("maxLength", len(text))), text + " " * room]
    else:
        places = range(len(text) + 1)
        candidates = [text[:at] + one * room + text[at:] for at in places for one in (letter, text[at : at + 1])]
    return next((one for one in candidates if accepts(schema, one)), text)


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
