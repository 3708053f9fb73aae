"""The function to whose handler a call belongs, found on the stack."""

import inspect
from collections import defaultdict
from functools import cache
from importlib import import_module
from types import CodeType, FrameType, FunctionType

from tests.permissions.grants import roles


def role_at_work() -> str | None:
    """Return the role of the innermost handler on this thread's stack, or None outside of handlers."""
    frame = inspect.currentframe()
    while frame is not None:
        for handler, role in handlers().get(frame.f_code, {}).items():
            if _runs(frame, handler):
                return role
        frame = frame.f_back
    return None


@cache
def handlers() -> dict[CodeType, dict[FunctionType, str]]:
    """Return the roles of the template's handlers, by code; handlers with the same decorator share it.

    The first call has to come before a test replaces a handler.
    """
    found: dict[CodeType, dict[FunctionType, str]] = defaultdict(dict)
    for module, role in roles().items():
        handler = import_module(module).handler
        found[handler.__code__][handler] = role
    return found


def _runs(frame: FrameType, function: FunctionType) -> bool:
    """Return whether frame, which runs the code of function, also has its closure."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return all(frame.f_locals.get(name) is cell.cell_contents for name, cell in cells)
