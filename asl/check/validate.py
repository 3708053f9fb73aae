"""Validation of documents, such as a mapping, by the comparison of shapes."""

from typing import Any

from asl.check.compare import mismatches
from asl.check.shapes import Shape, constant


def validate(document: Any, required: Shape, at: str = "$") -> str | None:
    """Return the first place where document is not of the shape required, and why, or None."""
    for found in mismatches(constant(document), required):
        return f"{at}{found.path}: {found.provided}, where {found.required} is required"
    return None
