"""The sandbox in tests: without its processes, or with another module of operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from imaging import operations
from lambdas.runtime.sandbox import client
from lambdas.runtime.sandbox.answers import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

Result = TypeVar("Result")


def run_here(patch: pytest.MonkeyPatch) -> None:
    """Run the operations in this process, which is faster and not confined."""
    patch.setattr(client, "start", lambda: None)
    patch.setattr(client, "run", _run)


def _run(
    operation: str, data: bytes, read: Callable[[Answer], Result], bounds: object = None, **arguments: object
) -> Result:
    del bounds
    facts, renditions = operations.run(operation, data, arguments)
    return read(Answer(dict(facts), list(renditions)))
