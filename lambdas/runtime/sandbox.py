"""The sandbox: work is done in a child process, so that no image can make the function crash, hang or run out of memory."""

from __future__ import annotations

import faulthandler
import json
import os
import re
import resource
import select
import signal
import traceback
import warnings
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from imaging.errors import ImageRefusedError, Reason
from lambdas.runtime.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from io import BufferedReader, BufferedWriter

    Work = Callable[[], Mapping[str, object]]

Result = TypeVar("Result", bound="Mapping[str, object]")

PROCESS_STATUS = Path("/proc/self/status")  # Linux only, as RLIMIT_DATA is
DATA_SIZE = re.compile(r"^VmData:\s+(\d+) kB$", re.MULTILINE)  # without the stack, which RLIMIT_DATA does not count


@dataclass(frozen=True)
class Bounds:
    """What the child process may use."""

    memory: int = 448 * 2**20  # bytes beyond the function's own, which are about 64 MB: 512 MB in all
    processor_time: int = 8  # seconds; this limit decides, because a laptop processes many images at the same time
    time: float = 25  # seconds on the clock, for a child that only waits; the function has 30


BOUNDS = Bounds()
FORK_LOCK = Lock()  # without it, the child of another thread could inherit the pipe's end and keep it open


class SandboxError(RuntimeError):
    """The work failed in the child process for an internal reason."""


def run_sandboxed(work: Callable[[], Result], bounds: Bounds = BOUNDS) -> Result:
    """Do work in a child process and return its result, which must be a JSON object.

    Raises ImageRefusedError if work does, or if it exceeds bounds or ends its process. Raises SandboxError if work raises
    any other error, and logs its traceback.
    """
    child, reader = _start(work, bounds)
    with reader:
        try:
            answer = _read(reader, monotonic() + bounds.time)
        finally:
            status = _kill(child)
    return cast("Result", _result(answer, status))


def _start(work: Work, bounds: Bounds) -> tuple[int, BufferedReader]:
    """Start the child and return its process id and where to read its answer."""
    with FORK_LOCK, ExitStack() as failed:
        ends = os.pipe()
        reader = failed.enter_context(os.fdopen(ends[0], "rb"))
        with os.fdopen(ends[1], "wb") as writer:
            child = _fork()
            if child == 0:
                _run_child(work, writer, bounds)
        failed.pop_all()
    return child, reader


def _fork() -> int:
    """Fork. A lock that another thread holds does not matter to the child, which neither logs nor opens connections."""
    with warnings.catch_warnings():
        # Python 3.12 and newer warn about it.
        warnings.filterwarnings("ignore", ".*multi-threaded", DeprecationWarning)
        return os.fork()


def _run_child(work: Work, writer: BufferedWriter, bounds: Bounds) -> NoReturn:
    """Do work, write the answer and exit, without running what the parent has registered for its own exit."""
    try:
        answer = _answer(work, bounds)
        with writer:
            writer.write(answer)
    finally:
        os._exit(0)


def _confine(bounds: Bounds) -> None:
    faulthandler.disable()  # a crash is an expected answer and needs no report
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_CPU, bounds.processor_time)
    if PROCESS_STATUS.exists() and (own := DATA_SIZE.search(PROCESS_STATUS.read_text(encoding="ascii"))):
        _lower(resource.RLIMIT_DATA, int(own[1]) * 1024 + bounds.memory)


def _lower(kind: int, bound: int) -> None:
    """Limit a resource to bound, unless its limit is lower already."""
    _, hard = resource.getrlimit(kind)
    bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
    resource.setrlimit(kind, (bound, bound))


def _answer(work: Work, bounds: Bounds) -> bytes:
    """Return the result of work within bounds, or its error, as JSON; nothing if memory ran out."""
    try:
        _confine(bounds)  # inside of the try, so that an error here counts as internal and not as the image's
        return json.dumps({"result": work()}).encode()
    except ImageRefusedError as refused:
        return json.dumps({"refused": [refused.reason, refused.message]}).encode()
    except MemoryError:
        return b""
    except Exception:  # noqa: BLE001 - the parent raises and logs every error
        return json.dumps({"failed": traceback.format_exc()}).encode()


def _read(reader: BufferedReader, deadline: float) -> bytes:
    """Return what the child writes until it ends; nothing if it has not ended by the deadline."""
    ready = select.poll()
    parts: list[bytes] = []
    ready.register(reader, select.POLLIN)
    while ready.poll(max(0, deadline - monotonic()) * 1000):
        part = os.read(reader.fileno(), 2**16)
        if not part:
            return b"".join(parts)
        parts.append(part)
    return b""


def _kill(child: int) -> int:
    """Kill the child if it has not exited, and return its exit code, negative for a signal."""
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _result(answer: bytes, status: int) -> dict[str, Any]:
    match _parse(answer):
        case {"result": dict(result)}:
            return result
        case {"refused": [reason, message]}:
            raise ImageRefusedError(Reason(reason), message)
        case {"failed": text}:
            logger().error("work in the sandbox failed", extra={"traceback": text})
            raise SandboxError("work in the sandbox failed; the log has its traceback")
    logger().warning("the image is too complex: the sandbox exited with %d", status)
    raise ImageRefusedError(Reason.TOO_COMPLEX, "The image takes too much time or memory, or crashes its decoder.")


def _parse(answer: bytes) -> object:
    """Return the child's answer; None if it ended before it had written all of it."""
    with suppress(ValueError):
        return json.loads(answer)
    return None
