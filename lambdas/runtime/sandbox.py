"""A trial: work done in a child process, so that no picture can make the function crash, hang or run out of memory."""

import faulthandler
import json
import os
import re
import resource
import select
import signal
import traceback
import warnings
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from io import BufferedReader, BufferedWriter
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, NoReturn

from imaging.errors import ImageRefusedError, Reason
from lambdas.runtime.telemetry import logger

Work = Callable[[], dict[str, Any]]

PROCESS_STATUS = Path("/proc/self/status")  # of a process; Linux only, as the limit is
DATA_SIZE = re.compile(r"^VmData:\s+(\d+) kB$", re.MULTILINE)  # without the stack, which RLIMIT_DATA does not count


@dataclass(frozen=True)
class Bounds:
    """What a trial may use."""

    memory: int = 448 * 2**20  # bytes beyond the function's own, which are about 64 MB: 512 MB in all
    processor_time: int = 8  # seconds; it decides, and not the clock, since a laptop tries many pictures at once
    time: float = 25  # seconds on the clock, for a child that only waits; the function has 30


BOUNDS = Bounds()
FORK_LOCK = Lock()  # or the child of another thread could inherit the pipe's end, and keep it open


class SandboxError(RuntimeError):
    """The work failed in its trial for a reason that is ours."""


def run_sandboxed(work: Work, bounds: Bounds = BOUNDS) -> dict[str, Any]:
    """Return what work returns, which is to be fit for JSON, but do it in a child process.

    Raises ImageRefusedError if work does, or if it exceeds bounds or ends its process; SandboxError if it raises anything
    else, whose traceback is logged.
    """
    child, reader = _start(work, bounds)
    with reader:
        try:
            answer = _read(reader, monotonic() + bounds.time)
        finally:
            status = _end(child)
    return _outcome(answer, status)


def _start(work: Work, bounds: Bounds) -> tuple[int, BufferedReader]:
    """Start the child and return its process id and where to read its answer."""
    with FORK_LOCK, ExitStack() as failed:
        ends = os.pipe()
        reader = failed.enter_context(os.fdopen(ends[0], "rb"))
        with os.fdopen(ends[1], "wb") as writer:
            child = _fork()
            if child == 0:
                _attempt(work, writer, bounds)
        failed.pop_all()
    return child, reader


def _fork() -> int:
    """Fork; that another thread may hold a lock is no matter to a child that logs nothing and opens no connection."""
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", ".*multi-threaded", DeprecationWarning
        )  # what Python 3.12 and newer say of it
        return os.fork()


def _attempt(work: Work, writer: BufferedWriter, bounds: Bounds) -> NoReturn:
    """Do work, write what came of it and end, passing by all that the parent has set up for its own end."""
    try:
        answer = _answer(work, bounds)
        with writer:
            writer.write(answer)
    finally:
        os._exit(0)


def _confine(bounds: Bounds) -> None:
    faulthandler.disable()  # a crash is an answer, and needs no report
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_CPU, bounds.processor_time)
    if PROCESS_STATUS.exists() and (own := DATA_SIZE.search(PROCESS_STATUS.read_text(encoding="ascii"))):
        _lower(resource.RLIMIT_DATA, int(own[1]) * 1024 + bounds.memory)


def _lower(kind: int, bound: int) -> None:
    """Bound a resource, unless it is bounded lower already."""
    _, hard = resource.getrlimit(kind)
    bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
    resource.setrlimit(kind, (bound, bound))


def _answer(work: Work, bounds: Bounds) -> bytes:
    """Return what came of work within bounds as JSON; nothing if memory ran out."""
    try:
        _confine(bounds)  # here, so that what fails in it counts as ours, and is not taken for the picture's doing
        return json.dumps({"found": work()}).encode()
    except ImageRefusedError as refused:
        return json.dumps({"refused": [refused.reason, refused.message]}).encode()
    except MemoryError:
        return b""
    except Exception:  # noqa: BLE001 - whatever it is, the parent is to raise and log it
        return json.dumps({"failed": traceback.format_exc()}).encode()


def _read(reader: BufferedReader, deadline: float) -> bytes:
    """Return what the child writes until it ends; nothing if that is after the deadline."""
    ready = select.poll()
    parts: list[bytes] = []
    ready.register(reader, select.POLLIN)
    while ready.poll(max(0, deadline - monotonic()) * 1000):
        part = os.read(reader.fileno(), 2**16)
        if not part:
            return b"".join(parts)
        parts.append(part)
    return b""


def _end(child: int) -> int:
    """End the child, if it has not ended already, and return its exit code, negative for a signal."""
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _outcome(answer: bytes, status: int) -> dict[str, Any]:
    match _told(answer):
        case {"found": dict(found)}:
            return found
        case {"refused": [reason, message]}:
            raise ImageRefusedError(Reason(reason), message)
        case {"failed": text}:
            logger().error("the trial failed", extra={"traceback": text})
            raise SandboxError("the picture's trial failed; the log has its traceback")
    logger().warning("the picture is too complex: its trial ended with %d", status)
    raise ImageRefusedError(Reason.TOO_COMPLEX, "The picture takes too much time or memory, or breaks its decoder.")


def _told(answer: bytes) -> object:
    """Return what answer says; nothing if the child ended before or while it wrote."""
    with suppress(ValueError):
        return json.loads(answer)
    return None
