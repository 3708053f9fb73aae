"""The operations of imaging; each also returns the modules that it imported beyond those that load imports."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from imaging import operations

loaded: set[str] = set()


def load() -> list[str]:
    """Load, and remember what was loaded."""
    lacking = operations.load()
    loaded.update(sys.modules)
    return lacking


def run(name: str, data: bytes, arguments: Mapping[str, Any]) -> tuple[Mapping[str, Any], Sequence[bytes]]:
    """Run an operation."""
    operations.run(name, data, arguments)
    return {"imported": sorted(set(sys.modules) - loaded)}, []
