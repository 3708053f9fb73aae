"""The server's process, as its client sees it: started, asked, and ended."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from lambdas.runtime.sandbox.messages import memory_file, receive, send, write

if TYPE_CHECKING:
    from lambdas.runtime.sandbox.messages import Message

# All variables of the server. Memory is in huge pages where the system has them (glibc 2.35), and allocated in one piece: each
# child gets its memory anew, and page by page that takes a fifth of the time of a rendition.
VARIABLES = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),  # bytes, the maximum of glibc
    "MALLOC_TRIM_THRESHOLD_": str(128 * 2**20),  # bytes
    "MALLOC_ARENA_MAX": "1",  # or each thread would reserve address space
    "PILLOW_BLOCKS_MAX": "4",  # of 16 MB
}
LIBRARIES = "LD_LIBRARY_PATH"  # where the loader finds the interpreter's own library: on Lambda only by this variable
SERVE = "from lambdas.runtime.sandbox.server import main; main(*sys.argv[1].split(','))"
START = f"import sys; sys.path[:] = sys.argv[2:]; {SERVE}"
GRACE = 2  # seconds in which the server ends
START_TIME = 25  # seconds in which the server imports the decoders, or starts a child; the function has 30


class ServerEndedError(Exception):
    """The server ended, or did not answer, while it had an image."""


class ServerNotStartedError(ServerEndedError):
    """The server ended, or did not answer, before it had an image."""


class ServerProcess:
    """The server. It ends when this object is closed, or with this process."""

    def __init__(self, served: str) -> None:
        """Start it with a module of operations, and formats, and do not wait: it imports the decoders meanwhile."""
        self._hello: Message | None = None
        self._process: subprocess.Popen[bytes]
        self._socket, theirs = socket.socketpair()
        arguments = [START, served, *map(os.path.abspath, sys.path)]
        kept = {LIBRARIES: os.environ[LIBRARIES]} if LIBRARIES in os.environ else {}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", *arguments],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,  # what it prints is not trusted
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=VARIABLES | kept,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def close(self) -> None:
        """End it, and with it a child."""
        self._socket.close()
        with suppress(subprocess.TimeoutExpired):  # it kills the child first
            self._process.wait(GRACE)
        self._process.kill()
        self._process.wait()

    def hello(self) -> Message:
        """Return its first message, as soon as it has imported the decoders; raises ServerNotStartedError."""
        if self._hello is None:
            try:
                self._hello = self._receive(START_TIME)
            except ServerEndedError:
                raise ServerNotStartedError from None
        return self._hello

    def ask(self, request: Message, data: bytes, files: ExitStack) -> tuple[Message, int]:
        """Return how the work of a request on data ended, and the file with its answer, which files will close.

        Raises ServerEndedError.
        """
        source, target = (_closed_by(files, memory_file()) for _ in range(2))
        write(source, data)
        with suppress(OSError):  # its end is noticed below
            send(self._socket, request, source, target)
        return self._receive(request["bounds"]["time"] + START_TIME), target

    def _receive(self, seconds: float) -> Message:
        self._socket.settimeout(seconds)
        with suppress(TimeoutError):
            if received := receive(self._socket):
                return received[0]
        raise ServerEndedError


def _closed_by(files: ExitStack, file: int) -> int:
    files.callback(os.close, file)
    return file
