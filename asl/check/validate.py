"""Validation of documents, such as a mapping, by the comparison of shapes."""

from typing import Any

from asl.check.compare import mismatches
from asl.check.shapes import Anything, Array, Object, Shape, Unknown, constant, exact_object, members


def validate(document: Any, required: Shape, at: str = "$") -> str | None:
    """Return the first place where document is not of the shape required, and why, or None."""
    for found in mismatches(_shape_of(document, required), required):
        return f"{at}{found.path}: {found.provided}, where {found.required} is required"
    return None


def _shape_of(value: Any, required: Shape) -> Shape:
    """Return the shape of value as deep as required is, since the rest of a large document does not matter."""
    if required == Anything():
        return Unknown()
    if isinstance(value, dict):
        objects = [one for one in members(required) if isinstance(one, Object)]
        wanted = {name: field.shape for name in value for one in objects if (field := one.get(name))}
        return exact_object(**{name: _shape_of(inner, wanted.get(name, Anything())) for name, inner in value.items()})
    if isinstance(value, list):
        arrays = [one.items for one in members(required) if isinstance(one, Array) and one.items is not None]
        items = tuple(_shape_of(inner, arrays[0] if arrays else Anything()) for inner in value)
        return Array(items, None, len(items), len(items))
    return constant(value)
