"""A module of operations for tests of the sandbox: the name of each is the work itself, and the image does not matter."""

from __future__ import annotations

import os
import resource
import struct
import sys
import time
from typing import TYPE_CHECKING, Any, NoReturn

from imaging.errors import ImageRefusedError, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

FOUND = {"number": 1, "text": "ä" * 100_000, "list": [None, True, 0.5]}
LIMITS = ("CORE", "CPU", "DATA", "AS", "FSIZE", "NOFILE")
times = 0
kept: list[bytearray] = []


def load(*_: str) -> list[str]:
    """Import nothing, and have memory, as a server has that has imported decoders; none of it is written."""
    kept.append(bytearray(32 * 2**20))
    return []


def run(name: str, data: bytes, arguments: Mapping[str, Any]) -> tuple[Mapping[str, Any], Sequence[bytes]]:
    """Do the work with that name."""
    done: tuple[Mapping[str, Any], Sequence[bytes]] = WORK[name](data, **arguments)
    return done


def _count(_: bytes) -> Any:
    global times  # noqa: PLW0603 - it is to be seen whether this lasts
    times += 1
    return {"times": times}, []


def _state(_: bytes) -> Any:
    """Return what this process has: variables, open files, arguments, limits."""
    files = [file for file in range(300) if _is_open(file)]
    limits = {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[1] for name in LIMITS}
    return {"variables": dict(os.environ), "files": files, "limits": limits}, []


def _is_open(file: int) -> bool:
    try:
        os.fstat(file)
    except OSError:
        return False
    return True


def _wait(_: bytes) -> NoReturn:
    while True:
        time.sleep(1)


def _spin(_: bytes) -> NoReturn:
    while True:
        pass


def _reject(_: bytes) -> NoReturn:
    raise ImageRefusedError(Reason.CORRUPT, "It is broken: \u201cä\u201d.")


def _fail(_: bytes, error: str) -> NoReturn:
    raise ERRORS[error]("planted \x1b[31m")


ERRORS = {one.__name__: one for one in (LookupError, TypeError, AttributeError, KeyError, RuntimeError, struct.error)}

WORK: dict[str, Callable[..., Any]] = {
    "find": lambda _: (FOUND, []),
    "echo": lambda data: ({"size": len(data)}, [data]),
    "count": _count,
    "state": _state,
    "allocate": lambda _, size: ({"size": len(bytearray(size))}, []),
    "wait": _wait,
    "spin": _spin,
    "reject": _reject,
    "fail": _fail,
    "return what is no JSON": lambda _: ({"not": object()}, []),
    "exit": lambda _: sys.exit(),
    "modules": lambda _: ({"modules": sorted(sys.modules)}, []),
}
