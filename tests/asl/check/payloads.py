"""Payloads that keep a contract, from hypothesis-jsonschema: ordinary ones, and the same stretched as far as they go."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft7Validator

from tests.asl.check.generated import from_schema
from tests.asl.check.largest_payloads import CHARACTERS, stretched
from tests.asl.check.validation import Schema, accepts, each_part, option

Layout = Callable[[Any], str]  # from a value to its JSON

# The layouts in which JSON is found inside a string: Python's, with and without escapes, compact and airy.
LAYOUTS: tuple[Layout, ...] = (
    json.dumps,
    partial(json.dumps, ensure_ascii=False, separators=(",", ":")),
    partial(json.dumps, ensure_ascii=False, indent=8),
)
KEPT = {"type", "enum", "const", "not", "pattern", "required", "minLength", "maxLength", "minimum", "maximum"}
KEPT |= {"minItems", "maxItems", "maxProperties"}


def payloads(schema: Schema) -> st.SearchStrategy[Any]:
    """Return the strategy of values that keep schema, its references resolved."""

    def ordinary(value: Any, layout: Layout) -> Any:
        return encoded(schema, value, layout)

    def extreme(value: Any, layout: Layout, letter: str) -> Any:
        return stretched(schema, letter, encoded(schema, value, layout))

    def kept(value: Any) -> bool:
        return accepts(schema, value)

    drawn, full = from_schema(drafted(schema)), from_schema(drafted(schema, full=True))
    layouts = st.sampled_from(LAYOUTS)
    extremes = st.builds(extreme, full, layouts, st.sampled_from(CHARACTERS))
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


def encoded(schema: Schema | bool, value: Any, layout: Layout) -> Any:
    """Return value, drawn from schema as drafted, with what stands for strings of JSON written as such."""
    one = option(schema, lambda other: Draft7Validator(drafted(other)).is_valid(value))
    if "contentSchema" in one:
        return layout(encoded(one["contentSchema"], value, layout))
    return each_part(one, value, lambda inner, item: encoded(inner, item, layout))
