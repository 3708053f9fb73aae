"""Work that never ends, in a short time: on a busy machine it gets more, until it has begun to wait."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from lambdas.runtime.sandbox.bounds import BOUNDS, Bounds
from lambdas.runtime.sandbox.client import SandboxError
from tests.patience import PATIENCE

Result = TypeVar("Result")
SECONDS = 0.5


def in_short_time(call: Callable[[Bounds], Result], seconds: float = SECONDS) -> Result:
    """Return or raise what call does within bounds; if the processor was too busy to tell, call it again with twice the time."""
    try:
        return call(replace(BOUNDS, time=seconds))
    except SandboxError:
        if seconds > PATIENCE:
            raise
        return in_short_time(call, 2 * seconds)
