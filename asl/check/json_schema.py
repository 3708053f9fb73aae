"""The dialect of JSON Schema (Draft 2020-12) that the proof understands, and its conversion to shapes.

Keywords: those in KEYWORDS by type; enum, const, anyOf, oneOf of alternatives that exclude each other, allOf, and annotations, of
which `format` is one, as in Draft 2020-12. Any other keyword is an error.
"""

import math
import re
from itertools import combinations
from typing import Any

from asl.check.compare import mismatches
from asl.check.intersections import are_disjoint, intersection, least
from asl.check.patterns import is_match
from asl.check.regular_expressions import UndecidedPatternError
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

ANNOTATIONS = {
    *(
        "$schema",
        "$id",
        "$comment",
        "$defs",
        "definitions",
        "title",
        "description",
        "examples",
        "default",
        "deprecated",
    ),
    *("format", "readOnly", "writeOnly", "discriminator"),
}
NUMBERS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
KEYWORDS: dict[str, set[str]] = {
    "string": {"minLength", "maxLength", "pattern", "not", "contentMediaType", "contentSchema"},
    "number": NUMBERS,
    "integer": NUMBERS,
    "boolean": set(),
    "null": set(),
    "array": {"prefixItems", "items", "minItems", "maxItems", "uniqueItems"},
    "object": {
        *("properties", "required", "additionalProperties", "patternProperties", "propertyNames"),
        *("minProperties", "maxProperties"),
    },
}
WHOLE = ("const", "enum")  # none goes with another keyword, except annotations and type
JOINED = ("anyOf", "oneOf", "allOf")
UNTYPED = {*WHOLE, *JOINED}  # keywords of schemas that need no type
FORMS: dict[str, type] = {  # of the values of keywords
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), int),
    **dict.fromkeys(NUMBERS, float),
    **dict.fromkeys(("pattern", "contentMediaType"), str),
    **dict.fromkeys(("required", "enum", *JOINED, "prefixItems"), list),
    **dict.fromkeys(("properties", "patternProperties"), dict),
    "uniqueItems": bool,
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
    combined = next((keyword for keyword in (*JOINED, *WHOLE) if keyword in keywords), None)
    if combined is not None:
        return (_combined if combined in JOINED else _whole)(keywords, combined, where)
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
    return form is None or (isinstance(value, form) and (form is bool or not isinstance(value, bool)))


def _of_types(types: Any, keywords: dict[str, Any], where: str) -> Shape:
    names = types if isinstance(types, list) else [types]
    return union(*(_typed(name, keywords, where, alone=len(names) == 1) for name in names))


def _combined(keywords: dict[str, Any], keyword: str, where: str) -> Shape:
    """Return the values of a keyword of several schemas, which the keywords beside it restrict; a type holds for all of them."""
    rest = {key: value for key, value in keywords.items() if key != keyword}
    typed = {"type": rest["type"]} if "type" in rest else {}
    schemas = [
        {**typed, **one} if isinstance(one, dict) and not UNTYPED & set(one) else one for one in keywords[keyword]
    ]
    return _intersection(_joined(schemas, keyword, where), shape_of(rest, where), where)


def _joined(schemas: list[Any], keyword: str, where: str) -> Shape:
    """Return the values of any, of one, or of all schemas."""
    shapes = [shape_of(one, f"{where}/{keyword}/{number}") for number, one in enumerate(schemas)]
    if keyword == "allOf":
        whole: Shape = Anything()
        for one in shapes:
            whole = _intersection(whole, one, where)
        return whole
    if keyword == "oneOf" and not all(are_disjoint(*pair) for pair in combinations(shapes, 2)):
        raise UnsupportedSchemaError(where, "oneOf, of alternatives that may have a value in common,")
    return union(*shapes)


def _intersection(one: Shape, other: Shape, where: str) -> Shape:
    try:
        return intersection(one, other)
    except ValueError as error:
        raise UnsupportedSchemaError(where, str(error)) from error


def _whole(keywords: dict[str, Any], keyword: str, where: str) -> Shape:
    if unsupported := set(keywords) - {keyword, "type"}:
        raise UnsupportedSchemaError(where, f"{keyword} beside {sorted(unsupported)}")
    shape = constant(keywords["const"]) if keyword == "const" else _enumerated(keywords["enum"])
    if "type" in keywords and mismatches(shape, _of_types(keywords["type"], {}, where)):
        raise UnsupportedSchemaError(where, f"{keyword} of another type")
    return shape


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
            return _number(keywords, is_integer=name == "integer")
        case "boolean":
            return Boolean()
        case "null":
            return NULL
        case "array":
            return _array(keywords, where)
    return _object(keywords, where)


def _number(keywords: dict[str, Any], *, is_integer: bool) -> Number:
    """Return numbers; an excluded bound is the number beside it: the next integer, or the next that a double has."""
    low, high = keywords.get("exclusiveMinimum"), keywords.get("exclusiveMaximum")
    if low is not None:
        low = math.floor(low) + 1 if is_integer else math.nextafter(low, math.inf)
    if high is not None:
        high = math.ceil(high) - 1 if is_integer else math.nextafter(high, -math.inf)
    lows = [one for one in (low, keywords.get("minimum")) if one is not None]
    multiple = keywords.get("multipleOf")
    whole = is_integer or (multiple is not None and float(multiple).is_integer())
    return Number(
        whole,
        max(lows, default=None),
        least(high, keywords.get("maximum")),
        multiple=None if multiple == 1 else multiple,
    )


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
    high = min((high for high in highs if high is not None), default=None)
    return Array(prefix, rest, keywords.get("minItems", 0), high, unique=keywords.get("uniqueItems", False))


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
    rest, names = _rest(keywords, properties, where)
    for name in required - set(properties):
        properties[name] = rest if rest is not None else union()
    fields = tuple(sorted((name, Field(shape, name in required)) for name, shape in properties.items()))
    return Object(fields, rest, names, keywords.get("maxProperties"), least=keywords.get("minProperties", 0))


def _rest(keywords: dict[str, Any], properties: dict[str, Shape], where: str) -> tuple[Shape | None, Text]:
    """Return the shape of properties that the schema does not name, None if there may be none, and what their names are."""
    names = _names(keywords.get("propertyNames", {}), f"{where}/propertyNames")
    others = keywords.get("additionalProperties", True)
    patterns = keywords.get("patternProperties", {})
    if not patterns:
        return None if others is False else shape_of(others, f"{where}/additionalProperties"), names
    ((pattern, schema), *more) = patterns.items()
    named = [name for name in {*properties, *keywords.get("required", [])} if _is_named(pattern, name)]
    if more or others is not False or named or "propertyNames" in keywords:
        what = "patternProperties, but for one pattern beside `additionalProperties: false` that matches no property that is named,"
        raise UnsupportedSchemaError(where, what)
    return shape_of(schema, f"{where}/patternProperties"), Text(patterns=frozenset({_pattern(pattern, where)}))


def _is_named(pattern: str, name: str) -> bool:
    try:
        return is_match(pattern, name)
    except UndecidedPatternError:
        return True
