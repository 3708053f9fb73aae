"""A guard: code without which some schedule violates a statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.chaos.faults import Fault

Remove = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Guard:
    """Code that keeps a statement true, how to remove it, and the faults that show its absence."""

    name: str
    remove: Remove
    statement: str  # prefix of the violation
    faults: Mapping[Fault, float]
    start: int = 0  # first seed of the search; chosen because a violation is found soon after it
