"""Whether a document is of a shape: the proof's own means, put to a machine and its mapping."""

from typing import Any

from asl.check.compare import mismatches
from asl.check.shapes import Shape, constant


def misfit(document: Any, needed: Shape, at: str = "$") -> str | None:
    """Return where document is not of the shape needed, and why, or None."""
    for found in mismatches(constant(document), needed):
        return f"{at}{found.path}: {found.promised}, where {found.needed} is needed"
    return None
