"""Values that keep a small random schema: few, quickly drawn, and near its bounds."""

from functools import partial
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from tests.asl.check.largest_payloads import CHARACTERS, LONG_NUMBERS
from tests.asl.check.payloads import LAYOUTS
from tests.asl.check.schemas import NAMES, NUMBERS, VALUES
from tests.asl.check.validation import Schema, accepts

WORDS = (*(value for value in VALUES if isinstance(value, str)), *NAMES, "c", "x", "aba", "bb", "00", "٣")
NOTHING_SAID: tuple[Any, ...] = (*VALUES, [], [None, "a"], {}, {"a": 1}, {"b": {"a": "x"}})


@st.composite
def values(draw: st.DrawFn, schema: Schema | bool) -> Any:
    """Return a value that keeps schema; rejects the example where none is found."""
    value = _drawn(draw, schema)
    assume(accepts(schema, value))
    return value


def _drawn(draw: st.DrawFn, schema: Schema | bool) -> Any:
    if isinstance(schema, bool) or not schema:
        assume(schema is not False)
        return draw(st.sampled_from(NOTHING_SAID))
    if "allOf" in schema:
        return _drawn(draw, {**schema["allOf"][1], **schema["allOf"][0]})
    if "anyOf" in schema:
        return _drawn(draw, draw(st.sampled_from(schema["anyOf"])))
    if "const" in schema or "enum" in schema:
        return draw(st.sampled_from(schema.get("enum", [schema.get("const")])))
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return KINDS[draw(st.sampled_from(kinds))](draw, schema)


def _one_of(draw: st.DrawFn, schema: Schema, candidates: list[Any]) -> Any:
    kept = [one for one in candidates if accepts(schema, one)]
    assume(kept)
    return draw(st.sampled_from(kept))


def _text(draw: st.DrawFn, schema: Schema) -> str:
    longest = schema.get("maxLength", 5)
    if "contentSchema" in schema:
        inner = str(draw(st.sampled_from(LAYOUTS))(_drawn(draw, schema["contentSchema"])))
        return inner + str(draw(st.sampled_from(("", " " * max(0, longest - len(inner))))))
    text: str = _one_of(draw, schema, [*WORDS, *(letter * longest for letter in CHARACTERS)])
    return text


def _number(draw: st.DrawFn, schema: Schema) -> float:
    bounds = [schema[keyword] for keyword in ("minimum", "maximum") if keyword in schema]
    number: float = _one_of(draw, schema, [*NUMBERS, *bounds, *map(float, bounds), *LONG_NUMBERS, 10**40])
    return number


def _array(draw: st.DrawFn, schema: Schema) -> list[Any]:
    first, others, low = schema.get("prefixItems", []), schema.get("items", True), schema.get("minItems", 0)
    length = draw(
        st.integers(low, min(schema.get("maxItems", 3), low + 3) if low <= schema.get("maxItems", 3) else low)
    )
    if others is False:
        length = min(length, len(first))
    return [_drawn(draw, first[number] if number < len(first) else others) for number in range(length)]


def _object(draw: st.DrawFn, schema: Schema) -> dict[str, Any]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    allowed = partial(accepts, schema.get("propertyNames", True))
    free = filter(allowed, (*WORDS, *properties) if others is not False else properties)
    optional = sorted(set(free) - set(schema.get("required", [])))
    most = schema.get("maxProperties", 4) - len(schema.get("required", []))
    assume(most >= 0)
    more = draw(st.lists(st.sampled_from(optional), max_size=most, unique=True)) if optional else []
    return {name: _drawn(draw, properties.get(name, others)) for name in (*schema.get("required", []), *more)}


KINDS = {
    "string": _text,
    "number": _number,
    "integer": _number,
    "boolean": lambda draw, _: draw(st.booleans()),
    "null": lambda _, __: None,
    "array": _array,
    "object": _object,
}
