"""The function to whose handler a call belongs, found on the stack."""

import inspect
from collections import defaultdict
from functools import cache
from importlib import import_module
from types import CodeType, FrameType, FunctionType

from tests.permissions.grants import roles


def role_at_work() -> str | None:
    """Return the role of the innermost handler on this thread's stack, or None outside of handlers."""
    frame, known = inspect.currentframe(), _by_identity()
    while frame is not None:
        for handler, role in known.get(id(frame.f_code), {}).items():
            if _runs(frame, handler):
                return role
        frame = frame.f_back
    return None


@cache
def _by_identity() -> dict[int, dict[FunctionType, str]]:
    """Return the handlers by the identity of their code: Python computes the hash of code anew for each look-up."""
    return {id(code): found for code, found in handlers().items()}


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
