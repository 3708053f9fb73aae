"""The dialect of JSON Schema (Draft 2020-12) that the proof understands, and its conversion to shapes.

Keywords: type, properties, required, additionalProperties, propertyNames (as a string), maxProperties, prefixItems,
items, minItems, maxItems, minLength, maxLength, pattern, minimum, maximum, enum, const, anyOf, not (of const or enum),
contentMediaType application/json with contentSchema, and annotations. Any other keyword is an error.
"""

import re
from typing import Any

from asl.check.compare import mismatches
from asl.check.shapes import (
    NULL,
    Anything,
    Array,
    Boolean,
    Field,
    Number,
    Object,
    Shape,
    Text,
    constant,
    union,
)

ANNOTATIONS = {"$schema", "$id", "$comment", "$defs", "title", "description", "examples", "default", "deprecated"}
KEYWORDS: dict[str, set[str]] = {
    "string": {"minLength", "maxLength", "pattern", "not", "contentMediaType", "contentSchema"},
    "number": {"minimum", "maximum"},
    "integer": {"minimum", "maximum"},
    "boolean": set(),
    "null": set(),
    "array": {"prefixItems", "items", "minItems", "maxItems"},
    "object": {"properties", "required", "additionalProperties", "propertyNames", "maxProperties"},
}
WHOLE = ("const", "enum", "anyOf")  # none goes with another keyword, except annotations and type
FORMS: dict[str, type] = {  # of the values of keywords
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "maxProperties"), int),
    **dict.fromkeys(("minimum", "maximum"), float),
    **dict.fromkeys(("pattern", "contentMediaType"), str),
    **dict.fromkeys(("required", "enum", "anyOf", "prefixItems"), list),
    "properties": dict,
}


class UnsupportedSchemaError(ValueError):
    """A schema has a keyword or a value outside of the dialect; to ignore it would make the proof unsound."""

    def __init__(self, where: str, what: str) -> None:
        """Take the place in the schema, and what is outside of the dialect there."""
        super().__init__(f"{where}: {what} is outside the dialect that can be proved")


def shape_of(schema: Any, where: str = "#") -> Shape:
    """Return the shape of schema, which has no references; raises UnsupportedSchemaError."""
    if isinstance(schema, bool):
        return Anything() if schema else union()
    if not isinstance(schema, dict):
        raise UnsupportedSchemaError(where, f"the schema {schema!r}")
    keywords = {key: value for key, value in schema.items() if key not in ANNOTATIONS}
    for key, value in keywords.items():
        if not _is_formed(key, value):
            raise UnsupportedSchemaError(where, f"{key} {value!r}")
    for keyword in WHOLE:
        if keyword in keywords:
            return _whole(keywords, keyword, where)
    types = keywords.pop("type", None)
    if types is None:
        if keywords:
            raise UnsupportedSchemaError(where, f"{sorted(keywords)} without a type")
        return Anything()
    return _of_types(types, keywords, where)


def _is_formed(keyword: str, value: Any) -> bool:
    """Return True if value has the type of keyword's values."""
    form = FORMS.get(keyword)
    if keyword == "required" and isinstance(value, list):
        return all(isinstance(name, str) for name in value)
    if form is float and isinstance(value, int):
        value = float(value) if not isinstance(value, bool) else None
    return form is None or (isinstance(value, form) and not isinstance(value, bool))


def _of_types(types: Any, keywords: dict[str, Any], where: str) -> Shape:
    names = types if isinstance(types, list) else [types]
    return union(*(_typed(name, keywords, where, alone=len(names) == 1) for name in names))


def _whole(keywords: dict[str, Any], keyword: str, where: str) -> Shape:
    beside = {keyword} if keyword == "anyOf" else {keyword, "type"}
    if unsupported := set(keywords) - beside:
        raise UnsupportedSchemaError(where, f"{keyword} beside {sorted(unsupported)}")
    if keyword != "anyOf":
        shape = constant(keywords["const"]) if keyword == "const" else _enumerated(keywords["enum"])
        if "type" in keywords and mismatches(shape, _of_types(keywords["type"], {}, where)):
            raise UnsupportedSchemaError(where, f"{keyword} of another type")
        return shape
    return union(*(shape_of(one, f"{where}/anyOf/{number}") for number, one in enumerate(keywords["anyOf"])))


