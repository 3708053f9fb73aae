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
from tests.effort import times

Layout = Callable[[Any], str]  # from a value to its JSON

# The layouts in which JSON is found inside a string: Python's, with and without escapes, compact and airy.
LAYOUTS: tuple[Layout, ...] = (
    json.dumps,
    partial(json.dumps, ensure_ascii=False, separators=(",", ":")),
    partial(json.dumps, ensure_ascii=False, indent=8),
)
KEPT = {"type", "enum", "const", "not", "pattern", "required", "minLength", "maxLength", "minimum", "maximum"}
KEPT |= {"minItems", "maxProperties"}
# Items that are drawn of an array; more of them exceed what hypothesis draws at all. An extreme is stretched to the most.
DRAWN_ITEMS = times(3, 5)


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
    if "pattern" in schema and "maxLength" in schema:
        made["pattern"] = _bounded(schema["pattern"], schema.get("minLength", 0))
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


def _bounded(pattern: str, least: int) -> str:
    """Return pattern with ends to its repetitions, and at the text's end: most texts of it would be too long, or too short."""
    one_or_more = f"]{{{max(1, least)},{max(8, least)}}}"
    bounded = pattern.replace("]*", "]{0,4}").replace("]+", one_or_more if pattern.count("]+") == 1 else "]{1,8}")
    return f"{bounded[:-1]}\\Z" if bounded.endswith("$") else bounded


def _items(schema: Schema, *, full: bool) -> Schema:
    """Return Draft 7's keywords for the items of an array: it has no prefixItems."""
    first = [drafted(one, full=full) for one in schema.get("prefixItems", ())]
    rest = drafted(schema["items"], full=full) if "items" in schema else True
    most = {}
    if "maxItems" in schema:
        most = {"maxItems": min(schema["maxItems"], max(schema.get("minItems", 0), len(first) + DRAWN_ITEMS))}
    return {"items": first, "additionalItems": rest, **most} if first else {"items": rest, **most}


def encoded(schema: Schema | bool, value: Any, layout: Layout) -> Any:
    """Return value, drawn from schema as drafted, with what stands for strings of JSON written as such."""
    one = option(schema, lambda other: Draft7Validator(drafted(other)).is_valid(value))
    if "contentSchema" in one:
        return layout(encoded(one["contentSchema"], value, layout))
    return each_part(one, value, lambda inner, item: encoded(inner, item, layout))
