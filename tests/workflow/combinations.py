"""Which combinations of a test's parameters are tried: all, or as few as leave no value out."""

from collections.abc import Sequence
from itertools import product
from typing import Any, TypeVar

from tests.effort import is_thorough
from workflow.steps import Step

Value = TypeVar("Value")


def combined(*axes: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return combinations that have each value of each axis: in `make test` as few as do, in `make test-all` all."""
    if is_thorough():
        return list(product(*axes))
    return [tuple(axis[number % len(axis)] for axis in axes) for number in range(max(map(len, axes)))]


def some(values: Sequence[Value], *kept: Value) -> Sequence[Value]:
    """Return those of values that are kept in `make test`; in `make test-all` all."""
    assert all(one in values for one in kept)
    return values if is_thorough() else kept


def named(value: object) -> str | None:
    """Return the name of a value in a test's, if it is a step."""
    return value.state if isinstance(value, Step) else None
