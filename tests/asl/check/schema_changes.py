"""Changes of a schema: the same schema, wider at one place."""

from typing import Any

from hypothesis import strategies as st

from tests.asl.check.schemas import VALUES, Schema, leaves

OUTWARDS = {
    "maxLength": 3,
    "maximum": 7,
    "maxItems": 2,
    "maxProperties": 1,
    "minLength": -1,
    "minimum": -7,
    "minItems": -1,
}
NEVER_NEGATIVE = ("minLength", "minItems")
DROPPED = ("pattern", "not", "propertyNames", *OUTWARDS)


@st.composite
def widened(draw: st.DrawFn, schema: Schema) -> Schema:
    """Return schema with one place in it that accepts more, and none that accepts less."""
    inner = _inner(schema)
    if not inner or draw(st.booleans()):
        return _wider(draw, schema)
    keyword, key = draw(st.sampled_from(inner))
    holder = schema[keyword]
    changed = draw(widened(holder if key is None else holder[key]))
    return {**schema, keyword: changed if key is None else _replaced(holder, key, changed)}


def _inner(schema: Schema) -> list[tuple[str, Any]]:
    """Return the places of the schemas in schema: a keyword, and the key below it if there is one."""
    single = ("items", "additionalProperties", "contentSchema")
    places: list[tuple[str, Any]] = [(keyword, None) for keyword in single if isinstance(schema.get(keyword), dict)]
    places += [("properties", name) for name in schema.get("properties", {})]
    return places + [
        (keyword, at) for keyword in ("prefixItems", "anyOf") for at in range(len(schema.get(keyword, [])))
    ]


def _replaced(holder: Any, key: Any, value: Any) -> Any:
    return {**holder, key: value} if isinstance(holder, dict) else [*holder[:key], value, *holder[key + 1 :]]


def _wider(draw: st.DrawFn, schema: Schema) -> Schema:
    ways = [keyword for keyword in (*OUTWARDS, *DROPPED, "required", "enum") if schema.get(keyword)]
    way = draw(st.sampled_from([*ways, "anyOf"]))
    match way:
        case "anyOf":
            return {"anyOf": draw(st.permutations([*schema.get("anyOf", [schema]), draw(leaves)]))}
        case "enum":
            return {**schema, "enum": [*schema["enum"], draw(st.sampled_from(VALUES))]}
        case "required":
            return {**schema, "required": schema["required"][1:]}
    if way in OUTWARDS and draw(st.booleans()):
        moved = schema[way] + OUTWARDS[way]
        return {**schema, way: max(0, moved) if way in NEVER_NEGATIVE else moved}
    return {keyword: value for keyword, value in schema.items() if keyword != way}
