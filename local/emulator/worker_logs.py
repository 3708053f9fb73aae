"""The log of an invocation: all that a worker has written when it answers, without waiting for more."""

import os
import select
import struct
import threading
from fcntl import ioctl
from queue import SimpleQueue
from termios import FIONREAD
from typing import IO, Any

PART = 2**16  # bytes: the capacity of a pipe


class WorkerLog:
    """The lines that a worker writes to its standard error."""

    def __init__(self, stream: IO[str]) -> None:
        """Read from a descriptor of its own, since the stream may be closed meanwhile."""
        self._pipe = os.fdopen(os.dup(stream.fileno()), "rb", buffering=0)
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._begun = b""  # a line that has not ended
        self._size = 0  # bytes that were read
        self._read = threading.Condition()
        self._incoming = select.poll()
        self._incoming.register(self._pipe, select.POLLIN)

    def follow(self) -> None:
        """Read until nobody can write any more."""
        while not self._pipe.closed:
            self._incoming.poll()
            with self._read:
                self._add(self._pipe.read(PART))
                self._read.notify_all()

    def taken(self) -> str:
        """Return the lines since the last call; those that were in the pipe before this call are among them.

        What is written meanwhile is not waited for: a process that is left may write without end.
        """
        with self._read:
            written = self._size + self._waiting()
            self._read.wait_for(lambda: self._pipe.closed or self._size >= written)
            return "\n".join(self._lines.get() for _ in range(self._lines.qsize()))

    def _add(self, data: bytes) -> None:
        """Add what was read; nothing was if the pipe has ended, and with it the line."""
        if not data:
            self._pipe.close()
        self._size += len(data)
        *lines, self._begun = (self._begun + (data or b"\n" * bool(self._begun))).split(b"\n")
        for line in lines:
            self._lines.put(line.decode(errors="replace"))

    def _waiting(self) -> int:
        """Return how many bytes are in the pipe."""
        if self._pipe.closed:
            return 0
        size: int = struct.unpack("i", ioctl(self._pipe, FIONREAD, bytes(4)))[0]
        return size


def opened_log(worker: Any) -> WorkerLog:
    """Return the log of the process that a worker of ministack has just started, and keep it in the worker."""
    worker.log = WorkerLog(worker._proc.stderr)  # noqa: SLF001 - ministack offers no other place
    log: WorkerLog = worker.log
    return log
