"""Forks Lambda workers from a process that has imported already what Lambda and the layers bring.

It is an interpreter of its own, with a single thread: it imports nothing of this project and no function's code, and makes
no client. Where a fork would differ from a new interpreter, the worker becomes a new interpreter.
"""

import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, NamedTuple

PR_SET_PDEATHSIG = 1  # of prctl, on Linux
NUMBER = 4  # bytes of a process id, or of an exit code
LAMBDA = ("boto3.dynamodb.types", "boto3.s3.inject", "botocore.endpoint", "botocore.retries.standard")  # brings these
LAYERS = (  # may bring these
    "aws_lambda_powertools.metrics",
    "aws_lambda_powertools.utilities.batch",
    "jsonschema",
    "PIL.ImageCms",
    "PIL.ImageFile",
    "pillow_heif",
    "cykooz_resizer",
    "isal.isal_zlib",
    "zlib_ng.zlib_ng",
)
SERVICES = ("dynamodb", "s3", "sns", "sqs", "stepfunctions")  # whose clients functions make
DATA = ("endpoints.json*", "partitions.json*", *(f"{service}/*/[es]*-[12].json*" for service in SERVICES))


class Request(NamedTuple):
    """A worker to fork: its standard streams, and the socket that brings the rest and takes the exit code."""

    streams: list[int]
    control: socket.socket


class Server:
    """Forks a worker for each request, and reports how each ended."""

    def __init__(self, requests: socket.socket) -> None:
        """Serve what comes over the socket."""
        self._requests = requests
        self._workers: dict[int, socket.socket] = {}
        self._pid, self._die = os.getpid(), death_signal()
        self._ended, self._wakeup = socket.socketpair()
        self._wakeup.setblocking(False)

    def serve(self) -> Request | None:
        """Return the request in each worker; in this process return None, with all workers killed, when no more can come."""
        signal.set_wakeup_fd(self._wakeup.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)  # for the wakeup
        while request := self._next():
            if not (pid := os.fork()):
                self._die_with_server()
                self._forget()
                return request
            self._workers[pid] = request.control
            _send(self._requests, pid)
            for stream in request.streams:
                os.close(stream)
        for pid in self._workers:
            os.kill(pid, signal.SIGKILL)
        return None

    def _next(self) -> Request | None:
        """Wait for a request and report meanwhile how workers ended; return None when the emulator has ended."""
        while self._requests not in select.select([self._requests, self._ended], [], [])[0]:
            self._ended.recv(1)
            self._report()
        ends: list[int] = []
        with suppress(ConnectionResetError):  # it was killed with an answer unread
            _, ends, _, _ = socket.recv_fds(self._requests, 1, 4)
        return Request(ends[:3], socket.socket(fileno=ends[3])) if ends else None

    def _report(self) -> None:
        for pid in list(self._workers):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                with self._workers.pop(pid) as control:
                    _send(control, os.waitstatus_to_exitcode(status))

    def _die_with_server(self) -> None:
        """Let a worker be killed when the server dies, where the system can do that."""
        if self._die:
            self._die(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != self._pid:  # it died before the call
                os.kill(os.getpid(), signal.SIGKILL)

    def _forget(self) -> None:
        """Undo in a worker what belongs to the server."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in (self._ended, self._wakeup, *self._workers.values()):
            end.close()
        self._requests.detach()  # its descriptor becomes the worker's standard input


def death_signal() -> Callable[..., int] | None:
    """Return Linux's call that lets a process be killed when its parent dies; None on other systems."""
    if sys.platform != "linux":
        return None
    call: Callable[..., int] = ctypes.CDLL(None).prctl
    return call


def main() -> None:
    """Serve the requests on standard input, a socket; `argv` lists the layers."""
    del sys.path[0]  # the folder of this file
    initial, read = dict(os.environ), _import(sys.argv[1:])
    gc.collect()
    gc.freeze()
    if request := Server(socket.socket(fileno=0)).serve():
        _become(request, initial, read)


def _import(layers: list[str]) -> set[str]:
    """Import the modules of a worker, from the same paths; return the names of the variables that were read."""
    path, encode, read = sys.path[:], os.environ.encodekey, set[str]()

    def recorded(name: str) -> str:
        read.add(name)
        return encode(name)

    places = [place for layer in reversed(layers) for place in (layer, f"{layer}/python")]
    brought = [name for name in LAYERS if PathFinder.find_spec(name.partition(".")[0], places)]
    sys.path[:0] = places
    os.environ.encodekey = recorded
    for name in (*LAMBDA, *brought):
        with suppress(Exception):  # it is the function's to report, if it needs that
            importlib.import_module(name)
    _parse()
    os.environ.encodekey, sys.path[:] = encode, path
    return read


def _parse() -> None:
    """Parse what botocore parses for each new client; it is handed out once, since the one who gets it may change it."""
    from botocore.loaders import JSONFileLoader, Loader

    parsed: dict[str, Any] = {}

    class Parsed(JSONFileLoader):
        def load_file(self, file_path: str) -> Any:
            return parsed.pop(file_path, None) or super().load_file(file_path)

    for file in (file for pattern in DATA for file in Path(Loader.BUILTIN_DATA_PATH).glob(pattern)):
        name = str(file).partition(".json")[0]
        parsed[name] = Loader().file_loader.load_file(name)
    Loader.FILE_LOADER_CLASS = Parsed


def _become(request: Request, initial: dict[str, str], read: set[str]) -> None:
    """Run the worker's script as an interpreter does that was started with it."""
    with request.control as control, control.makefile("rb") as stream:
        started: dict[str, Any] = json.load(stream)
    for number, end in enumerate(request.streams):
        os.dup2(end, number)
        os.close(end)
    script, variables = started["script"], started["environment"]
    os.chdir(started["folder"])
    if _differs(initial, variables, read) or _shadows(started["folder"]):
        os.execve(sys.executable, [sys.executable, script], variables)  # noqa: S606 - no shell is wanted
    os.environ.clear()
    os.environ.update(variables)
    _open_streams()
    sys.argv[:] = [script]
    sys.path.insert(0, str(Path(script).parent))
    runpy.run_path(script, run_name="__main__")


def _differs(initial: dict[str, str], variables: dict[str, str], read: set[str]) -> bool:
    """Return whether a variable differs that was read before the fork."""
    return any(initial.get(name) != variables.get(name) for name in read)


def _shadows(folder: str) -> bool:
    """Return whether the function's code has a module whose name is imported already."""
    ours = {name.partition(".")[0] for name in sys.modules}
    return any(file.name.partition(".")[0] in ours for file in Path(folder).iterdir())


def _open_streams() -> None:
    """Create the standard streams again; the existing ones were opened for other files."""
    for number, (name, mode) in enumerate({"stdin": "r", "stdout": "w", "stderr": "w"}.items()):
        old = getattr(sys, name)
        lines = 1 if old.line_buffering else -1
        new = open(number, mode, lines, old.encoding, old.errors, closefd=False)  # noqa: SIM115 - it is for good
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)


def _send(to: socket.socket, number: int) -> None:
    with suppress(OSError):  # the requester has gone
        to.sendall(number.to_bytes(NUMBER, "big", signed=True))


if __name__ == "__main__":
    main()
