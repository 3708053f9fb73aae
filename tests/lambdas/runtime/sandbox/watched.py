"""The operations of imaging; each also returns the modules that it imported beyond those that load imports."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from imaging import operations

loaded: set[str] = set()


def load(*formats: str) -> list[str]:
    """Load, and remember what was loaded."""
    lacking = operations.load(*formats)
    loaded.update(sys.modules)
    return lacking


def run(name: str, data: bytes, arguments: Mapping[str, Any]) -> tuple[Mapping[str, Any], Sequence[bytes]]:
    """Run an operation, or return the modules of the server."""
    if name == "modules":
        return {"modules": sorted(sys.modules)}, []
    operations.run(name, data, arguments)
    return {"imported": sorted(set(sys.modules) - loaded)}, []
