"""The client: it hands images to the server, and checks how their work ended."""

from __future__ import annotations

import atexit
import os
import signal
from contextlib import ExitStack
from dataclasses import asdict
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from imaging.errors import ImageRefusedError, Reason
from imaging.formats import sniff_format
from lambdas.runtime.sandbox import reports
from lambdas.runtime.sandbox.answers import TOO_COMPLEX, Answer, AnswerError, FailedError, read_answer
from lambdas.runtime.sandbox.bounds import BOUNDS, Bounds
from lambdas.runtime.sandbox.confinement import tried
from lambdas.runtime.sandbox.linux import PR_SET_DUMPABLE, prctl
from lambdas.runtime.sandbox.server_process import ServerEndedError, ServerNotStartedError, ServerProcess
from lambdas.runtime.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.runtime.sandbox.messages import Message

Result = TypeVar("Result")

OPERATIONS = "imaging.operations"  # the module that the server runs
THREADED = {"HEIF"}  # libde265 decodes in a thread of its own
FORMATS = ("ENABLED_FORMATS", "RENDITION_FORMATS")  # the settings that name formats
ATTEMPTS = 2  # of an image whose server ends meanwhile

_servers: dict[str, ServerProcess] = {}  # by what they serve
_lock = Lock()


class SandboxError(RuntimeError):
    """The work failed in the sandbox for an internal reason."""


def start() -> None:
    """Start the server if it does not run: its imports run beside those of the AWS SDK."""
    with _lock:
        _server()


def stop() -> None:
    """End the server; the next image starts a new one."""
    with _lock:
        for server in _servers.values():
            server.close()
        _servers.clear()


def run(
    operation: str, data: bytes, read: Callable[[Answer], Result], bounds: Bounds | None = None, **arguments: object
) -> Result:
    """Run an operation of imaging on data in the sandbox, and return its answer as read returns it.

    Raises ImageRefusedError if the operation does, if it exceeds bounds, by default BOUNDS, or crashes, or if read raises AnswerError.
    Raises SandboxError if it fails for an internal reason, and logs the traceback.
    """
    format_ = sniff_format(data)
    request = {
        "operation": operation,
        "arguments": arguments,
        "size": len(data),
        "bounds": asdict(bounds or BOUNDS),
        "threads": format_ is not None and format_.name in THREADED,
    }
    try:
        return read(_run(request, data))
    except AnswerError as error:
        reports.report_violation(str(error))
        raise ImageRefusedError(Reason.TOO_COMPLEX, TOO_COMPLEX) from None
    except FailedError as error:
        logger().error("work in the sandbox failed", extra={"traceback": str(error)})
        raise SandboxError("work in the sandbox failed; the log has its traceback") from None


def _run(request: Message, data: bytes) -> Answer:
    with _lock:
        for _ in range(ATTEMPTS):
            try:
                return _attempt(_server(), request, data)
            except ServerEndedError as error:
                ended = error
                _servers.pop(_served()).close()
    if isinstance(ended, ServerNotStartedError):
        raise FailedError("the server does not start")
    raise AnswerError("it ended the server")


def _server() -> ServerProcess:
    if not _servers:
        atexit.register(stop)
    if _served() not in _servers:
        _servers[_served()] = ServerProcess(_served())
    return _servers[_served()]


def _served() -> str:
    """Return the module of operations, and the formats that this function opens or writes by its settings, none for all."""
    named = {name.strip() for setting in FORMATS for name in os.environ.get(setting, "").split(",")}
    return ",".join([OPERATIONS, *sorted(named - {""})])


def _attempt(server: ServerProcess, request: Message, data: bytes) -> Answer:
    hello = server.hello()
    if "failed" in hello:
        raise FailedError(hello["failed"])
    reports.report_lacking(hello["lacking"])
    own = _protect_memory()
    with ExitStack() as files:
        end, answer = server.ask(request, data, files)
        report = end["report"]
        if report is None or "failed" in report:
            raise FailedError(f"the process could not be confined: {report}")
        reports.report_layers({**own, **hello["missing"], **report["missing"]})
        return _judge(end, answer)


@cache
def _protect_memory() -> dict[str, str]:
    """Refuse others of the same user to read the memory and the environment of this process, which hold credentials."""
    return tried({"handler": lambda: prctl(PR_SET_DUMPABLE, 0)})


def _judge(end: Message, answer: int) -> Answer:
    """Return the answer of a child that ended so.

    Raises ImageRefusedError if it was killed, FailedError if it was out of time because others used the processor, and what
    read_answer raises.
    """
    if end["status"] == -signal.SIGSYS:
        raise AnswerError("it made a system call that is not allowed")
    if end["flooded"]:
        raise AnswerError("it wrote more than its report")
    if end["busy"]:
        raise FailedError("the processor was too busy to finish the work in time")
    if end["status"]:
        logger().warning("the image is too complex: the sandbox exited with %d", end["status"])
        raise ImageRefusedError(Reason.TOO_COMPLEX, TOO_COMPLEX)
    return read_answer(answer)
