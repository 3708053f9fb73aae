"""The server: it imports the decoders once, and forks a child for each image. It never reads an image of a user."""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import traceback
import warnings
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, cast

from lambdas.runtime.sandbox.bounds import Bounds
from lambdas.runtime.sandbox.child import run_child
from lambdas.runtime.sandbox.confinement import Parent, plan, tried
from lambdas.runtime.sandbox.linux import PR_SET_DUMPABLE, prctl
from lambdas.runtime.sandbox.messages import receive, send

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.runtime.sandbox.child import Operations
    from lambdas.runtime.sandbox.confinement import Plan
    from lambdas.runtime.sandbox.messages import Message

MAX_REPORT = 2**16  # bytes: the capacity of a pipe, so that a report is read in one part


def main(module: str, *formats: str) -> None:
    """Serve the requests on standard input, a socket, with the operations of a module on formats, until the client ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal; the client ends the server
    with socket.socket(fileno=0) as client:
        try:
            with hooks_left_out():
                operations = cast("Operations", import_module(module))
                lacking = operations.load(*formats)
        except Exception:  # noqa: BLE001 - the client raises and logs every error
            send(client, {"failed": traceback.format_exc()})
            return
        # Others of the same user may not read or write the memory of this process.
        missing = tried({"memory": lambda: prctl(PR_SET_DUMPABLE, 0)})
        gc.collect()
        parent = Parent.here()
        gc.freeze()  # so that no collection in a child copies what it shares with the server
        send(client, {"lacking": lacking, "missing": missing})
        with suppress(ConnectionError):
            _serve(client, operations, parent)


@contextmanager
def hooks_left_out() -> Iterator[None]:
    """Import modules without what they would do in each child: they renew locks, for threads that the server does not have.

    It takes 0.5 ms.
    """
    register = os.register_at_fork
    vars(os)["register_at_fork"] = lambda **_: None
    try:
        yield
    finally:
        vars(os)["register_at_fork"] = register


def _serve(client: socket.socket, operations: Operations, parent: Parent) -> None:
    while received := receive(client):
        request, files = received
        planned = _planned(request, parent)
        reader, writer = os.pipe()
        forked = monotonic()  # or earlier than that: this process may lose the processor in between
        try:
            child = _fork()
            if child == 0:
                run_child(operations, request, [*files, writer], planned)
            for file in (*files, writer):
                os.close(file)
            send(client, _wait(client, child, reader, request["bounds"]["time"], forked))
        finally:
            os.close(reader)


def _planned(request: Message, parent: Parent) -> Plan:
    bounds = Bounds(**request["bounds"])
    bounds = replace(bounds, memory=bounds.memory + request["size"])  # the file itself does not count
    return plan(bounds, parent, threads=request["threads"])


def _fork() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads; a decoder may have started one
        return os.fork()


def _wait(client: socket.socket, child: int, reader: int, seconds: float, forked: float) -> Message:
    """Wait until the child ends, its time is over or the client ends; kill the child in any case.

    Its time begins when it has reported that it is confined. It was not forked before the time that forked says, in seconds.
    """
    report, deadline, flooded = b"", monotonic() + seconds, False
    try:
        ready = select.poll()
        ready.register(reader, select.POLLIN)
        ready.register(client, 0)  # its end is always reported
        while events := dict(ready.poll(max(0, deadline - monotonic()) * 1000)):
            part = os.read(reader, MAX_REPORT) if reader in events else b""
            flooded = bool(
                part and report
            )  # the report was written before the child read the image: nothing follows it
            if flooded or not part:
                break
            report, deadline = part, monotonic() + seconds
        busy = not events and _is_running(child)
    finally:
        os.kill(child, signal.SIGKILL)  # if it has not exited
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    # This process came late, so the child ended itself. Where its time cannot be over, it was something else.
    busy = busy or (status == -signal.SIGALRM and monotonic() >= forked + seconds)
    return {"status": status, "busy": busy, "flooded": flooded, "report": json.loads(report) if report else None}


def _is_running(process: int) -> bool:
    """Whether a thread of a process uses a processor or waits for one; False where the system does not say so."""
    return any(_state(stat) == b"R" for stat in Path("/proc").glob(f"{process}/task/*/stat"))


def _state(stat: Path) -> bytes:
    with suppress(OSError):  # the thread may have ended
        return stat.read_bytes().rpartition(b")")[2].split()[0]
    return b""
