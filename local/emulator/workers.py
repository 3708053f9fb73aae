"""Lambda workers as a fork server starts them, in a few milliseconds, where ministack starts an interpreter for each."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from typing import Any

from local.emulator.exhaustion import end_if_exhausted
from local.emulator.fork_server import NUMBER
from local.emulator.zips import extract_once

LAYERS = "_LAMBDA_LAYERS_DIRS"  # the variable in which ministack lists the layers of a worker
# Variables that the interpreter, the system's libraries and those of the layers read as they start: a fork is too late.
EARLY = ("DYLD_", "GLIBC_", "LANG", "LC_", "LD_", "MALLOC_", "OPENSSL_", "PILLOW_", "PYTHON", "TZ")
_SCRIPT = Path(__file__).with_name("fork_server.py")

Variables = tuple[tuple[str, str], ...]

_lock = threading.Lock()
_servers: dict[tuple[str, Variables], "ForkServer"] = {}


class ForkServerError(RuntimeError):
    """The fork server ended while it was asked for a worker; the emulator's log says why."""


class ForkedWorker:
    """A worker, with all that ministack uses of subprocess.Popen."""

    pid: int

    def __init__(self, control: socket.socket, pipes: tuple[int, int, int]) -> None:
        """Control gives the exit code; pipes lead to and from the standard streams."""
        self.returncode: int | None = None
        self._control, self._waiting = control, threading.Lock()
        self.stdin = os.fdopen(pipes[0], "w", buffering=1, encoding="utf-8")
        self.stdout, self.stderr = (os.fdopen(pipe, buffering=1, encoding="utf-8") for pipe in pipes[1:])

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code, negative for a signal; raises subprocess.TimeoutExpired after so many seconds."""
        with self._waiting:
            if self.returncode is None:
                self._control.settimeout(timeout)
                try:
                    self.returncode = self._exit_code()
                except (TimeoutError, BlockingIOError):
                    raise subprocess.TimeoutExpired("worker", timeout or 0) from None
                self._control.close()
            return self.returncode

    def poll(self) -> int | None:
        """Return the exit code, or None if the worker has not ended."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def terminate(self) -> None:
        """Ask the worker to end."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the worker."""
        self._signal(signal.SIGKILL)

    def close(self) -> None:
        """Close what leads to the worker, upon which it ends by itself."""
        for end in (self._control, self.stdin, self.stdout, self.stderr):
            end.close()

    def _signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _exit_code(self) -> int:
        if (code := _number(self._control)) is not None:
            return code
        with suppress(ProcessLookupError):  # the fork server was killed, so no process would report this worker's exit
            os.kill(self.pid, signal.SIGKILL)
        return -signal.SIGKILL


class ForkServer:
    """The process that forks the workers with the same layers and the same early variables."""

    def __init__(self, layers: list[str], early: Variables) -> None:
        """Start it; it ends when this process does."""
        self._asking = threading.Lock()
        self._requests, theirs = socket.socketpair()
        with theirs:
            command, environment = [sys.executable, str(_SCRIPT), *layers], os.environ | dict(early)
            self._process = subprocess.Popen(command, stdin=theirs.fileno(), env=environment)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def is_running(self) -> bool:
        """Return whether it can fork."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it and its workers."""
        self._requests.close()
        self._process.wait()

    def fork(self, script: str, folder: str, environment: dict[str, str]) -> ForkedWorker:
        """Start a worker that runs script in folder with this environment and no other; raises ForkServerError."""
        control, theirs = socket.socketpair()
        (stdin, to), (out, stdout), (err, stderr) = os.pipe(), os.pipe(), os.pipe()
        worker = ForkedWorker(control, (to, out, err))
        try:
            worker.pid = self._pid([stdin, stdout, stderr, theirs.fileno()])
        except ForkServerError:
            worker.close()
            raise
        finally:  # and no sooner: macOS loses what is closed before it has arrived
            theirs.close()
            for end in (stdin, stdout, stderr):
                os.close(end)
        control.sendall(json.dumps({"script": script, "folder": folder, "environment": environment}).encode())
        control.shutdown(socket.SHUT_WR)
        return worker

    def _pid(self, ends: list[int]) -> int:
        with self._asking, suppress(OSError):
            socket.send_fds(self._requests, [b"."], ends)
            if pid := _number(self._requests):
                return pid
        raise ForkServerError(ForkServerError.__doc__)


def start_worker(
    command: list[str], *, cwd: str, env: dict[str, str], **options: Any
) -> "ForkedWorker | subprocess.Popen[str]":
    """Start a worker: what ministack calls instead of subprocess.Popen."""
    interpreter, script = command
    if interpreter != sys.executable:
        return subprocess.Popen(command, cwd=cwd, env=env, **options)
    with _lock:
        server = _server(env.get(LAYERS, ""), _early(env))
    return server.fork(script, cwd, env)


def prepare_workers(config: dict[str, Any], layer: Callable[[Any], bytes | None]) -> None:
    """Start the fork server of a function that was created, so that its first worker does not wait for the imports.

    layer returns the zip of a layer that is named in the function's configuration.
    """

    def prepare() -> None:
        zips = filter(None, map(layer, config.get("Layers") or []))
        layers = os.pathsep.join(extract_once(archived) for archived in zips)
        variables = os.environ | (config.get("Environment") or {}).get("Variables", {})
        with _lock:
            _server(layers, _early(variables))

    context = copy_context()  # has the account
    threading.Thread(target=context.run, args=(_prepared, prepare), daemon=True).start()


def _prepared(prepare: Callable[[], None]) -> None:
    try:
        prepare()
    except OSError as error:
        end_if_exhausted(error)
        raise


def _early(variables: Mapping[str, str]) -> Variables:
    return tuple((name, variables[name]) for name in sorted(variables) if name.startswith(EARLY))


def _server(layers: str, early: Variables) -> ForkServer:
    """Return the fork server for layers, a path, that runs already or else a new one."""
    running = _servers.get((layers, early))
    if running and not running.is_running():
        logging.getLogger(__name__).error("a fork server of Lambda workers ended; a new one is started")
        running.close()
        running = None
    _servers[layers, early] = running or ForkServer(list(filter(None, layers.split(os.pathsep))), early)
    return _servers[layers, early]


def _number(source: socket.socket) -> int | None:
    """Return the message of a fork server; None if it has ended."""
    try:
        sent = source.recv(NUMBER)
    except ConnectionResetError:
        return None
    return int.from_bytes(sent, "big", signed=True) if sent else None
