"""JSON Schemas inferred from values: their types and properties, with bounds that leave room."""

from collections.abc import Iterable
from typing import Any

ROOM = 2  # times the longest text or array that was seen
LEAST_LENGTH, LEAST_ITEMS = 64, 10
NAMES = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
    list: "array",
    dict: "object",
}


def inferred(values: list[Any], *, is_open: bool) -> dict[str, Any]:
    """Return a schema of values; is_open is whether objects may have other properties."""
    kinds: dict[str, list[Any]] = {}
    for value in values:
        kinds.setdefault(NAMES[type(value)], []).append(value)
    if {"integer", "number"} <= set(kinds):
        kinds["number"] += kinds.pop("integer")
    schemas = [_of_kind(kind, some, is_open=is_open) for kind, some in sorted(kinds.items())]
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas} if schemas else {}


def _of_kind(kind: str, values: list[Any], *, is_open: bool) -> dict[str, Any]:
    if kind == "string":
        return {"type": kind, "maxLength": _rounded(max(map(len, values)) * ROOM, LEAST_LENGTH)}
    if kind in ("integer", "number"):
        return {"type": kind, "minimum": -_bound(-min(values)), "maximum": _bound(max(values))}
    if kind == "array":
        items = [item for value in values for item in value]
        most = _rounded(max(map(len, values)) * ROOM, LEAST_ITEMS)
        return {"type": kind, "items": inferred(items, is_open=is_open), "maxItems": most}
    return _object(values, is_open=is_open) if kind == "object" else {"type": kind}


def _object(values: list[dict[str, Any]], *, is_open: bool) -> dict[str, Any]:
    names = dict.fromkeys(name for value in values for name in value)
    properties = {name: inferred([value[name] for value in values if name in value], is_open=is_open) for name in names}
    required = [name for name in names if all(name in value for value in values)]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        **({} if is_open else {"additionalProperties": False}),
    }


def _rounded(number: int, least: int) -> int:
    """Return the next power of two, and least at least."""
    return max(least, 1 << (max(number, 1) - 1).bit_length())


def _bound(number: float) -> int:
    """Return the next power of ten, or 0 for what is not positive."""
    return 0 if number <= 0 else 10 ** len(str(int(number)))


def with_comment(schema: dict[str, Any], executions: int) -> dict[str, Any]:
    """Return schema with a note of where it comes from."""
    times = "one execution" if executions == 1 else f"{executions} payloads"
    return {"$comment": f"Inferred from {times}: check what is required, and the bounds.", **schema}


def usable(values: Iterable[Any]) -> list[Any]:
    """Return the values that were recorded whole: what is None was not recorded."""
    return [value for value in values if value is not None]