def _enumerated(values: list[Any]) -> Shape:
    texts = [value for value in values if isinstance(value, str)]
    others = [constant(value) for value in values if not isinstance(value, str)]
    if not texts:
        return union(*others)
    lengths = [len(text) for text in texts]
    return union(Text(min(lengths), max(lengths), values=frozenset(texts)), *others)


def _typed(name: str, keywords: dict[str, Any], where: str, *, alone: bool) -> Shape:
    if not isinstance(name, str) or name not in KEYWORDS:
        raise UnsupportedSchemaError(where, f"type {name}")
    known = set().union(*KEYWORDS.values()) if not alone else KEYWORDS[name]
    if unsupported := set(keywords) - known:
        raise UnsupportedSchemaError(where, f"{sorted(unsupported)} on type {name}")
    match name:
        case "string":
            return _text(keywords, where)
        case "number" | "integer":
            return Number(name == "integer", keywords.get("minimum"), keywords.get("maximum"))
        case "boolean":
            return Boolean()
        case "null":
            return NULL
        case "array":
            return _array(keywords, where)
    return _object(keywords, where)


def _text(keywords: dict[str, Any], where: str) -> Text:
    patterns = frozenset([_pattern(keywords["pattern"], where)] if "pattern" in keywords else [])
    return Text(
        keywords.get("minLength", 0),
        keywords.get("maxLength"),
        patterns,
        excluded=_excluded(keywords["not"], where) if "not" in keywords else frozenset(),
        content=_content(keywords, where),
    )


def _pattern(pattern: str, where: str) -> str:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise UnsupportedSchemaError(where, f"the pattern {pattern} ({error})") from error
    return pattern


def _excluded(schema: Any, where: str) -> frozenset[str]:
    if not isinstance(schema, dict) or set(schema) not in ({"const"}, {"enum"}):
        raise UnsupportedSchemaError(where, "not, of anything but const or enum,")
    return frozenset(value for value in schema.get("enum", [schema.get("const")]) if isinstance(value, str))


def _content(keywords: dict[str, Any], where: str) -> Shape | None:
    if "contentMediaType" not in keywords and "contentSchema" not in keywords:
        return None
    if keywords.get("contentMediaType") != "application/json":
        raise UnsupportedSchemaError(where, "contentMediaType other than application/json")
    return shape_of(keywords.get("contentSchema", True), f"{where}/contentSchema")


def _array(keywords: dict[str, Any], where: str) -> Array:
    prefix = tuple(
        shape_of(one, f"{where}/prefixItems/{number}") for number, one in enumerate(keywords.get("prefixItems", []))
    )
    items = keywords.get("items", True)
    rest = None if items is False else shape_of(items, f"{where}/items")
    highs = [keywords.get("maxItems"), len(prefix) if rest is None else None]
    return Array(
        prefix, rest, keywords.get("minItems", 0), min((high for high in highs if high is not None), default=None)
    )


def _names(schema: Any, where: str) -> Text:
    names = shape_of({"type": "string", **schema}, where) if isinstance(schema, dict) else None
    if not isinstance(names, Text) or names.content is not None:
        raise UnsupportedSchemaError(where, "anything but one kind of string")
    return names


def _object(keywords: dict[str, Any], where: str) -> Object:
    required = set(keywords.get("required", []))
    properties = {
        name: shape_of(one, f"{where}/properties/{name}") for name, one in keywords.get("properties", {}).items()
    }
    others = keywords.get("additionalProperties", True)
    rest = None if others is False else shape_of(others, f"{where}/additionalProperties")
    for name in required - set(properties):
        properties[name] = rest if rest is not None else union()
    names = _names(keywords.get("propertyNames", {}), f"{where}/propertyNames")
    fields = tuple(sorted((name, Field(shape, name in required)) for name, shape in properties.items()))
    return Object(fields, rest, names, keywords.get("maxProperties"))
